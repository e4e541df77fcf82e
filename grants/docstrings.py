"""Extraction of the docstrings of rules: `pybabel extract` calls `rules` for the files in `workflows/rules/`.

The first line of a rule's docstring is its sentence on the pages of a call, so it is a message of the catalogues.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from babel.messages.extract import extract_python

RULES = (["case", "actor"], ["case", "params"])
"""The parameters of a rule of transitions and of a rule of calls."""


def rules(file: Any, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any) -> Iterator[Any]:
    """What Babel's own extraction finds, and the first line of the docstring of each rule."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.parse(file.read()).body:
        if isinstance(node, ast.FunctionDef) and [one.arg for one in node.args.args] in RULES:
            sentence = (ast.get_docstring(node) or "").split("\n", maxsplit=1)[0]
            if sentence and not node.name.startswith("_"):
                yield node.lineno, None, sentence, []

"""The rules of a call as stored with it: read as a model, whichever schema they were stored with."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from workflows.forms.rubrics import DISASTER, LARGE, RESEARCH, SMALL
from workflows.programme import SCHEMA, CallRules


def upgraded(stored: dict[str, Any]) -> CallRules:
    """The stored rules of a call, upgraded to the current schema; raises ValueError for a newer schema.

    Equal rules are read once per process: reading takes a millisecond, and a list shows the lines of many calls.
    """
    return _upgraded(json.dumps(stored))


@lru_cache(maxsize=64)
def _upgraded(text: str) -> CallRules:
    stored = json.loads(text)
    number = stored.get("schema_number", 0)
    if number > SCHEMA:
        raise ValueError(f"the call's rules have schema {number}, this version reads up to {SCHEMA}")
    if number < SCHEMA:
        stored = stored | {"schema_number": SCHEMA, "rubric": _with_passages(stored)}
    return CallRules.model_validate(stored)


def _with_passages(stored: dict[str, Any]) -> list[dict[str, Any]]:
    """The rubric of schema 1, in which criteria had neither a short title nor passages.

    They are taken from the rubric with the same criteria, as far as the call has these sections.
    """
    keys = [one["key"] for one in stored["rubric"]]
    sections = {section["key"] for stage in stored["stages"] for section in stage["sections"]}
    same = next((one for one in (LARGE, SMALL, RESEARCH, DISASTER) if [c.key for c in one] == keys), ())
    added = {
        one.key: {"short": one.short, "passages": [key for key in one.passages if key in sections]} for one in same
    }
    return [added.get(one["key"], {}) | one for one in stored["rubric"]]

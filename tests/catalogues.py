"""The commands that CONTRIBUTING.md gives for catalogues, and what a catalogue holds."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from config import ROOT


def pybabel(command: str, recipe: str) -> None:
    """Run the command of this name that CONTRIBUTING.md gives in this recipe, in the current directory."""
    written = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = written[written.index(f"**{recipe}.**") :]
    found = re.search(rf"^ *\.venv/bin/(pybabel {command} .*?[^\\])$", section, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    arguments = shlex.split(found.group(1).replace("\\\n", " "))[1:]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *arguments], check=True, capture_output=True)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def lines(path: Path) -> list[str]:
    """The lines of a catalogue, whatever version of Babel wrote it."""
    return [line for line in path.read_text("utf-8").splitlines() if "Generated-By" not in line]


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def ids(catalogue: Catalog) -> set[tuple[object, ...]]:
    """Context and English text, with its plural, of each message."""
    return {(message.context, message.id) for message in messages(catalogue)}


def forms(text: object) -> list[str]:
    """A text, or each of its plural forms."""
    return [text] if isinstance(text, str) else list(text) if isinstance(text, (tuple, list)) else [""]


def placeholders(text: object) -> set[str]:
    """The values in all plural forms together; a number may be written in figures or in words."""
    names = {name for form in forms(text) for name in re.findall(r"%\((\w+)\)s", form)}
    return {"number" if name in {"Number", "number", "count"} else name for name in names}

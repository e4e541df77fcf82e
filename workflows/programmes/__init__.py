"""The programmes: each file in this folder, and in the folders named in `GRANTS_PROGRAMMES`, defines one.

There is no other list of programmes. A file must define `PROGRAMME`; one with unknown rules is refused with an error
that names the file.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from workflows.programme import Programme
from workflows.rules.calls import unknown_rules

FOLDER = Path(__file__).parent
FOLDERS = [FOLDER]
WRONG = (ArithmeticError, AttributeError, ImportError, LookupError, NameError, OSError, SyntaxError, TypeError)
"""What a file of an operator can raise that is no valid programme."""


def read_also(folders: Iterable[str]) -> None:
    """Also read programme files from these folders. If one is invalid, keep the old folders and raise ValueError."""
    before = FOLDERS[1:]
    FOLDERS[1:] = [Path(folder) for folder in folders]
    programmes.cache_clear()
    try:
        programmes()
    except ValueError:
        FOLDERS[1:] = before
        raise


@cache
def programmes() -> dict[str, Programme]:
    """Every programme by its code, sorted by code; raises ValueError naming an invalid file."""
    found: dict[str, Programme] = {}
    if missing := [folder for folder in FOLDERS if not folder.is_dir()]:
        raise ValueError(f"{missing[0]} is not a folder")
    for path in sorted(path for folder in FOLDERS for path in folder.glob("[a-z]*.py")):
        programme = _read(path)
        if programme.code in found:
            raise ValueError(f"{path.name}: the code {programme.code} is already in use")
        found[programme.code] = programme
    return dict(sorted(found.items()))


def _read(path: Path) -> Programme:
    spec = importlib.util.spec_from_file_location(f"workflows.programmes.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path.name}: cannot be read")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except WRONG as error:
        raise ValueError(f"{path.name}: {type(error).__name__}: {error}") from error
    programme = getattr(module, "PROGRAMME", None)
    if not isinstance(programme, Programme):
        raise ValueError(f"{path.name}: defines no PROGRAMME")  # noqa: TRY004 - every invalid file raises ValueError
    if wrong := unknown_rules(programme.rules.rules):
        raise ValueError(f"{path.name}: {'; '.join(wrong)}")
    return programme

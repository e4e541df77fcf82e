"""The process in which one file is read: `python -I -m grants.outside.inspection.child`, with the order on its input.

It inherits no settings and no open files, and limits itself before it looks at the file; where the kernel has Landlock,
it can open nothing but that file, its own folder and what is installed. It answers with a file of JSON in its folder.
Its caller trusts nothing of the answer but its form.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import grants
from grants.outside.inspection import formats, landlock
from grants.outside.inspection.limits import MEBIBYTE, Limits, confine
from grants.outside.inspection.verdict import Reading, Rejection
from workflows import attachments
from workflows.attachments import KINDS, Reason

ANSWER = "answer.json"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
"""Errors of this machine, for which the file is not to blame."""


def main() -> None:
    """Read the order, confine the process, read the file, and write the answer."""
    order = json.load(sys.stdin)
    limits = Limits(**order["limits"])
    confine(limits, order["parent"])
    landlock.restrict((Path(order["path"]), *_installed()), Path.cwd())
    Path(ANSWER).write_text(json.dumps(answer(order, limits, Path.cwd())), encoding="utf-8")


def _installed() -> list[Path]:
    """The folders of Python, of its packages and of the two packages of this project that are used."""
    policy = Path(attachments.__file__).parent
    return [policy, *map(Path, (sys.prefix, sys.base_prefix, *grants.__path__))]


def answer(order: dict[str, Any], limits: Limits, folder: Path) -> dict[str, Any]:
    """What was found, as JSON; files are written into the folder."""
    kind = KINDS[order["kind"]]
    form = next(form for form in kind.formats if form.label == order["format"])
    try:
        return _accepted(formats.reader(kind)(Path(order["path"]), form, folder, limits))
    except Rejection as rejection:
        return _refused(rejection)
    except MemoryError:
        return _refused(Rejection(Reason.TOO_MUCH_MEMORY))
    except OSError as error:
        if error.errno in FULL:
            raise SystemExit(os.EX_TEMPFAIL) from error
        if error.errno != errno.EFBIG:
            raise
        return _refused(Rejection(Reason.EXPANDS, megabytes=limits.written // MEBIBYTE))


def _accepted(reading: Reading) -> dict[str, Any]:
    return {
        "format": reading.format.label,
        "pages": reading.pages,
        "previews": reading.previews,
        "notes": [note.as_json() for note in reading.notes],
    }


def _refused(rejection: Rejection) -> dict[str, Any]:
    return {"reason": rejection.reason, "message": rejection.message.as_json()}


if __name__ == "__main__":
    main()

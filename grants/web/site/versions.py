"""The version of a row that the page of a form showed, as the form sends it."""

from __future__ import annotations

import re
from typing import TypeVar

from flask import request

Missing = TypeVar("Missing", int, int | None)
OUTDATED = -1
"""A version that no row has."""
VERSION = re.compile(r"\d{1,18}", re.ASCII)
"""A version as pages write it; that of a check is the time of its verdict in microseconds."""


def sent_version(missing: Missing, name: str = "version") -> int | Missing:
    """The version in this field of the form; `missing` for a form without the field.

    A version that no page writes counts as that of an outdated page, so that it never switches the comparison off.
    """
    text = request.form.get(name)
    if text is None:
        return missing
    return int(text) if VERSION.fullmatch(text) else OUTDATED

"""The version of a row that the page of a form showed, as the form sends it."""

from __future__ import annotations

from typing import TypeVar

from flask import request

from workflows.forms.values import whole

Missing = TypeVar("Missing", int, int | None)
OUTDATED = -1
"""A version that no row has."""


def sent_version(missing: Missing, name: str = "version") -> int | Missing:
    """The version in this field of the form; `missing` for a form without the field.

    A version that no page writes counts as that of an outdated page, so that it never switches the comparison off.
    """
    text = request.form.get(name)
    if text is None:
        return missing
    try:
        return whole(text)
    except ValueError:
        return OUTDATED

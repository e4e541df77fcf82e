"""Formulas of tables that start or query another program (dynamic data exchange), or load something from the web."""

from __future__ import annotations

import re

from grants.outside.inspection.verdict import Rejection
from workflows.attachments import Reason

STRING = re.compile(r'"[^"]*"')
EXCHANGE = re.compile(r"\b[\w.]+\|('[^']*'|[\w\\/:. ]+)!|\bDDE\s*\(|\b(CALL|REGISTER|EXEC)\s*\(", re.IGNORECASE)
"""`cmd|'/c calc'!A0`, `DDE("soffice"; …)`, and functions that call a library or a command."""


LOADING = re.compile(r"\b(WEBSERVICE|IMAGE)\s*\(", re.IGNORECASE)
"""Functions that a spreadsheet calculates by asking a server."""


def refuse(formula: str) -> None:
    """Raise Rejection for a formula that reaches out of its document; what stands in its strings does not count."""
    plain = STRING.sub("", formula)
    if EXCHANGE.search(plain):
        raise Rejection(Reason.DATA_EXCHANGE)
    if loading := LOADING.search(plain):
        raise Rejection(Reason.EXTERNAL, target=loading[1].upper())

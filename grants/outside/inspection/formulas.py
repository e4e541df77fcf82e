"""Formulas of tables that start or query another program (dynamic data exchange)."""

from __future__ import annotations

import re

STRING = re.compile(r'"[^"]*"')
EXCHANGE = re.compile(r"\b[\w.]+\|('[^']*'|[\w\\/:. ]+)!|\bDDE\s*\(|\b(CALL|REGISTER|EXEC)\s*\(", re.IGNORECASE)
"""`cmd|'/c calc'!A0`, `DDE("soffice"; …)`, and functions that call a library or a command."""


def calls_program(formula: str) -> bool:
    """Whether the formula calls a program; what stands in its strings does not count."""
    return bool(EXCHANGE.search(STRING.sub("", formula)))

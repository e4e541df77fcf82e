"""Constraints that a migration adds to tables with rows, and the sentence that names the rows which do not fit."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

SHOWN = 10
"""Rows that are named; more are counted."""


class Unfit(ValueError):
    """Rows of the database do not fit a new constraint. The text names them."""


def check(table: str, name: str, condition: str, key: str = "id") -> None:
    """Add a constraint that is called `<table>_<name>`, or raise Unfit. key: what names a row, in SQL."""
    wanted = text(f"SELECT {key} FROM {table} WHERE NOT ({condition}) ORDER BY {key}")  # noqa: S608 - texts of migrations
    if unfit := [str(row) for row in op.get_bind().execute(wanted).scalars()]:
        more = f" and {len(unfit) - SHOWN} more" if len(unfit) > SHOWN else ""
        raise Unfit(
            f"These rows of the table {table} violate the constraint {table}_{name}: "
            f"{', '.join(unfit[:SHOWN])}{more}. No release writes such values: somebody has changed them outside the "
            f"application."
        )
    op.create_check_constraint(op.f(f"{table}_{name}"), table, condition)

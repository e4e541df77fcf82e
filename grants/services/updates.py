"""Write changed rows together, in one statement, where a flush would send one statement for each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import cast, column, inspect, update, values
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from grants.db import Model, db
from grants.models import Head
from grants.services import locking
from grants.services.integrity import changes

HELD = frozenset(locking.ORDER) - {Head}
"""The tables whose rows are held one by one; the head of a chain is held with its subject (`locking.head`)."""
ALONE = {"synchronize_session": False, "autoflush": False, **changes.NOTED}
"""A flush before the statement would write the rows one by one."""
MOST = 1_000
"""The most rows of one statement: PostgreSQL takes at most 65,535 parameters."""


def store(rows: Iterable[Model]) -> None:
    """Write the changed columns of these rows, then flush.

    One UPDATE for each table and set of changed columns, for any number of rows. A row that is alone in this is left
    to the flush. Raises NotHeld for a row that the transaction does not hold, and StaleDataError when a version is no
    longer the one that was read.
    """
    groups: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = defaultdict(list)
    for row in dict.fromkeys(rows):
        if inspect(row).persistent and (changed := _changed(row)):
            groups[type(row), changed].append(row)
    for (model, changed), group in groups.items():
        if model in HELD:
            for row in group:
                locking.require(row)
        for first in range(0, len(group) if len(group) > 1 else 0, MOST):
            _update(group[first : first + MOST], changed)
    db.session.flush()


def _changed(row: Model) -> tuple[str, ...]:
    """The keys of the columns that have been set and not written yet, in the order of the table."""
    state = inspect(row)
    return tuple(one.key for one in state.mapper.column_attrs if state.attrs[one.key].history.has_changes())


def _update(rows: Sequence[Model], changed: tuple[str, ...]) -> None:
    """Write these attributes of rows of one table. A version is compared and raised, as a flush does it."""
    mapper = inspect(type(rows[0]))
    model, version = type(rows[0]), mapper.version_id_col
    keys = [mapper.get_property_by_column(one).key for one in mapper.primary_key]
    read = [*keys, *([] if version is None else [mapper.get_property_by_column(version).key])]
    columns = {key: mapper.columns[key] for key in (*read, *changed)}
    given = values(*(column(f"new_{key}", one.type) for key, one in columns.items()), name="given").data(
        [tuple(getattr(row, key) for key in columns) for row in rows]
    )
    written: dict[Any, Any] = {columns[key]: cast(given.c[f"new_{key}"], columns[key].type) for key in changed}
    if version is not None:
        written[version] = version + 1
    matched = update(model).where(*(columns[key] == given.c[f"new_{key}"] for key in read)).values(written)
    count = len(db.session.execute(matched.returning(columns[keys[0]]), execution_options=ALONE).all())
    changes.note(model, [getattr(row, keys[0]) for row in rows], [columns[key].name for key in changed])
    if count != len(rows):
        raise StaleDataError(f"{len(rows)} rows of {model.__tablename__} were to be updated; {count} were matched.")
    for row in rows:
        _written(row, changed, None if version is None else read[-1])


def _written(row: Model, changed: Iterable[str], version: str | None) -> None:
    """Note that the row is written, so that the flush has nothing left to write."""
    for key in changed:
        set_committed_value(row, key, getattr(row, key))
    if version is not None:
        set_committed_value(row, version, getattr(row, version) + 1)

"""The order in which rows with a flow are locked, the same everywhere, to avoid deadlocks."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db
from grants.models import Application, Batch, Call
from grants.queries.flows import Stateful, parent_application


def lock(row: Stateful) -> None:
    """Lock the call (shared), the application and then the row. For a batch, lock only the batch."""
    if not isinstance(row, Batch):
        application = parent_application(row)
        db.session.execute(select(Call.id).where(Call.id == application.call_id).with_for_update(read=True))
        _refresh(application)
    if not isinstance(row, Application):
        _refresh(row)


def _refresh(row: Stateful) -> None:
    """Lock the row and read its columns again; fetching the result is what refreshes the object."""
    model = type(row)
    locked = select(model).where(model.id == row.id).with_for_update(of=model).execution_options(populate_existing=True)
    db.session.scalars(locked).one()

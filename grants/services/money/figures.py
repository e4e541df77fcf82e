"""The public figures of the home page, stored so that a page view need not sum over all grants."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from grants.db import db
from grants.models import Figures
from grants.queries.money import figures


def keep() -> None:
    """Compute the figures and store them in the one row, replacing the earlier ones. The last writer wins."""
    fresh = figures.counted()
    values = {column.key: getattr(fresh, column.key) for column in Figures.__table__.columns if column.key != "id"}
    db.session.execute(insert(Figures).values(id=1, **values).on_conflict_do_update(index_elements=["id"], set_=values))

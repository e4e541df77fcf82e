"""Idempotency keys are found by their age when their retention has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Two indexes: all keys are deleted after a month, those of a page after a day."""
    op.create_index("repeat_at_idx", "repeat", ["at"])
    page = """answer LIKE '{"status": ___, "location": "", %'"""
    op.create_index("repeat_page_idx", "repeat", ["at"], postgresql_where=sa.text(page))

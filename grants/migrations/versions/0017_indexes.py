"""Indexes for what does not grow with the database: an organisation's own applications, and the first to end."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Replace two indexes by ones that have their rows in the order in which they are read."""
    op.drop_index(op.f("application_organisation_id_idx"), "application")
    op.create_index("application_own_idx", "application", ["organisation_id", "id"])
    op.drop_index("application_count_idx", "application")
    op.create_index(
        "application_count_idx",
        "application",
        ["step", "call_id", "step_at", "id", "organisation_id"],
        postgresql_where=sa.text("submitted_at IS NOT NULL AND reference IS NOT NULL"),
    )

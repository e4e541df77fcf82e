"""Indexes for what pages look up: newer documents, failed work, the open reviews and cases of people, open batches."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create three indexes, and replace two by ones that answer without the table."""
    op.create_index(
        "document_superseded_idx",
        "document",
        ["supersedes_id"],
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_index(
        "outbox_unfinished_idx",
        "outbox",
        [sa.text("(args ->> 'document')")],
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_index(op.f("assignment_person_id_idx"), "assignment")
    op.create_index("assignment_own_idx", "assignment", ["person_id", "step", "application_id"])
    op.drop_index(op.f("involvement_person_id_idx"), "involvement")
    op.create_index("involvement_own_idx", "involvement", ["person_id", "application_id"])
    op.create_index(op.f("batch_step_idx"), "batch", ["step"])

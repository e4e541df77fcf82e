"""Indexes for what pages look up: a newer document, a failed print, the open reviews of a person, open batches."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create three indexes, and replace a fourth by one that can count open reviews without the table."""
    op.create_index(
        "document_superseded_idx",
        "document",
        ["supersedes_id"],
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_index(
        "outbox_document_idx",
        "outbox",
        [sa.text("(args ->> 'document')")],
        postgresql_where=sa.text("kind = 'document' AND done_at IS NULL"),
    )
    op.drop_index(op.f("assignment_person_id_idx"), "assignment")
    op.create_index("assignment_own_idx", "assignment", ["person_id", "step", "application_id"])
    op.create_index(op.f("batch_step_idx"), "batch", ["step"])

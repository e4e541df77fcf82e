"""Reminders that were sent, so that each is sent once."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.UniqueConstraint("kind", "about_id", "due_on", "days", name=op.f("reminder_once_key")),
        sa.CheckConstraint("days <> 0", name=op.f("reminder_before_or_after")),
    )
    op.create_index("reminder_sent_idx", "reminder", ["sent_at"])
    op.execute("""
        GRANT SELECT, INSERT, DELETE ON reminder TO grants_app; GRANT UPDATE (sent_at) ON reminder TO grants_app;
        GRANT USAGE ON SEQUENCE reminder_id_seq TO grants_app;
        GRANT SELECT ON reminder, reminder_id_seq TO grants_read
    """)

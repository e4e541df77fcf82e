"""A review keeps what was typed as its amount while that cannot be read."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """A column for the text, which is empty in a review that was submitted."""
    op.add_column("review", sa.Column("amount_typed", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint("sent_is_read", "review", "sent_at IS NULL OR amount_typed = ''")

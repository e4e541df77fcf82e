"""Organisations that an administrator corrects: a version."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Every organisation begins with the first version."""
    op.add_column("organisation", sa.Column("version", sa.Integer(), server_default="1", nullable=False))

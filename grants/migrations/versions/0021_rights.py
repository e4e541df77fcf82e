"""Rights of the members of an organisation, and its contacts. Until now every member had all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns; existing members keep what they may do."""
    for name in ("may_edit", "may_submit", "may_sign", "is_contact"):
        column = sa.Column(name, sa.Boolean(), server_default=sa.text("true"), nullable=False)
        op.add_column("membership", column)
    op.execute("GRANT UPDATE (may_edit, may_submit, may_sign, is_contact) ON membership TO grants_app")

"""A document has a code that nobody can guess beside its number, which anybody can."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Documents that exist keep none: their paper does not show it."""
    op.add_column("document", sa.Column("code", sa.Text()))
    op.create_unique_constraint(op.f("document_code_key"), "document", ["code"])
    op.create_check_constraint(op.f("document_code_has_its_form"), "document", "code ~ '^[0-9A-HJKMNP-TV-Z]{13}$'")
    op.execute("GRANT INSERT (code) ON document TO grants_app")

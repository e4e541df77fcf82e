"""Links that put an earlier email address back after its change was confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

OF_CHANGES = "purpose IN ('email', 'keep_email')"


def upgrade() -> None:
    """Add the former address of a change, and to its links the change; links of changes that are over end."""
    op.add_column("email_change", sa.Column("former", sa.Text()))
    op.create_check_constraint(
        op.f("email_change_former_is_of_one_that_has_ended"), "email_change", "former IS NULL OR ended_at IS NOT NULL"
    )
    op.add_column("link", sa.Column("email_change_id", sa.Integer()))
    op.create_foreign_key(
        op.f("link_email_change_id_fkey"), "link", "email_change", ["email_change_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("link_email_change_id_idx"), "link", ["email_change_id"])
    op.execute(
        "UPDATE link SET email_change_id = email_change.id FROM email_change"
        f" WHERE {OF_CHANGES} AND email_change.person_id = link.person_id AND email_change.ended_at IS NULL"
    )
    op.execute(f"DELETE FROM link WHERE {OF_CHANGES} AND email_change_id IS NULL")
    op.create_check_constraint(
        op.f("link_change_has_its_links"), "link", f"({OF_CHANGES}) = (email_change_id IS NOT NULL)"
    )

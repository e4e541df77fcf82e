"""Roles that end on a day, reminders of it, and the day in invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

CHECKS = {
    "appointment_ends_after_it_begins": "ends_on > (created_at AT TIME ZONE 'UTC')::date",
    "appointment_reminds_of_an_end": "reminded_days IS NULL OR ends_on IS NOT NULL",
    "invitation_only_a_role_ends": "role_ends_on IS NULL OR role IS NOT NULL",
}


def upgrade() -> None:
    """Add the day and the reminder; a role that is held has no end."""
    op.add_column("appointment", sa.Column("ends_on", sa.Date()))
    op.add_column("appointment", sa.Column("reminded_days", sa.Integer()))
    op.add_column("invitation", sa.Column("role_ends_on", sa.Date()))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(name), name.partition("_")[0], condition)
    op.execute("GRANT UPDATE (reminded_days) ON appointment TO grants_app")

"""Hand-over of rights to a successor, who accepts it as an invitation, at the earliest on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the member who hands over, and the day."""
    op.add_column("invitation", sa.Column("hands_over", sa.Integer()))
    op.add_column("invitation", sa.Column("starts_on", sa.Date()))
    op.create_foreign_key(op.f("invitation_hands_over_fkey"), "invitation", "membership", ["hands_over"], ["id"])
    op.create_check_constraint(
        op.f("invitation_hand_over_has_its_day"),
        "invitation",
        "(hands_over IS NULL) = (starts_on IS NULL) AND (hands_over IS NULL OR organisation_id IS NOT NULL)",
    )

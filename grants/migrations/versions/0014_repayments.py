"""The application does not choose the number of a repayment, as of every other row that it only adds."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """The right to insert is given for every column but the key."""
    op.execute("""
        REVOKE INSERT ON repayment FROM grants_app;
        GRANT INSERT (award_id, amount, currency, received_on, reference, by, at) ON repayment TO grants_app;
    """)

"""Accounts of people at an identity provider; a session can be opened with one."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

GRANTS = """
    GRANT SELECT, INSERT, UPDATE ON provider_account TO grants_app;
    GRANT USAGE ON SEQUENCE provider_account_id_seq TO grants_app;
    GRANT SELECT ON provider_account, provider_account_id_seq TO grants_read
"""
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Create the table, and let sessions name the new way of signing in."""
    op.create_table(
        "provider_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("subject_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("provider_account_subject_is_a_hash")),
        sa.CheckConstraint("issuer <> ''", name=op.f("provider_account_has_an_issuer")),
        sa.CheckConstraint("ended_at >= created_at", name=op.f("provider_account_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("provider_account_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("provider_account_pkey")),
    )
    op.create_index("provider_account_of_one_key", "provider_account", ["subject_sha256"], unique=True, postgresql_where=OPEN)
    op.create_index("provider_account_once_key", "provider_account", ["person_id", "issuer"], unique=True, postgresql_where=OPEN)
    op.drop_constraint(op.f("sign_in_way_is_known"), "sign_in")
    op.create_check_constraint(
        op.f("sign_in_way_is_known"), "sign_in", "way IN ('', 'password', 'link', 'provider')"
    )
    op.execute(GRANTS)

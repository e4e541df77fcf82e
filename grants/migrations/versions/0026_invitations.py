"""Invitations by mail, to act for an organisation or to a role of the Foundation."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

ROLES = "('officer', 'approver', 'finance', 'auditor', 'administrator', 'reviewer')"
RIGHTS = ("may_edit", "may_submit", "may_sign", "is_contact")
SCOPE = "(programme IS NULL OR call_id IS NULL) AND (role IS NOT NULL OR (programme IS NULL AND call_id IS NULL))"
OPEN = "organisation_id IS NOT NULL AND accepted_at IS NULL AND withdrawn_at IS NULL"
CHECKS = {
    "email_is_one": "email = lower(email) AND email LIKE '%_@_%'",
    "one_purpose": "(organisation_id IS NULL) <> (role IS NULL)",
    "role_is_appointed": f"role IN {ROLES}",
    "one_scope": SCOPE,
    "token_is_a_hash": "token_sha256 ~ '^[0-9a-f]{64}$'",
    "ends_after_it_begins": "ends_at > created_at",
    "accepted_by_somebody": "(accepted_at IS NULL) = (accepted_by IS NULL)",
    "one_end": "accepted_at IS NULL OR withdrawn_at IS NULL",
}
REFERENCES = {"organisation_id": "organisation", "call_id": "call", "invited_by": "person", "accepted_by": "person"}


def upgrade() -> None:
    """Create the table; an invitation is never deleted."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("role", sa.Text()),
        sa.Column("programme", sa.Text()),
        sa.Column("call_id", sa.Integer()),
        *(sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False) for name in RIGHTS),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.Text()),
        sa.Column("created_at", instant, server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.Column("accepted_at", instant),
        sa.Column("accepted_by", sa.Integer()),
        sa.Column("withdrawn_at", instant),
        *(sa.CheckConstraint(text, name=op.f(f"invitation_{name}")) for name, text in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"invitation_{column}_fkey"))
            for column, table in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("invitation_pkey")),
        sa.UniqueConstraint("token_sha256", name=op.f("invitation_token_sha256_key")),
    )
    op.create_index(op.f("invitation_invited_by_idx"), "invitation", ["invited_by"])
    op.create_index(
        "invitation_open_key",
        "invitation",
        ["organisation_id", "email"],
        unique=True,
        postgresql_where=sa.text(OPEN),
    )
    op.execute("GRANT SELECT, INSERT ON invitation TO grants_app; GRANT SELECT ON invitation TO grants_read")
    op.execute("GRANT USAGE ON SEQUENCE invitation_id_seq TO grants_app")
    op.execute("GRANT SELECT ON SEQUENCE invitation_id_seq TO grants_read")
    op.execute("GRANT UPDATE (token_sha256, accepted_at, accepted_by, withdrawn_at) ON invitation TO grants_app")

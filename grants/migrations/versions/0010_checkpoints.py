"""Checkpoints are signed by a process of its own with a role of its own, and the application cannot create any."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Checkpoints that exist keep their form, which is version 1."""
    _columns()
    _mails()
    _rights()


def _columns() -> None:
    for name, kind, default in (
        ("version", sa.Integer(), "1"),
        ("epoch", sa.Integer(), "1"),
        ("gaps", postgresql.JSONB(), "'[]'::jsonb"),
    ):
        op.add_column("checkpoint", sa.Column(name, kind, server_default=sa.text(default), nullable=False))
        op.alter_column("checkpoint", name, server_default=None)
    for name in ("previous", "key_id", "reason", "lost_digest"):
        op.add_column("checkpoint", sa.Column(name, sa.Text()))
    for name in ("lost_epoch", "lost_number"):
        op.add_column("checkpoint", sa.Column(name, sa.Integer()))
    op.alter_column("checkpoint", "below", nullable=True)
    op.create_check_constraint(
        op.f("checkpoint_form_of_its_version"),
        "checkpoint",
        "CASE version WHEN 1 THEN below IS NOT NULL AND num_nonnulls(previous, key_id, reason) = 0"
        " WHEN 2 THEN below IS NULL AND num_nonnulls(previous, key_id) = 2 ELSE false END",
    )
    op.create_check_constraint(
        op.f("checkpoint_restore_states_what_was_lost"),
        "checkpoint",
        "num_nonnulls(reason, lost_epoch, lost_number, lost_digest) IN (0, 4)",
    )


def _mails() -> None:
    op.create_table(
        "digest_mail",
        sa.Column("sent_on", sa.Date(), primary_key=True),
        sa.Column("checkpoint_id", sa.Integer(), sa.ForeignKey("checkpoint.id"), nullable=False),
    )


def _rights() -> None:
    """The sealer sees of history what a checkpoint covers, and none of its content."""
    op.execute("""
        REVOKE INSERT ON checkpoint FROM grants_app;
        REVOKE USAGE ON SEQUENCE checkpoint_id_seq FROM grants_app;
        GRANT USAGE ON SCHEMA public TO grants_seal;
        GRANT SELECT (id, hash, xact) ON history TO grants_seal;
        GRANT SELECT, INSERT ON checkpoint TO grants_seal;
        GRANT SELECT, INSERT ON digest_mail TO grants_app;
        GRANT SELECT ON digest_mail TO grants_read;
    """)

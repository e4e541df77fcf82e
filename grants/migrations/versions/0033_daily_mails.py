"""When a person wants emails, and the daily email that collects those which can wait."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Everybody gets every mail at once, as before."""
    op.add_column("person", sa.Column("mail_delivery", sa.Text(), server_default="immediate", nullable=False))
    known = "mail_delivery IN ('immediate', 'daily', 'urgent')"
    op.create_check_constraint(op.f("person_mail_delivery_is_known"), "person", known)
    op.create_table(
        "daily_mail",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("daily_mail_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("daily_mail_pkey")),
        sa.UniqueConstraint("person_id", "day", name="daily_mail_once_key"),
    )
    op.create_index("daily_mail_made_idx", "daily_mail", ["made_at"])
    _collected()
    op.execute("""
        GRANT SELECT, INSERT, DELETE ON daily_mail TO grants_app; GRANT UPDATE (made_at) ON daily_mail TO grants_app;
        GRANT SELECT, INSERT ON collected_mail TO grants_app;
        GRANT UPDATE (daily_mail_id, left_out) ON collected_mail TO grants_app;
        GRANT SELECT ON daily_mail, collected_mail, daily_mail_id_seq, collected_mail_id_seq TO grants_read
    """)


def _collected() -> None:
    op.create_table(
        "collected_mail",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("args", JSONB(), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("daily_mail_id", sa.Integer()),
        sa.Column("left_out", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("left_out = '' OR daily_mail_id IS NOT NULL", name=op.f("collected_mail_left_out_of_one")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("collected_mail_person_id_fkey")),
        sa.ForeignKeyConstraint(
            ["daily_mail_id"], ["daily_mail.id"], name=op.f("collected_mail_daily_mail_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("collected_mail_pkey")),
    )
    op.create_index(op.f("collected_mail_daily_mail_id_idx"), "collected_mail", ["daily_mail_id"])
    waiting = sa.text("daily_mail_id IS NULL")
    op.create_index("collected_mail_waiting_idx", "collected_mail", ["person_id"], postgresql_where=waiting)

"""Accounts: languages, a version, an index by the hash of the address; sessions with their devices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Without a language of mails, a person gets them in that of the pages, as before."""
    op.add_column("person", sa.Column("mail_language", sa.Text()))
    op.add_column("person", sa.Column("reading_languages", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("person", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("sign_in", sa.Column("id", sa.Integer(), sa.Identity(), nullable=False))
    op.create_unique_constraint(op.f("sign_in_id_key"), "sign_in", ["id"])
    for name in ("way", "browser", "system"):
        op.add_column("sign_in", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("sign_in_way_is_known"), "sign_in", "way IN ('', 'password', 'link')")
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("device_token_is_a_hash")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("device_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("device_pkey")),
        sa.UniqueConstraint("person_id", "token_sha256", name="device_once_key"),
    )
    op.create_index(op.f("device_used_at_idx"), "device", ["used_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON device TO grants_app; GRANT SELECT ON device TO grants_read")
    _email_changes()
    op.execute("GRANT SELECT ON SEQUENCE device_id_seq, email_change_id_seq, sign_in_id_seq TO grants_read")
    op.execute("""
        CREATE FUNCTION address_hash(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            RETURN encode(sha256(convert_to(address, 'UTF8')), 'hex');
    """)
    op.create_index("person_address_hash_idx", "person", [sa.text("address_hash(email)")])


def _email_changes() -> None:
    op.create_table(
        "email_change",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name=op.f("email_change_email_is_one")),
        sa.CheckConstraint("ends_at > created_at", name=op.f("email_change_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("email_change_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("email_change_pkey")),
    )
    op.create_index(
        "email_change_current_key",
        "email_change",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("email_change_ends_at_idx"), "email_change", ["ends_at"])
    app = "GRANT SELECT, INSERT, UPDATE, DELETE ON email_change TO grants_app"
    op.execute(f"{app}; GRANT SELECT ON email_change TO grants_read")
    op.drop_constraint(op.f("link_purpose_is_known"), "link")
    purposes = "purpose IN ('set_up', 'sign_in', 'password', 'email', 'keep_email')"
    op.create_check_constraint(op.f("link_purpose_is_known"), "link", purposes)

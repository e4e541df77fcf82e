"""One-time links, with which a person sets a password or signs in."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the table; links are deleted when others replace them, and at the end of their retention."""
    op.create_table(
        "link",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("purpose IN ('set_up', 'sign_in', 'password')", name=op.f("link_purpose_is_known")),
        sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("link_token_is_a_hash")),
        sa.CheckConstraint("ends_at > created_at", name=op.f("link_ends_after_it_begins")),
        sa.CheckConstraint("used_at >= created_at", name=op.f("link_used_after_it_begins")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("link_person_id_fkey")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("link_pkey")),
    )
    op.create_index(op.f("link_person_id_idx"), "link", ["person_id"])
    op.create_index(op.f("link_ends_at_idx"), "link", ["ends_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON link TO grants_app; GRANT SELECT ON link TO grants_read")

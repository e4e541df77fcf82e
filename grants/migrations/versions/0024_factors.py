"""Second factors, recovery codes and trusted devices; a session states when the factor was shown."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

GRANTS = """
    GRANT SELECT, INSERT, UPDATE ON factor, recovery_code TO grants_app;
    GRANT USAGE ON SEQUENCE factor_id_seq, recovery_code_id_seq TO grants_app;
    GRANT SELECT ON SEQUENCE factor_id_seq, recovery_code_id_seq TO grants_read;
    GRANT SELECT, INSERT, UPDATE, DELETE ON trusted_device TO grants_app;
    GRANT SELECT ON factor, recovery_code, trusted_device TO grants_read
"""


def upgrade() -> None:
    """Create the tables and columns. People with a role set up a factor at their next page, because none is shown yet."""
    _factor()
    _recovery_code()
    _trusted_device()
    op.add_column("sign_in", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    op.add_column("sign_in", sa.Column("challenge", sa.Text()))
    op.add_column("sign_in", sa.Column("challenge_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("sign_in_challenge_has_its_time"), "sign_in", "(challenge IS NULL) = (challenge_at IS NULL)"
    )
    op.execute(GRANTS)


def _stamp() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False)


def _factor() -> None:
    op.create_table(
        "factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text()),
        sa.Column("used_step", sa.Integer()),
        sa.Column("credential_id", sa.Text()),
        sa.Column("public_key", sa.Text()),
        sa.Column("sign_count", sa.BigInteger()),
        sa.Column("transports", sa.Text(), server_default="", nullable=False),
        _stamp(),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('totp', 'passkey')", name=op.f("factor_kind_is_known")),
        sa.CheckConstraint("label <> ''", name=op.f("factor_has_a_label")),
        sa.CheckConstraint("(kind = 'totp') = (secret IS NOT NULL)", name=op.f("factor_app_has_its_secret")),
        sa.CheckConstraint(
            "(kind = 'passkey') = (credential_id IS NOT NULL AND public_key IS NOT NULL AND sign_count IS NOT NULL)",
            name=op.f("factor_passkey_has_its_key"),
        ),
        sa.CheckConstraint("ended_at >= created_at", name=op.f("factor_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("factor_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("factor_pkey")),
        sa.UniqueConstraint("credential_id", name=op.f("factor_credential_id_key")),
    )
    op.create_index(op.f("factor_person_id_idx"), "factor", ["person_id"])


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.Text(), nullable=False),
        _stamp(),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("code_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("recovery_code_code_is_a_hash")),
        sa.CheckConstraint("used_at >= created_at", name=op.f("recovery_code_used_after_it_begins")),
        sa.CheckConstraint("used_at IS NULL OR ended_at IS NOT DISTINCT FROM used_at", name=op.f("recovery_code_ends_when_used")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("recovery_code_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("recovery_code_pkey")),
        sa.UniqueConstraint("code_sha256", name=op.f("recovery_code_code_sha256_key")),
    )
    op.create_index(op.f("recovery_code_person_id_idx"), "recovery_code", ["person_id"])


def _trusted_device() -> None:
    op.create_table(
        "trusted_device",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _stamp(),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("trusted_device_token_is_a_hash")),
        sa.CheckConstraint("ends_at > created_at", name=op.f("trusted_device_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("trusted_device_person_id_fkey")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("trusted_device_pkey")),
    )
    op.create_index(op.f("trusted_device_person_id_idx"), "trusted_device", ["person_id"])
    op.create_index(op.f("trusted_device_ends_at_idx"), "trusted_device", ["ends_at"])

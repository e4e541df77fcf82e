"""Registration of organisations: their legal details in versions, of which an award keeps the one it was decided on."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the tables. Organisations of earlier releases have no legal details until somebody enters them."""
    _profiles()


def _profiles() -> None:
    op.create_table(
        "organisation_profile",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("legal_name", sa.Text, nullable=False),
        sa.Column("register", sa.Text, server_default="", nullable=False),
        sa.Column("register_number", sa.Text, server_default="", nullable=False),
        sa.Column("identifier", sa.Text, nullable=False),
        sa.Column("address", sa.Text, server_default="", nullable=False),
        sa.Column("city", sa.Text, server_default="", nullable=False),
        sa.Column("website", sa.Text, server_default="", nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.CheckConstraint("number >= 1", name=op.f("organisation_profile_is_counted_from_one")),
        sa.CheckConstraint("legal_name <> ''", name=op.f("organisation_profile_has_its_legal_name")),
        sa.CheckConstraint(
            "(register = '') = (register_number = '')", name=op.f("organisation_profile_number_has_its_register")
        ),
    )
    op.create_index(op.f("organisation_profile_identifier_idx"), "organisation_profile", ["identifier"])
    _only_grows("organisation_profile")
    op.add_column("award", sa.Column("profile_id", sa.Integer, sa.ForeignKey("organisation_profile.id")))


def _only_grows(table: str) -> None:
    """Rows are only added, under keys that the sequence draws."""
    op.execute(f"""
        CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER {table}_never_empties BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        GRANT SELECT ON {table} TO grants_app, grants_read;
        GRANT USAGE ON SEQUENCE {table}_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE {table}_id_seq TO grants_read;
        DO $$
        BEGIN
            EXECUTE (SELECT format('GRANT INSERT (%s) ON {table} TO grants_app', string_agg(quote_ident(attname), ', '))
                FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
                    AND attname <> 'id' AND attgenerated = '');
        END $$;
    """)

"""Registration of organisations, legal details in versions, which awards keep, verification, requests to join."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

KINDS = ("chapter", "nonprofit", "university", "individual")


def upgrade() -> None:
    """Create the tables. Organisations of earlier releases have no legal details until somebody enters them."""
    _profiles()
    _verifications()
    _registrations()
    _join_requests()


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


def _verifications() -> None:
    """An organisation without a row was entered by the Foundation and needs no verification."""
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id"), nullable=False, unique=True),
        sa.Column("step", sa.Text, server_default="registered", nullable=False),
        sa.Column("step_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "step IN ('registered', 'verified', 'refused')", name=op.f("verification_step_is_known")
        ),
        sa.CheckConstraint(
            "step = 'registered' OR (note <> '' AND by IS NOT NULL)", name=op.f("verification_settled_by_somebody")
        ),
    )
    op.create_index(
        "verification_open_idx", "verification", ["due_on"], postgresql_where=sa.text("step = 'registered'")
    )
    op.execute("""
        CREATE CONSTRAINT TRIGGER verification_step_made AFTER INSERT ON verification DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION step_has_its_event();
        CREATE CONSTRAINT TRIGGER verification_step_moved AFTER UPDATE OF step ON verification
            DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (OLD.step IS DISTINCT FROM NEW.step) EXECUTE FUNCTION step_has_its_event();
        GRANT SELECT, INSERT ON verification TO grants_app;
        GRANT UPDATE (step, step_at, due_on, note, by, version) ON verification TO grants_app;
        GRANT SELECT ON verification TO grants_read;
        GRANT USAGE ON SEQUENCE verification_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE verification_id_seq TO grants_read;
    """)


def _registrations() -> None:
    """What somebody enters before the mailed link is used; the clock deletes it."""
    text, when = sa.Text, sa.DateTime(timezone=True)
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("email", "name")),
        sa.Column("title", text, server_default="", nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("language", "kind", "organisation", "country", "legal_name")),
        *(
            sa.Column(name, text, server_default="", nullable=False)
            for name in ("register", "register_number", "address", "city", "website")
        ),
        sa.Column("call_id", sa.Integer, sa.ForeignKey("call.id")),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id")),
        sa.Column("declined", sa.ARRAY(sa.Integer), server_default="{}", nullable=False),
        sa.Column("tokens", sa.ARRAY(text), server_default="{}", nullable=False),
        sa.Column("created_at", when, server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("ends_at", when, nullable=False),
        sa.Column("used_at", when),
        sa.CheckConstraint(f"kind IN {KINDS}", name=op.f("registration_kind_is_known")),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("registration_country_is_a_code")),
        sa.CheckConstraint("ends_at > created_at", name=op.f("registration_ends_after_it_begins")),
        sa.CheckConstraint("used_at >= created_at", name=op.f("registration_used_after_it_begins")),
    )
    op.create_index(op.f("registration_ends_at_idx"), "registration", ["ends_at"])
    op.create_index("registration_tokens_idx", "registration", ["tokens"], postgresql_using="gin")
    op.execute("""
        GRANT SELECT, INSERT, UPDATE, DELETE ON registration TO grants_app;
        GRANT SELECT ON registration TO grants_read;
        GRANT USAGE ON SEQUENCE registration_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE registration_id_seq TO grants_read;
    """)


def _join_requests() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("title", sa.Text, server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("accepted", sa.Boolean),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (accepted IS NULL)",
            name=op.f("join_request_decided_by_somebody"),
        ),
        sa.CheckConstraint("accepted IS NOT FALSE OR reason <> ''", name=op.f("join_request_declined_with_a_reason")),
    )
    op.create_index(op.f("join_request_person_id_idx"), "join_request", ["person_id"])
    op.create_index(
        "join_request_open_key",
        "join_request",
        ["organisation_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.execute("""
        GRANT SELECT, INSERT ON join_request TO grants_app;
        GRANT UPDATE (decided_at, decided_by, accepted, reason) ON join_request TO grants_app;
        GRANT SELECT ON join_request TO grants_read;
        GRANT USAGE ON SEQUENCE join_request_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE join_request_id_seq TO grants_read;
    """)


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

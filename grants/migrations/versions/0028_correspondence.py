"""Messages between applicants and the Foundation, their mails and readers, and internal notes."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

TEXT_HASH = "sha256 ~ '^[0-9a-f]{64}$' AND salt ~ '^[0-9a-f]{32}$'"
NOW = sa.text("grants_now()")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables; messages and notes only grow, and their texts go only with an event of their erasure."""
    _messages()
    _readers()
    _mails()
    _notes()
    _erasure("message", "body = '', quoted = ''", "body, quoted")
    _erasure("note", "body = ''", "body")


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("application_id", sa.Integer(), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("award_id", sa.Integer(), sa.ForeignKey("award.id")),
        sa.Column("report_id", sa.Integer(), sa.ForeignKey("report.id")),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("sent_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("via", sa.Text(), server_default="page", nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("in_reply_to", sa.Integer(), sa.ForeignKey("message.id")),
        sa.Column("mail_sha256", sa.Text(), unique=True),
        sa.Column("held_from", sa.Text(), server_default="", nullable=False),
        sa.Column("files", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("side IN ('applicant', 'foundation')", name=op.f("message_side_is_known")),
        sa.CheckConstraint("via IN ('page', 'mail')", name=op.f("message_way_is_known")),
        sa.CheckConstraint(
            "(via = 'mail') = (mail_sha256 IS NOT NULL)", name=op.f("message_mail_has_its_identifier")
        ),
        sa.CheckConstraint(
            "via = 'mail' OR (quoted = '' AND files = 0 AND held_from = '')", name=op.f("message_page_quotes_nothing")
        ),
        sa.CheckConstraint("files >= 0", name=op.f("message_files_are_counted")),
        sa.CheckConstraint("mail_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("message_identifier_is_a_hash")),
        sa.CheckConstraint(TEXT_HASH, name=op.f("message_text_has_its_hash")),
    )
    op.create_index("message_application_idx", "message", ["application_id", "id"])
    op.execute("GRANT SELECT ON message TO grants_app, grants_read")
    _own_ids("message")
    _sequence("message")


def _readers() -> None:
    op.create_table(
        "message_read",
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("read_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("settled_at", INSTANT),
    )
    op.execute("""
        GRANT SELECT, INSERT ON message_read TO grants_app; GRANT UPDATE (settled_at) ON message_read TO grants_app;
        GRANT SELECT ON message_read TO grants_read
    """)


def _mails() -> None:
    op.create_table(
        "message_mail",
        sa.Column("token_sha256", sa.Text(), primary_key=True),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("returned_at", INSTANT),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("message_mail_token_is_a_hash")),
        sa.CheckConstraint("role IN ('applicant', 'officer')", name=op.f("message_mail_role_answers")),
        sa.CheckConstraint("ends_at > created_at", name=op.f("message_mail_ends_after_it_begins")),
        sa.CheckConstraint(
            "returned_at IS NOT NULL OR problem = ''", name=op.f("message_mail_problem_of_what_came_back")
        ),
    )
    op.create_index(op.f("message_mail_message_id_idx"), "message_mail", ["message_id"])
    op.create_index(op.f("message_mail_ends_at_idx"), "message_mail", ["ends_at"])
    op.create_index(
        "outbox_message_idx",
        "outbox",
        [sa.text("(args ->> 'message')")],
        postgresql_where=sa.text("(args ->> 'message') IS NOT NULL"),
    )
    op.execute("""
        GRANT SELECT, INSERT, DELETE ON message_mail TO grants_app;
        GRANT UPDATE (returned_at, problem) ON message_mail TO grants_app; GRANT SELECT ON message_mail TO grants_read
    """)


def _notes() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("application_id", sa.Integer(), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(TEXT_HASH, name=op.f("note_text_has_its_hash")),
    )
    op.create_index("note_application_idx", "note", ["application_id", "id"])
    op.execute("GRANT SELECT ON note TO grants_app, grants_read")
    _own_ids("note")
    _sequence("note")


def _own_ids(table: str) -> None:
    """The application adds rows under keys that the sequence draws."""
    op.execute(f"""
        DO $$ BEGIN
            EXECUTE (SELECT format('GRANT INSERT (%s) ON {table} TO grants_app', string_agg(quote_ident(attname), ', '))
                FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
                    AND attname <> 'id' AND attgenerated = '');
        END $$;
    """)


def _sequence(table: str) -> None:
    op.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO grants_app")
    op.execute(f"GRANT SELECT ON SEQUENCE {table}_id_seq TO grants_read")


def _erasure(table: str, emptied: str, texts: str) -> None:
    """The rows never change, but for texts that become empty with an event of their erasure in the same transaction."""
    empty = emptied.replace("body", "NEW.body").replace("quoted", "NEW.quoted").replace(",", " AND")
    op.execute(f"""
        CREATE FUNCTION {table}_is_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND {empty}
               AND to_jsonb(NEW) - string_to_array('{texts}', ', ') = to_jsonb(OLD) - string_to_array('{texts}', ', ')
               AND EXISTS (SELECT FROM history e WHERE e.about = '{table}' AND e.about_id = OLD.id AND e.key = 'erase'
                           AND e.subject = 'application' AND e.subject_id = OLD.application_id
                           AND e.stamp = grants_stamp()) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '{table} % is only erased, with an event', OLD.id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{table}_is_erased';
        END $$;
        CREATE FUNCTION erase_{table}(erased integer) RETURNS void LANGUAGE sql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$ UPDATE {table} SET {emptied} WHERE id = erased; $$;
        REVOKE EXECUTE ON FUNCTION {table}_is_erased, erase_{table} FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION erase_{table} TO grants_app;
        CREATE TRIGGER {table}_is_erased BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_is_erased();
        CREATE TRIGGER {table}_never_empties BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """)

"""The stamp of a transaction in place of its number, and rights that the application does not need."""

from alembic import op

revision = "0007"
down_revision = "0006"

DELETED = ("repeat", "score", "sign_in", "sign_in_failure")
"""Tables from which the application deletes rows."""
UPDATED = {
    "decision": "",
    "document_snapshot": "",
    "history_words": "words",
    "fund": "id",
    "appointment": "ended_at",
    "membership": "ended_at",
    "conflict": "lifted_at, lifted_by, lifted_reason",
    "counter": "last",
    "payment": "undone, paid_at",
    "recommendation": "sent_back",
}
"""The only columns of these tables that the application updates. To lock a row, it needs the right on one of them."""


def upgrade() -> None:
    """Numbers of transactions start anew in a restored cluster; with the number of the cluster they never repeat."""
    _stamps()
    _steps()
    _erasures()
    _rights()


def _stamps() -> None:
    """Rows that exist get a stamp that no transaction can have."""
    op.execute("""
        CREATE FUNCTION grants_stamp() RETURNS text LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
            RETURN (SELECT system_identifier FROM pg_control_system()) || ':' || pg_current_xact_id();
        CREATE FUNCTION own_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            NEW.stamp := grants_stamp();
            RETURN NEW;
        END $$;
        REVOKE EXECUTE ON FUNCTION own_stamp FROM PUBLIC;
    """)
    for table in ("history", "entry", "posting"):
        op.execute(f"""
            ALTER TABLE {table} ADD COLUMN stamp text;
            ALTER TABLE {table} DISABLE TRIGGER USER;
            UPDATE {table} SET stamp = 'earlier:' || xact;
            ALTER TABLE {table} ENABLE TRIGGER USER;
            ALTER TABLE {table} ALTER COLUMN stamp SET NOT NULL;
            CREATE TRIGGER {table}_stamp BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION own_stamp();
        """)
    op.execute("""
        ALTER TABLE posting DROP CONSTRAINT posting_entry_id_xact_fkey;
        ALTER TABLE entry DROP CONSTRAINT entry_id_xact_key;
        DROP TRIGGER posting_xact ON posting;
        DROP TRIGGER entry_xact ON entry;
        ALTER TABLE posting DROP COLUMN xact;
        ALTER TABLE entry DROP COLUMN xact;
        ALTER TABLE entry ADD CONSTRAINT entry_id_stamp_key UNIQUE (id, stamp);
        ALTER TABLE posting ADD CONSTRAINT posting_entry_id_stamp_fkey FOREIGN KEY (entry_id, stamp) REFERENCES entry (id, stamp);
    """)


def _steps() -> None:
    """A step changes only together with an event that bears the stamp of the same transaction."""
    op.execute("""
        CREATE OR REPLACE FUNCTION step_has_its_event() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM history WHERE about = TG_TABLE_NAME AND about_id = NEW.id AND step_to = NEW.step
                           AND stamp = grants_stamp()) THEN
                RAISE EXCEPTION 'the step of % % changed without an event', TG_TABLE_NAME, NEW.id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_step_has_its_event';
            END IF;
            RETURN NULL;
        END $$;
    """)


def _erasures() -> None:
    """Answers go only together with an event that bears the stamp of the same transaction."""
    op.execute("""
        CREATE OR REPLACE FUNCTION content_is_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW.submission_id = OLD.submission_id AND NEW.content IS NULL AND NEW.answer = ''
               AND EXISTS (SELECT FROM history WHERE about = 'submission' AND about_id = OLD.submission_id
                           AND key = 'erase' AND stamp = grants_stamp()) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the content of submission % is only erased, with an event', OLD.submission_id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'submission_content_is_erased';
        END $$;
    """)


def _rights() -> None:
    """Tables that are created later get their rights with them."""
    kept = ", ".join(f"'{table}'" for table in DELETED)
    op.execute(f"""
        DO $$
        DECLARE name text;
        BEGIN
            FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND relname NOT IN ({kept})
            LOOP
                EXECUTE format('REVOKE DELETE ON %I FROM grants_app', name);
            END LOOP;
        END $$;
    """)
    for table, columns in UPDATED.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM grants_app")
        if columns:
            op.execute(f"GRANT UPDATE ({columns}) ON {table} TO grants_app")

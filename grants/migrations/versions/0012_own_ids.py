"""What the application writes into history is what the database lets it: ids, erasures and days of mails are not its own."""

from alembic import op

revision = "0012"
down_revision = "0011"

NUMBERED = (
    "account",
    "award_indicator",
    "decision",
    "document",
    "entry",
    "history",
    "history_words",
    "involvement",
    "more_time",
    "posting",
    "submission",
    "submission_indicator",
    "submission_line",
)
"""Tables that the application only adds to and whose key is drawn from a sequence."""


def upgrade() -> None:
    """The right to insert is given for single columns, so that all others have their defaults."""
    _ids()
    _erasures()
    _texts()
    _mails()
    _sealer()


def _ids() -> None:
    for table in NUMBERED:
        op.execute(f"""
            DO $$
            BEGIN
                REVOKE INSERT ON {table} FROM grants_app;
                EXECUTE (SELECT format('GRANT INSERT (%s) ON {table} TO grants_app', string_agg(quote_ident(attname), ', '))
                    FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
                        AND attname <> 'id' AND attgenerated = '');
            END $$;
        """)


def _erasures() -> None:
    """The event of an erasure belongs to the chain of the application. It empties the answer to a question too."""
    op.execute("""
        CREATE OR REPLACE FUNCTION content_is_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW.submission_id = OLD.submission_id AND NEW.content IS NULL AND NEW.answer = ''
               AND EXISTS (SELECT FROM history h JOIN submission s ON s.id = OLD.submission_id
                           WHERE h.about = 'submission' AND h.about_id = s.id AND h.key = 'erase'
                               AND h.subject = 'application' AND h.subject_id = s.application_id
                               AND h.stamp = grants_stamp()) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the content of submission % is only erased, with an event', OLD.submission_id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'submission_content_is_erased';
        END $$;
        CREATE OR REPLACE FUNCTION erase_submission(erased integer) RETURNS void LANGUAGE sql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
            UPDATE submission_content SET content = NULL, answer = '' WHERE submission_id = erased;
            UPDATE history_words w SET words = '' FROM history h, submission s
                WHERE s.id = erased AND h.about = 'application' AND h.about_id = s.application_id AND h.key = 'answer'
                    AND h.said #>> '{values,submission}' = s.number::text AND w.event_id = h.id AND w.name = 'answer';
        $$;
    """)


def _texts() -> None:
    """A text of an event is emptied together with the submission that it was sent with, and never changed otherwise."""
    op.execute("""
        CREATE FUNCTION text_is_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW.words = '' AND OLD.name = 'answer'
               AND (NEW.id, NEW.event_id, NEW.name, NEW.salt) = (OLD.id, OLD.event_id, OLD.name, OLD.salt)
               AND EXISTS (
                   SELECT FROM history h JOIN submission s ON h.about = 'application' AND s.application_id = h.about_id
                       AND s.number::text = h.said #>> '{values,submission}'
                   JOIN history e ON e.about = 'submission' AND e.about_id = s.id
                   WHERE h.id = OLD.event_id AND h.key = 'answer' AND e.key = 'erase' AND e.subject = 'application'
                       AND e.subject_id = s.application_id AND e.stamp = grants_stamp()) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'text “%” of event % is only erased, with its submission', OLD.name, OLD.event_id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_words_are_erased';
        END $$;
        REVOKE EXECUTE ON FUNCTION text_is_erased FROM PUBLIC;
        CREATE TRIGGER history_words_are_erased BEFORE UPDATE OR DELETE ON history_words
            FOR EACH ROW EXECUTE FUNCTION text_is_erased();
        CREATE TRIGGER history_words_never_empties BEFORE TRUNCATE ON history_words
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        REVOKE UPDATE (words) ON history_words FROM grants_app;
    """)


def _mails() -> None:
    """The day of a digest is that of its mail: with days of the future, no mail would be sent on them."""
    op.execute("""
        ALTER TABLE digest_mail ALTER COLUMN sent_on SET DEFAULT timezone('UTC', grants_now())::date;
        REVOKE INSERT ON digest_mail FROM grants_app;
        GRANT INSERT (checkpoint_id) ON digest_mail TO grants_app;
    """)


def _sealer() -> None:
    """The sealer passes over events whose id was not drawn from the sequence."""
    op.execute("GRANT SELECT ON SEQUENCE history_id_seq TO grants_seal")

"""What the database itself refuses, whoever asks: the second line behind every rule of the program."""

from alembic import op

revision = "0003"
down_revision = "0002"

LASTING = ("history", "entry", "posting", "document", "document_file", "document_end", "checkpoint")
STEPPED = ("application", "agreement", "instalment", "report", "batch")


def upgrade() -> None:
    """Triggers first, then what each role may do.

    Each function names its search path: a guard that looked into the session's own would read a temporary table
    called `history` or `posting` instead of the real one.
    """
    _lasting()
    _stepped()
    _ledger()
    _waiting()
    _search()
    _rights()


def _lasting() -> None:
    """History, ledger and documents only grow."""
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_only_grows';
        END $$;
        CREATE FUNCTION own_transaction() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            NEW.xact := pg_current_xact_id()::text::bigint;
            RETURN NEW;
        END $$;
    """)
    for table in LASTING:
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER {table}_never_empties BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """)
    for table in ("history", "entry", "posting"):
        op.execute(f"CREATE TRIGGER {table}_xact BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION own_transaction();")


def _stepped() -> None:
    """A step changes only together with an event of the same transaction that says so."""
    op.execute("""
        CREATE FUNCTION step_has_its_event() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM history WHERE about = TG_TABLE_NAME AND about_id = NEW.id AND step_to = NEW.step
                           AND xact = pg_current_xact_id()::text::bigint) THEN
                RAISE EXCEPTION 'the step of % % changed without an event', TG_TABLE_NAME, NEW.id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_step_has_its_event';
            END IF;
            RETURN NULL;
        END $$;
    """)
    for table in STEPPED:
        op.execute(f"""
            CREATE CONSTRAINT TRIGGER {table}_step_made AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION step_has_its_event();
            CREATE CONSTRAINT TRIGGER {table}_step_moved AFTER UPDATE OF step ON {table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (OLD.step IS DISTINCT FROM NEW.step) EXECUTE FUNCTION step_has_its_event();
        """)


def _ledger() -> None:
    """Entries balance, nothing joins them later, and balances and totals are written by triggers alone."""
    op.execute("""
        CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        DECLARE
            id_of_entry bigint;
        BEGIN
            IF TG_TABLE_NAME = 'entry' THEN id_of_entry := NEW.id; ELSE id_of_entry := NEW.entry_id; END IF;
            IF (SELECT count(*) FROM posting WHERE entry_id = id_of_entry) < 2
               OR EXISTS (SELECT FROM posting WHERE entry_id = id_of_entry GROUP BY currency HAVING sum(amount) <> 0) THEN
                RAISE EXCEPTION 'entry % does not balance', id_of_entry
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'entry_balances';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER entry_balanced AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION entry_balances();
        CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON posting DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION entry_balances();

        CREATE FUNCTION open_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO balance (account_id, kind, amount) VALUES (NEW.id, NEW.kind, 0);
            INSERT INTO total (fund_id, kind, call_id, currency, amount)
                VALUES (NEW.fund_id, NEW.kind, NEW.call_id, NEW.currency, 0) ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$;
        CREATE TRIGGER account_has_balance AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION open_balance();

        CREATE FUNCTION add_to_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF NEW.currency <> (SELECT currency FROM account WHERE id = NEW.account_id) THEN
                RAISE EXCEPTION 'posting in another currency' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'posting_currency';
            END IF;
            UPDATE balance SET amount = amount + NEW.amount WHERE account_id = NEW.account_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER posting_counts AFTER INSERT ON posting FOR EACH ROW EXECUTE FUNCTION add_to_balance();

        CREATE FUNCTION add_to_totals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            UPDATE total SET amount = total.amount + fresh.amount
            FROM (SELECT fund_id, kind, call_id, account.currency, sum(added.amount) AS amount
                  FROM added JOIN account ON account.id = account_id GROUP BY fund_id, kind, call_id, account.currency) AS fresh
            WHERE total.fund_id = fresh.fund_id AND total.kind = fresh.kind AND total.currency = fresh.currency
                AND total.call_id IS NOT DISTINCT FROM fresh.call_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER posting_totals AFTER INSERT ON posting REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION add_to_totals();
    """)


def _waiting() -> None:
    """Whether an instalment waits for a batch is worked out by the database, whatever somebody writes into it."""
    op.execute("""
        CREATE FUNCTION work_out_waits() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            NEW.waits := NEW.step = 'payable' AND NOT EXISTS (SELECT FROM payment WHERE instalment_id = NEW.id AND NOT undone);
            RETURN NEW;
        END $$;
        CREATE TRIGGER instalment_waits BEFORE INSERT OR UPDATE OF step, waits ON instalment
            FOR EACH ROW EXECUTE FUNCTION work_out_waits();

        CREATE FUNCTION ask_instalment() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            UPDATE instalment SET waits = waits WHERE id IN (OLD.instalment_id, NEW.instalment_id);
            RETURN NULL;
        END $$;
        CREATE TRIGGER payment_takes AFTER INSERT OR DELETE OR UPDATE OF instalment_id, undone ON payment
            FOR EACH ROW EXECUTE FUNCTION ask_instalment();
    """)


def _search() -> None:
    """Words of titles are found without accents, through an index."""
    op.execute("""
        CREATE INDEX application_words_idx ON application USING gin (words gin_trgm_ops);
        CREATE INDEX organisation_words_idx ON organisation USING gin (plain(name) gin_trgm_ops);
    """)


def _rights() -> None:
    """The application may read and write, but what lasts it may only add to; it owns nothing.

    Who may execute a trigger's function may hang it on a temporary table of their own, and three of ours write
    balances and totals with the owner's rights.
    """
    lasting = ", ".join(LASTING)
    op.execute(f"""
        GRANT USAGE ON SCHEMA public TO grants_app, grants_read;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO grants_app, grants_read;
        GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO grants_app;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO grants_app;
        GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO grants_read;
        REVOKE UPDATE, DELETE ON {lasting} FROM grants_app;
        REVOKE INSERT, UPDATE, DELETE ON balance, total, clock_offset, alembic_version FROM grants_app;
        REVOKE UPDATE, DELETE ON account FROM grants_app;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        REVOKE EXECUTE ON FUNCTION refuse_change, own_transaction, step_has_its_event, entry_balances, open_balance, add_to_balance, add_to_totals, work_out_waits, ask_instalment FROM PUBLIC;
    """)

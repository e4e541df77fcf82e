"""Drafts and submissions in tables of their own; what was decided on refers to a submission, what was awarded is copied."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from grants.migrations import content_0005

revision = "0006"
down_revision = "0005"

GROWING = ("submission", "submission_line", "submission_indicator", "award_indicator")


def upgrade() -> None:
    """The rows of earlier releases become submissions first, then the columns that they were in are dropped."""
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    fitting = content_0005.fitting(op.get_bind())
    _submissions()
    _awards()
    _references()
    content_0005.rebuild(op.get_bind())
    _required()
    _dropped()
    _sums()
    _guards()
    content_0005.restate(op.get_bind(), fitting)


def _line_columns() -> list[sa.Column]:
    return [
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("quantity", sa.Numeric(18, 3)),
        sa.Column("unit_cost", sa.Numeric(18, 3)),
        sa.Column("total", sa.Numeric(18, 3), nullable=False),
    ]


def _indicator_columns() -> list[sa.Column]:
    return [
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, server_default="", nullable=False),
        sa.Column("baseline", sa.Numeric(18, 3)),
        sa.Column("target", sa.Numeric(18, 3)),
        sa.Column("how", sa.Text, server_default="", nullable=False),
    ]


def _submissions() -> None:
    op.create_table(
        "draft",
        sa.Column("application_id", sa.Integer, sa.ForeignKey("application.id"), primary_key=True, autoincrement=False),
        sa.Column("content", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("application_id", sa.Integer, sa.ForeignKey("application.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("salt", sa.Text, server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("preserved", sa.Boolean, server_default="true", nullable=False),
        sa.UniqueConstraint("application_id", "number", name=op.f("submission_application_id_number_key")),
        sa.CheckConstraint("number > 0", name=op.f("submission_is_counted_from_one")),
        sa.CheckConstraint("stage IN ('alert', 'statement', 'proposal')", name=op.f("submission_stage_is_known")),
        sa.CheckConstraint(
            "sha256 ~ '^[0-9a-f]{64}$' OR (sha256 = '' AND NOT preserved)", name=op.f("submission_sha256_is_a_hash")
        ),
    )
    op.create_table(
        "submission_content",
        sa.Column("submission_id", sa.Integer, sa.ForeignKey("submission.id"), primary_key=True, autoincrement=False),
        sa.Column("content", JSONB),
        sa.Column("answer", sa.Text, server_default="", nullable=False),
    )
    op.create_table(
        "submission_line",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, sa.ForeignKey("submission.id"), nullable=False),
        *_line_columns(),
        sa.UniqueConstraint("submission_id", "position", name=op.f("submission_line_submission_id_position_key")),
        sa.CheckConstraint("total >= 0", name=op.f("submission_line_costs_no_less_than_nothing")),
    )
    op.create_table(
        "submission_indicator",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, sa.ForeignKey("submission.id"), nullable=False),
        *_indicator_columns(),
        sa.UniqueConstraint("submission_id", "position", name=op.f("submission_indicator_submission_id_position_key")),
    )


def _awards() -> None:
    """The lines and indicators of awards keep the ids of those of the application, so that reports and events fit."""
    op.create_table(
        "award_line",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("award_id", sa.Integer, sa.ForeignKey("award.id"), nullable=False),
        *_line_columns(),
        sa.Column("agreed", sa.Numeric(18, 3), nullable=False),
        sa.UniqueConstraint("award_id", "position", name=op.f("award_line_award_id_position_key")),
        sa.CheckConstraint("agreed BETWEEN 0 AND total", name=op.f("award_line_agreed_within_what_was_asked")),
    )
    op.create_table(
        "award_indicator",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("award_id", sa.Integer, sa.ForeignKey("award.id"), nullable=False),
        *_indicator_columns(),
        sa.UniqueConstraint("award_id", "position", name=op.f("award_indicator_award_id_position_key")),
    )
    op.execute("""
        INSERT INTO award_line (id, award_id, position, what, category, quantity, unit_cost, total, agreed)
            SELECT l.id, w.id, l.position, l.what, l.category, l.quantity, l.unit_cost, l.total, l.agreed
            FROM budget_line l JOIN award w USING (application_id) ORDER BY l.id;
        INSERT INTO award_indicator (id, award_id, position, name, unit, baseline, target, how)
            SELECT i.id, w.id, i.position, i.name, i.unit, i.baseline, i.target, i.how
            FROM indicator i JOIN award w USING (application_id) ORDER BY i.id;
        SELECT setval(pg_get_serial_sequence('award_line', 'id'), max(id)) FROM award_line HAVING max(id) IS NOT NULL;
        SELECT setval(pg_get_serial_sequence('award_indicator', 'id'), max(id)) FROM award_indicator
            HAVING max(id) IS NOT NULL;
    """)
    _renamed("report_figure", "indicator_id", "award_indicator")
    _renamed("report_spending", "budget_line_id", "award_line")


def _renamed(table: str, old: str, parent: str) -> None:
    """A new column in place of the old one, because servers before version 18 do not name NOT NULL constraints."""
    op.execute(f"""
        ALTER TABLE {table} ADD COLUMN {parent}_id integer;
        UPDATE {table} SET {parent}_id = {old};
        ALTER TABLE {table} ALTER COLUMN {parent}_id SET NOT NULL;
        ALTER TABLE {table} DROP COLUMN {old};
        ALTER TABLE {table} ADD CONSTRAINT {table}_{parent}_id_fkey FOREIGN KEY ({parent}_id) REFERENCES {parent} (id);
        ALTER TABLE {table} ADD CONSTRAINT {table}_report_id_{parent}_id_key UNIQUE (report_id, {parent}_id);
    """)


def _references() -> None:
    for table in ("application", "checked", "assignment", "decision", "document"):
        op.execute(f"""
            ALTER TABLE {table} ADD COLUMN submission_id integer;
            ALTER TABLE {table} ADD CONSTRAINT {table}_submission_id_fkey
                FOREIGN KEY (submission_id) REFERENCES submission (id);
        """)


def _required() -> None:
    """Verdicts of one check are those of one submission."""
    for table in ("checked", "assignment", "decision"):
        op.alter_column(table, "submission_id", nullable=False)
    op.execute("""
        ALTER TABLE checked DROP CONSTRAINT checked_application_id_key_key;
        ALTER TABLE checked ADD CONSTRAINT checked_submission_id_key_key UNIQUE (submission_id, key);
        ALTER TABLE application DROP CONSTRAINT application_sent_has_its_number;
        ALTER TABLE application ADD CONSTRAINT application_sent_has_its_number CHECK (step IN ('draft', 'withdrawn')
            OR (reference IS NOT NULL AND submitted_at IS NOT NULL AND submission_id IS NOT NULL));
    """)


def _dropped() -> None:
    for column in ("answers", "saved_at", "submitted_sha256"):
        op.drop_column("application", column)
    op.drop_table("budget_line")
    op.drop_table("indicator")


def _sums() -> None:
    """The lines agreed come to the award, whoever changes either."""
    op.execute("""
        CREATE OR REPLACE FUNCTION agreed_is_the_award() RETURNS trigger LANGUAGE plpgsql
            SET search_path = public, pg_temp AS $$
        DECLARE
            changed integer[];
        BEGIN
            IF TG_TABLE_NAME = 'award' THEN
                changed := ARRAY[NEW.id];
            ELSE
                changed := ARRAY[NEW.award_id, OLD.award_id];
            END IF;
            IF EXISTS (SELECT FROM award WHERE id = ANY(changed) AND amount IS DISTINCT FROM
                       (SELECT sum(agreed) FROM award_line WHERE award_id = award.id)) THEN
                RAISE EXCEPTION 'the lines agreed for award % do not come to its amount', changed
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'agreed_is_the_award';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER line_is_agreed AFTER INSERT OR UPDATE OR DELETE ON award_line
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agreed_is_the_award();
    """)


def _guards() -> None:
    """Submissions only grow. Their answers go only through `erase_submission`, with an event of the same transaction."""
    for table in GROWING:
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
        """)
    for table in (*GROWING, "submission_content"):
        op.execute(f"""
            CREATE TRIGGER {table}_never_empties BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            GRANT SELECT, INSERT ON {table} TO grants_app;
        """)
    op.execute("""
        CREATE FUNCTION content_is_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW.submission_id = OLD.submission_id AND NEW.content IS NULL AND NEW.answer = ''
               AND EXISTS (SELECT FROM history WHERE about = 'submission' AND about_id = OLD.submission_id
                           AND key = 'erase' AND xact = pg_current_xact_id()::text::bigint) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the content of submission % is only erased, with an event', OLD.submission_id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'submission_content_is_erased';
        END $$;
        CREATE TRIGGER submission_content_is_erased BEFORE UPDATE OR DELETE ON submission_content
            FOR EACH ROW EXECUTE FUNCTION content_is_erased();
        CREATE FUNCTION erase_submission(erased integer) RETURNS void LANGUAGE sql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
            UPDATE submission_content SET content = NULL, answer = '' WHERE submission_id = erased;
        $$;
        REVOKE EXECUTE ON FUNCTION content_is_erased, erase_submission, agreed_is_the_award FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION erase_submission TO grants_app;
        GRANT SELECT, INSERT, UPDATE ON draft TO grants_app;
        GRANT SELECT, INSERT ON award_line TO grants_app;
        GRANT UPDATE (agreed) ON award_line TO grants_app;
        GRANT SELECT ON draft, submission, submission_content, submission_line, submission_indicator, award_line,
            award_indicator TO grants_read;
        GRANT USAGE ON SEQUENCE submission_id_seq, submission_line_id_seq, submission_indicator_id_seq,
            award_line_id_seq, award_indicator_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE submission_id_seq, submission_line_id_seq, submission_indicator_id_seq,
            award_line_id_seq, award_indicator_id_seq TO grants_read;
    """)

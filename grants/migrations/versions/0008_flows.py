"""Assignments and calls have flows like everything else: they change their step only together with an event."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Events of earlier releases do not name the step of an assignment or a call."""
    _assignments()
    _calls()
    for table in ("assignment", "call"):
        op.execute(f"""
            CREATE CONSTRAINT TRIGGER {table}_step_made AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION step_has_its_event();
            CREATE CONSTRAINT TRIGGER {table}_step_moved AFTER UPDATE OF step ON {table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (OLD.step IS DISTINCT FROM NEW.step) EXECUTE FUNCTION step_has_its_event();
        """)


def _assignments() -> None:
    """The column takes the name that it has everywhere; an invitation can be withdrawn."""
    op.execute("""
        ALTER TABLE assignment RENAME COLUMN state TO step;
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'assignment_state_not_null') THEN
                ALTER TABLE assignment RENAME CONSTRAINT assignment_state_not_null TO assignment_step_not_null;
            END IF;
        END $$;
        ALTER TABLE assignment DROP CONSTRAINT assignment_state_is_known;
        ALTER TABLE assignment ADD CONSTRAINT assignment_step_is_known CHECK (step IN ('asked', 'ready', 'sent', 'declined', 'withdrawn', 'conflicted', 'released'));
    """)
    op.add_column(
        "assignment",
        sa.Column("step_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
    )
    op.execute("""
        UPDATE assignment a SET step_at = coalesce(
            (SELECT max(at) FROM history WHERE about = 'assignment' AND about_id = a.id), a.cleared_at, a.assigned_at);
    """)


def _calls() -> None:
    """When a call reached its step, and a table of applicants with more time, which only grows."""
    op.add_column(
        "call", sa.Column("step_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False)
    )
    op.execute("""
        UPDATE call c SET step_at = coalesce(
            (SELECT max(at) FROM history WHERE about = 'call' AND about_id = c.id AND key IN ('set_up', 'open', 'close')),
            c.opened_at, c.created_at)
    """)
    op.create_table(
        "more_time",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("call_id", sa.Integer, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("more_time_given_for_a_reason")),
    )
    op.create_index("more_time_organisation_id_idx", "more_time", ["organisation_id"])
    op.execute("""
        CREATE TRIGGER more_time_only_grows BEFORE UPDATE OR DELETE ON more_time
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER more_time_never_empties BEFORE TRUNCATE ON more_time
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        GRANT SELECT, INSERT ON more_time TO grants_app;
        GRANT SELECT ON more_time TO grants_read;
        GRANT USAGE ON SEQUENCE more_time_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE more_time_id_seq TO grants_read;
    """)

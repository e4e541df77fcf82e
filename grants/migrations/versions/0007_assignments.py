"""Assignments have steps like everything else, and change them only together with an event."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """The column takes the name that it has everywhere; an invitation can be withdrawn.

    Events of earlier releases do not name the step of an assignment; its fingerprint holds it.
    """
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
        CREATE CONSTRAINT TRIGGER assignment_step_made AFTER INSERT ON assignment DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION step_has_its_event();
        CREATE CONSTRAINT TRIGGER assignment_step_moved AFTER UPDATE OF step ON assignment DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (OLD.step IS DISTINCT FROM NEW.step) EXECUTE FUNCTION step_has_its_event();
    """)

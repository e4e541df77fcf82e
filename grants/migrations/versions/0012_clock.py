"""What the clock and the outbox need to carry on after a failure."""

from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """A reminder of the clock no longer resets when the step was reached."""
    _steps()


def _steps() -> None:
    """Put back the time at which a step was reached, where a reminder replaced it."""
    op.execute("""
        UPDATE application a SET step_at = reached.at
          FROM (SELECT about_id, step_to, max(at) AS at FROM history
                 WHERE about = 'application' AND step_from IS DISTINCT FROM step_to GROUP BY about_id, step_to) AS reached
         WHERE reached.about_id = a.id AND reached.step_to = a.step AND reached.at < a.step_at
           AND EXISTS (SELECT FROM history h WHERE h.about = 'application' AND h.about_id = a.id
                          AND h.key = 'late_' || a.step AND h.at > reached.at)
    """)

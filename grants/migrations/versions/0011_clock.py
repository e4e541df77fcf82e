"""What the clock and the outbox need to carry on after a failure."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """An event that leaves the step as it is no longer resets when it was reached. Failures of the clock are recorded."""
    _steps()
    _failures()
    _pauses()
    _retention()


def _steps() -> None:
    """Every table whose rows have transitions that leave the step as it is."""
    for table in ("application", "agreement", "call"):
        op.execute(put_back(table))


def put_back(table: str) -> str:
    """SQL that puts back when a step was reached, where an event that did not change it replaced the time."""
    return f"""
        UPDATE {table} AS t SET step_at = reached.at
          FROM (SELECT about_id, step_to, max(at) AS at FROM history
                 WHERE about = '{table}' AND step_from IS DISTINCT FROM step_to GROUP BY about_id, step_to) AS reached
         WHERE reached.about_id = t.id AND reached.step_to = t.step AND reached.at < t.step_at
           AND EXISTS (SELECT FROM history h WHERE h.about = '{table}' AND h.about_id = t.id
                          AND h.step_from = t.step AND h.step_to = t.step AND h.at > reached.at)
    """


def _failures() -> None:
    """Failed work of the clock; a row is deleted when the work succeeds."""
    op.create_table(
        "clock_failure",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("application_id", sa.Integer),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, server_default="1", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("clock_failure_was_tried")),
        sa.UniqueConstraint("task", "application_id", postgresql_nulls_not_distinct=True),
    )
    op.create_index("clock_failure_application_id_idx", "clock_failure", ["application_id"])
    op.execute("""
        GRANT SELECT, INSERT, UPDATE, DELETE ON clock_failure TO grants_app;
        GRANT SELECT ON clock_failure TO grants_read;
        GRANT USAGE ON SEQUENCE clock_failure_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE clock_failure_id_seq TO grants_read;
    """)


def _pauses() -> None:
    """The pause after a failed attempt holds for every job, and workers that stopped are counted by themselves."""
    op.add_column("outbox", sa.Column("not_before", sa.DateTime(timezone=True)))
    op.add_column("outbox", sa.Column("lost", sa.Integer, server_default="0", nullable=False))


def _retention() -> None:
    """Sent mails and failed sign-ins are deleted after a time; the indexes find them."""
    op.execute("GRANT DELETE ON outbox TO grants_app")
    op.create_index(
        "outbox_sent_idx", "outbox", ["done_at"], postgresql_where=sa.text("kind = 'mail' AND done_at IS NOT NULL")
    )
    op.create_index("sign_in_failure_at_idx", "sign_in_failure", ["at"])

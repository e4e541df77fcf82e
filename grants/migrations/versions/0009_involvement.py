"""Who had a part on the applicant's side of an application: a table that only grows, filled from what is known."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

PARTS = "'created', 'wrote', 'submitted', 'signed', 'reported', 'member'"


def upgrade() -> None:
    """People who left the applicant before this release are found by the membership that ended, and by history."""
    _create()
    _fill()
    op.execute("""
        CREATE TRIGGER involvement_only_grows BEFORE UPDATE OR DELETE ON involvement
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER involvement_never_empties BEFORE TRUNCATE ON involvement
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        GRANT SELECT, INSERT ON involvement TO grants_app;
        GRANT SELECT ON involvement TO grants_read;
        GRANT USAGE ON SEQUENCE involvement_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE involvement_id_seq TO grants_read;
    """)


def _create() -> None:
    op.create_table(
        "involvement",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("application_id", sa.Integer, sa.ForeignKey("application.id"), nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.UniqueConstraint("application_id", "person_id", "part"),
        sa.CheckConstraint(f"part IN ({PARTS})", name=op.f("involvement_part_is_known")),
    )
    op.create_index("involvement_person_id_idx", "involvement", ["person_id"])


def _fill() -> None:
    """A person who acted for the applicant was a member at that moment, even if no membership says so any more."""
    op.execute("""
        INSERT INTO involvement (application_id, person_id, part, since_at)
        SELECT application_id, person_id, part, min(since_at) FROM (
            SELECT id, created_by, 'created', created_at FROM application
            UNION ALL SELECT application_id, person_id, 'wrote', at FROM application_save
            UNION ALL SELECT application_id, sent_by, 'submitted', sent_at FROM submission WHERE sent_by IS NOT NULL
            UNION ALL SELECT w.application_id, g.signed_by, 'signed', g.signed_at FROM agreement g
                JOIN award w ON w.id = g.award_id WHERE g.signed_by IS NOT NULL
            UNION ALL SELECT w.application_id, r.sent_by, 'reported', r.sent_at FROM report r
                JOIN award w ON w.id = r.award_id WHERE r.sent_by IS NOT NULL
            UNION ALL SELECT a.id, m.person_id, 'member', greatest(m.created_at, a.created_at) FROM application a
                JOIN membership m ON m.organisation_id = a.organisation_id
                WHERE m.ended_at IS NULL OR m.ended_at > a.created_at
            UNION ALL SELECT subject_id, person_id, 'member', at FROM history
                WHERE subject = 'application' AND role = 'applicant' AND person_id IS NOT NULL
            UNION ALL SELECT subject_id, person_id, 'submitted', at FROM history
                WHERE subject = 'application' AND role = 'applicant' AND key IN ('submit', 'alert', 'answer')
            UNION ALL SELECT subject_id, person_id, 'signed', at FROM history
                WHERE subject = 'application' AND role = 'applicant' AND about = 'agreement' AND key = 'sign'
            UNION ALL SELECT subject_id, person_id, 'reported', at FROM history
                WHERE subject = 'application' AND role = 'applicant' AND about = 'report' AND key = 'send'
        ) part (application_id, person_id, part, since_at)
        GROUP BY application_id, person_id, part ORDER BY application_id, person_id, part
    """)

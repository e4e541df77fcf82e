"""Awards that are given up before both have signed, and money that comes back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Grants that were closed with money left are not opened again: only those that run are asked for it."""
    op.add_column("award", sa.Column("unused", sa.Numeric(18, 3), server_default="0", nullable=False))
    op.add_column("award", sa.Column("back_by", sa.Date))
    op.execute("ALTER TABLE award ADD CONSTRAINT award_asks_back_by_a_day CHECK (unused = 0 OR back_by IS NOT NULL)")
    op.execute("ALTER TABLE award ADD CONSTRAINT award_leaves_no_less_than_nothing CHECK (unused >= 0)")
    op.create_index("award_unused_idx", "award", ["id"], postgresql_where=sa.text("unused > 0"))
    op.execute("""
        ALTER TABLE agreement DROP CONSTRAINT agreement_first_signature;
        ALTER TABLE agreement ADD CONSTRAINT agreement_first_signature CHECK (step IN ('to_sign', 'withdrawn')
            OR (signed_by IS NOT NULL AND signed_name <> '' AND signed_at IS NOT NULL));
        ALTER TABLE instalment DROP CONSTRAINT instalment_step_is_known;
        ALTER TABLE instalment ADD CONSTRAINT instalment_step_is_known CHECK (step IN ('planned', 'payable', 'withdrawn'));
        ALTER TABLE report DROP CONSTRAINT report_sent_has_its_day;
        ALTER TABLE report ADD CONSTRAINT report_sent_has_its_day CHECK (step IN ('due', 'withdrawn') OR sent_at IS NOT NULL);
    """)
    _repayments()
    _left_over()


def _repayments() -> None:
    """A table that only grows."""
    op.create_table(
        "repayment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("award_id", sa.Integer, sa.ForeignKey("award.id"), nullable=False),
        sa.Column("amount", sa.Numeric(18, 3), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("grants_now()"), nullable=False),
        sa.UniqueConstraint("award_id", "reference", name=op.f("repayment_award_id_reference_key")),
        sa.CheckConstraint("amount > 0", name=op.f("repayment_brings_something")),
        sa.CheckConstraint("reference <> ''", name=op.f("repayment_is_found_on_the_statement")),
    )
    op.execute("""
        CREATE TRIGGER repayment_only_grows BEFORE UPDATE OR DELETE ON repayment
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER repayment_never_empties BEFORE TRUNCATE ON repayment
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        GRANT SELECT, INSERT ON repayment TO grants_app;
        GRANT SELECT ON repayment TO grants_read;
        GRANT USAGE ON SEQUENCE repayment_id_seq TO grants_app;
        GRANT SELECT ON SEQUENCE repayment_id_seq TO grants_read;
    """)


def _left_over() -> None:
    """Running grants that are reported and paid: what was paid beyond what their last report has used, in thirty days."""
    op.execute("""
        UPDATE award w SET unused = p.paid - s.spent, to_close = false, back_by = grants_now()::date + 30
        FROM (SELECT i.award_id, sum(p.amount) AS paid FROM payment p JOIN instalment i ON i.id = p.instalment_id
              WHERE NOT p.undone AND p.paid_at IS NOT NULL GROUP BY i.award_id) p,
             (SELECT DISTINCT ON (r.award_id) r.award_id,
                     (SELECT coalesce(sum(spent), 0) FROM report_spending WHERE report_id = r.id) AS spent
              FROM report r ORDER BY r.award_id, r.number DESC) s
        WHERE w.to_close AND p.award_id = w.id AND s.award_id = w.id AND p.paid > s.spent;
    """)

"""What an award gives for each line of the budget, the condition that somebody finds met, what can be closed, and what was typed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Awards made before are divided in proportion; what rounding leaves goes to their largest line.

    Their conditions held no instalment back, so they count as met by whoever made them.
    """
    op.add_column("budget_line", sa.Column("agreed", sa.Numeric(18, 3)))
    op.add_column("agreement", sa.Column("divided_at", sa.DateTime(timezone=True)))
    op.add_column("award", sa.Column("met_at", sa.DateTime(timezone=True)))
    op.add_column("award", sa.Column("met_by", sa.Integer, sa.ForeignKey("person.id", name="award_met_by_fkey")))
    op.add_column("award", sa.Column("to_close", sa.Boolean, server_default="false", nullable=False))
    op.add_column("report", sa.Column("unread", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.create_index("award_to_close_idx", "award", ["application_id"], postgresql_where=sa.text("to_close"))
    conditional = sa.text("conditions <> '' AND met_at IS NULL")
    op.create_index("award_conditional_idx", "award", ["id"], postgresql_where=conditional)
    op.execute("""
        UPDATE budget_line l SET agreed = trunc(l.total * w.amount / a.asked, 2)
        FROM award w JOIN application a ON a.id = w.application_id WHERE l.application_id = a.id;
        UPDATE budget_line l SET agreed = l.agreed + w.amount - s.together
        FROM award w, (SELECT application_id, sum(agreed) AS together, (array_agg(id ORDER BY total DESC, id))[1] AS largest
                       FROM budget_line GROUP BY application_id) s
        WHERE s.application_id = w.application_id AND l.id = s.largest;
        UPDATE award SET met_at = made_at, met_by = made_by WHERE conditions <> '';
        UPDATE award w SET to_close = true
        FROM application a WHERE a.id = w.application_id AND a.step = 'active'
        AND NOT EXISTS (SELECT FROM report WHERE award_id = w.id AND step <> 'approved')
        AND NOT EXISTS (SELECT FROM instalment i WHERE i.award_id = w.id AND NOT EXISTS
            (SELECT FROM payment p WHERE p.instalment_id = i.id AND NOT p.undone AND p.paid_at IS NOT NULL));

        ALTER TABLE budget_line ADD CONSTRAINT budget_line_agreed_within_what_was_asked CHECK (agreed BETWEEN 0 AND total);
        ALTER TABLE award ADD CONSTRAINT award_only_a_condition_is_met CHECK (conditions <> '' OR met_at IS NULL);
        ALTER TABLE award ADD CONSTRAINT award_met_says_who_found_it CHECK ((met_at IS NULL) = (met_by IS NULL));
    """)
    _sums()


def _sums() -> None:
    """The lines agreed come to the award, whoever changes either."""
    op.execute("""
        CREATE FUNCTION agreed_is_the_award() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        DECLARE
            asked integer := coalesce(NEW.application_id, OLD.application_id);
        BEGIN
            IF EXISTS (SELECT FROM award WHERE application_id = asked AND amount IS DISTINCT FROM
                       (SELECT sum(agreed) FROM budget_line WHERE application_id = asked)) THEN
                RAISE EXCEPTION 'the lines agreed for application % do not come to its award', asked
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'agreed_is_the_award';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER award_is_divided AFTER INSERT OR UPDATE OF amount ON award DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION agreed_is_the_award();
        CREATE CONSTRAINT TRIGGER line_is_agreed AFTER INSERT OR UPDATE ON budget_line
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.agreed IS NOT NULL) EXECUTE FUNCTION agreed_is_the_award();
        CREATE CONSTRAINT TRIGGER line_stays_agreed AFTER UPDATE OR DELETE ON budget_line
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.agreed IS NOT NULL) EXECUTE FUNCTION agreed_is_the_award();
        REVOKE EXECUTE ON FUNCTION agreed_is_the_award FROM PUBLIC;
    """)

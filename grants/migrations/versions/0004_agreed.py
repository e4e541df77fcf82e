"""What an award gives for each line of the budget, the condition that somebody finds met, what can be closed, and what was typed."""

from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

PLACES = {
    **dict.fromkeys(
        "ADP AFN ALL BIF BYR CLP DJF ESP GNF IQD IRR ISK ITL JPY KMF KPW KRW LAK LBP LUF MGA MGF MMK MRO PYG RSD RWF "
        "SLL SOS STD SYP TMM TRL UGX UYI VND VUV XAF XOF XPF YER ZMK ZWD".split(),
        0,
    ),
    **dict.fromkeys("BHD JOD KWD LYD OMR TND".split(), 3),
}
"""The decimal places of the currencies that do not have two, as the releases that this migrates read them from Babel."""


def upgrade() -> None:
    """Awards made before are divided in proportion; what rounding leaves goes to the lines with the largest remainders.

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
    _divide()
    op.execute("""
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


def _divide() -> None:
    """Set the agreed amount of every line of an award."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT w.id, w.amount, w.currency, l.id AS line, l.total FROM award w"
            " JOIN budget_line l ON l.application_id = w.application_id ORDER BY w.id, l.position, l.id"
        )
    )
    awards = defaultdict(list)
    for award, amount, currency, line, total in rows:
        awards[award, amount, currency].append((line, total))
    for (_, amount, currency), lines in awards.items():
        parts = divided(amount, [total for _, total in lines], PLACES.get(currency, 2))
        changes = [{"line": line, "agreed": part} for (line, _), part in zip(lines, parts, strict=True)]
        connection.execute(sa.text("UPDATE budget_line SET agreed = :agreed WHERE id = :line"), changes)


def divided(amount: Decimal, totals: list[Decimal], places: int) -> list[Decimal]:
    """The amount divided in proportion to the totals, by the method of the largest remainder; no part exceeds its total.

    The releases before rounded every line to two places, so in a currency without decimals a line can end in half a
    unit. It then gets what is left of it, and the amount is still divided completely.
    """
    unit, whole = Decimal(1).scaleb(-places), sum(totals, Decimal(0))
    exact = [amount * total / whole for total in totals]
    parts = [part.quantize(unit, rounding=ROUND_FLOOR) for part in exact]
    left = amount - sum(parts, Decimal(0))
    order = sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])
    while left > 0 and parts != totals:
        for n in order:
            more = min(unit, totals[n] - parts[n], left)
            parts[n], left = parts[n] + more, left - more
    return parts


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

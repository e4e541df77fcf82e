"""Checks of `grants verify` on money: the ledger against its postings, its causes and the payment plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import and_, select, text

from grants.db import db
from grants.models import Instalment, Payment
from workflows.engine.message import N_, Message

STATED = "said #>> '{values,amount,amount}'"
AMOUNT = f"CASE WHEN {STATED} ~ '^[0-9]+([.][0-9]+)?$' THEN ({STATED})::numeric END"
"""The amount that an event states."""
PAYMENT = """payment p JOIN public.instalment i ON i.id = p.instalment_id JOIN public.batch b ON b.id = p.batch_id
    WHERE NOT p.undone"""


class Cause(NamedTuple):
    """What entries of a kind are booked for.

    source, target: the kinds of their accounts. owner: the column of the account that says whose money it is. id,
    amount, rows: the owner and the amount of everything that causes an entry, and where it is recorded, in SQL.
    """

    source: str
    target: str
    owner: str
    id: str
    amount: str
    rows: str


RECEIVED = "history WHERE subject = 'fund' AND key = 'receive'"
CUT = "history WHERE subject = 'call' AND key = 'fund'"
UNCUT = "history WHERE subject = 'call' AND key = 'unfund'"
ENDED = "award w JOIN public.application a ON a.id = w.application_id WHERE a.step IN ('withdrawn', 'terminated')"
CAUSES = {
    "appropriate": Cause("appropriated", "available", "fund_id", "subject_id", AMOUNT, RECEIVED),
    "cut": Cause("available", "envelope", "call_id", "subject_id", AMOUNT, CUT),
    "uncut": Cause("envelope", "available", "call_id", "subject_id", AMOUNT, UNCUT),
    "award": Cause("envelope", "committed", "award_id", "id", "amount", "award"),
    "payable": Cause("committed", "payable", "award_id", "award_id", "amount", "instalment WHERE step = 'payable'"),
    "release": Cause(
        "payable", "in_transit", "award_id", "i.award_id", "p.amount", PAYMENT + " AND b.step IN ('released', 'paid')"
    ),
    "confirm": Cause(
        "in_transit", "paid", "award_id", "i.award_id", "p.amount", PAYMENT + " AND p.paid_at IS NOT NULL"
    ),
    "terminate": Cause("committed", "envelope", "award_id", "w.id", "w.amount", ENDED),
    "refund": Cause("paid", "returned", "award_id", "award_id", "amount", "repayment"),
}
"""What causes the entries of each kind. An entry of another kind, or between other accounts, has no cause."""


def _caused() -> str:
    """Entries without a cause, and causes without an entry. Equal amounts of one owner are paired in order."""
    kinds = ", ".join(f"('{kind}', '{one.source}', '{one.target}', '{one.owner}')" for kind, one in CAUSES.items())
    causes = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, {one.id} AS owner, {one.amount} AS amount FROM public.{one.rows}"  # noqa: S608 - texts above
        for kind, one in CAUSES.items()
    )
    return f"""
        WITH moved AS (
            SELECT e.id, e.kind, count(p.id) AS postings, max(p.amount) AS amount,
                   max(a.kind) FILTER (WHERE p.amount < 0) AS source, max(a.kind) FILTER (WHERE p.amount > 0) AS target,
                   max(a.fund_id) AS fund_id, max(a.call_id) AS call_id, max(a.award_id) AS award_id
            FROM public.entry e LEFT JOIN public.posting p ON p.entry_id = e.id
                 LEFT JOIN public.account a ON a.id = p.account_id
            GROUP BY e.id, e.kind
        ), booked AS (
            SELECT m.id, m.kind, m.amount, CASE k.owner WHEN 'fund_id' THEN m.fund_id WHEN 'call_id' THEN m.call_id
                                                        WHEN 'award_id' THEN m.award_id END AS owner
            FROM moved m LEFT JOIN (VALUES {kinds}) AS k (kind, source, target, owner)
                 ON k.kind = m.kind AND k.source = m.source AND k.target = m.target AND m.postings = 2
        ), entries AS (
            SELECT *, row_number() OVER (PARTITION BY kind, owner, amount ORDER BY id) AS place FROM booked
        ), causes AS (
            SELECT *, row_number() OVER (PARTITION BY kind, owner, amount) AS place FROM ({causes}) AS every_cause
        )
        SELECT e.id, coalesce(e.kind, c.kind) AS kind, coalesce(e.owner, c.owner) AS owner,
               coalesce(e.amount, c.amount) AS amount
        FROM entries e FULL JOIN causes c USING (kind, owner, amount, place)
        WHERE e.id IS NULL OR c.kind IS NULL ORDER BY e.id, c.kind, c.owner"""  # noqa: S608 - the texts above


UNPLANNED = """
    SELECT w.number FROM public.award w LEFT JOIN public.instalment i ON i.award_id = w.id
    GROUP BY w.id, w.number, w.amount HAVING w.amount <> coalesce(sum(i.amount), 0) ORDER BY w.id"""
UNBOOKED = """
    SELECT w.number FROM public.award w
    LEFT JOIN (SELECT i.award_id, coalesce(sum(p.amount) FILTER (WHERE p.paid_at IS NOT NULL), 0) AS paid,
                      coalesce(sum(p.amount) FILTER (WHERE p.paid_at IS NULL AND b.step = 'released'), 0) AS leaving
               FROM public.payment p JOIN public.instalment i ON i.id = p.instalment_id
                    JOIN public.batch b ON b.id = p.batch_id
               WHERE NOT p.undone GROUP BY i.award_id) made ON made.award_id = w.id
    LEFT JOIN (SELECT a.award_id, sum(b.amount) FILTER (WHERE b.kind IN ('paid', 'returned')) AS paid,
                      sum(b.amount) FILTER (WHERE b.kind = 'in_transit') AS leaving
               FROM public.account a JOIN public.balance b ON b.account_id = a.id GROUP BY a.award_id) booked
         ON booked.award_id = w.id
    WHERE coalesce(made.paid, 0) <> coalesce(booked.paid, 0)
       OR coalesce(made.leaving, 0) <> coalesce(booked.leaving, 0) ORDER BY w.id"""
MISPAID = """
    SELECT p.id FROM public.payment p JOIN public.instalment i ON i.id = p.instalment_id
    WHERE NOT p.undone AND (p.amount <> i.amount OR i.step <> 'payable') ORDER BY p.id"""

UNRETURNED = """
    SELECT w.number FROM public.award w
    LEFT JOIN (SELECT award_id, sum(amount) AS amount FROM public.repayment GROUP BY award_id) r ON r.award_id = w.id
    LEFT JOIN (SELECT a.award_id, sum(b.amount) AS amount
               FROM public.account a JOIN public.balance b ON b.account_id = a.id
               WHERE a.kind = 'returned' GROUP BY a.award_id) booked ON booked.award_id = w.id
    WHERE coalesce(r.amount, 0) <> coalesce(booked.amount, 0) ORDER BY w.id"""

MISCOUNTED = """
    SELECT w.number FROM public.award w JOIN public.application a ON a.id = w.application_id
    LEFT JOIN (SELECT award_id, count(*) FILTER (WHERE step <> 'approved') AS open, max(number) AS last
               FROM public.report GROUP BY award_id) r ON r.award_id = w.id
    LEFT JOIN (SELECT r.award_id, r.number, sum(s.spent) AS spent
               FROM public.report r JOIN public.report_spending s ON s.report_id = r.id GROUP BY r.award_id, r.number) u
         ON u.award_id = w.id AND u.number = r.last
    LEFT JOIN (SELECT i.award_id, count(*) FILTER (WHERE p.id IS NULL) AS open
               FROM public.instalment i LEFT JOIN public.payment p
                    ON p.instalment_id = i.id AND NOT p.undone AND p.paid_at IS NOT NULL
               GROUP BY i.award_id) i ON i.award_id = w.id
    LEFT JOIN (SELECT c.award_id, sum(b.amount) AS paid
               FROM public.account c JOIN public.balance b ON b.account_id = c.id
               WHERE c.kind = 'paid' GROUP BY c.award_id) p ON p.award_id = w.id
    CROSS JOIN LATERAL (SELECT a.step = 'active' AND coalesce(r.open, 0) = 0 AND coalesce(i.open, 0) = 0 AS settled,
                               greatest(coalesce(p.paid, 0) - coalesce(u.spent, 0), 0) AS unused) n
    WHERE w.unused <> CASE WHEN n.settled THEN n.unused ELSE 0 END OR w.to_close <> (n.settled AND n.unused = 0)
    ORDER BY w.id"""


def problems() -> Iterator[Message]:
    """Entries without a cause, sums that differ from the postings, awards and payments that differ from the ledger."""
    yield from causes()
    yield from _ledger()
    yield from _totals()
    yield from _waiting()
    yield from payments()


def causes() -> Iterator[Message]:
    """Entries of the ledger that nothing causes, or with another amount; and what should have caused an entry."""
    for row in db.session.execute(text(_caused())):
        if row.id is None:
            missing = N_("The ledger has no entry “%(kind)s” of %(amount)s for %(owner)s %(id)s.")
            owner = CAUSES[row.kind].owner.removesuffix("_id")
            yield Message(missing, kind=row.kind, amount=row.amount, owner=owner, id=row.owner)
        else:
            uncaused = N_("Entry %(id)s of the ledger (%(kind)s): no record explains it, or the amounts differ.")
            yield Message(uncaused, id=row.id, kind=row.kind)


def _ledger() -> Iterator[Message]:
    sums = text("""
        SELECT coalesce(a.id, b.account_id) AS id, coalesce(a.kind, '–') AS kind, b.amount,
               coalesce(sum(p.amount), 0) AS summed
        FROM public.account a FULL JOIN public.balance b ON b.account_id = a.id
             LEFT JOIN public.posting p ON p.account_id = a.id
        GROUP BY a.id, a.kind, b.account_id, b.amount, b.kind
        HAVING b.amount IS DISTINCT FROM coalesce(sum(p.amount), 0) OR a.kind IS DISTINCT FROM b.kind
        ORDER BY 1""")
    for row in db.session.execute(sums):
        yield Message(
            "Account %(id)s (%(kind)s): the balance is %(amount)s, but the postings give %(summed)s.",
            id=row.id,
            kind=row.kind,
            amount="–" if row.amount is None else row.amount,
            summed=row.summed,
        )
    uneven = text(
        "SELECT entry_id FROM public.posting GROUP BY entry_id, currency HAVING sum(amount) <> 0 ORDER BY entry_id"
    )
    for id in db.session.scalars(uneven):
        yield Message("Entry %(id)s of the ledger does not balance.", id=id)
    broken = text("""
        SELECT w.number FROM public.award w
        JOIN public.application p ON p.id = w.application_id
        LEFT JOIN public.account a ON a.award_id = w.id
        LEFT JOIN public.balance b ON b.account_id = a.id
        GROUP BY w.id, w.number, w.amount, p.step
        HAVING coalesce(sum(b.amount), 0) <> CASE WHEN p.step IN ('withdrawn', 'terminated') THEN 0 ELSE w.amount END
        ORDER BY w.id""")
    for number in db.session.scalars(broken):
        yield Message(
            "Award %(number)s: its accounts, from committed to returned, do not add up to its amount.", number=number
        )


def _totals() -> Iterator[Message]:
    """The stored totals equal the sums of the postings; the balances are checked separately."""
    sums = text("""
        SELECT kind, fund_id, call_id, coalesce(t.amount, 0) AS amount, coalesce(s.amount, 0) AS summed
        FROM (SELECT *, coalesce(call_id, 0) AS call FROM public.total) t
        FULL JOIN (SELECT a.kind, a.fund_id, a.currency, coalesce(a.call_id, 0) AS call, sum(p.amount) AS amount
                   FROM public.posting p JOIN public.account a ON a.id = p.account_id GROUP BY 1, 2, 3, 4) s
             USING (kind, fund_id, currency, call)
        WHERE coalesce(t.amount, 0) <> coalesce(s.amount, 0) ORDER BY fund_id, kind, call""")
    for row in db.session.execute(sums):
        yield Message(
            "Total %(kind)s of fund %(fund)s, call %(call)s: %(amount)s is stored, but the postings give %(summed)s.",
            kind=row.kind,
            fund=row.fund_id,
            call=row.call_id or "–",
            amount=row.amount,
            summed=row.summed,
        )


def _waiting() -> Iterator[Message]:
    """`waits` is true exactly when an instalment is payable and in no batch that is not cancelled."""
    taken = select(Payment.instalment_id).where(Payment.instalment_id == Instalment.id, ~Payment.undone).exists()
    truth = and_(Instalment.step == "payable", ~taken)
    wrong = select(Instalment.id, Instalment.waits).where(Instalment.waits != truth).order_by(Instalment.id)
    for id, waits in db.session.execute(wrong):
        message = (
            N_("Instalment %(id)s is marked as waiting for a batch, but it is not payable or is already in one.")
            if waits
            else N_("Instalment %(id)s is payable and in no batch, but it is not marked as waiting for one.")
        )
        yield Message(message, id=id)


def payments() -> Iterator[Message]:
    """Awards and payments that contradict the plan or the ledger.

    Compared for each award: the sum of its instalments with its amount; payments made and in transit, and repayments,
    with the ledger; unspent funds and whether it can be closed with reports, payments and ledger. For each payment
    that is not cancelled: amount and step with its instalment.
    """
    for number in db.session.scalars(text(UNPLANNED)):
        yield Message("Award %(number)s: its instalments do not add up to its amount.", number=number)
    for number in db.session.scalars(text(UNBOOKED)):
        yield Message("Award %(number)s: its payments differ from the ledger.", number=number)
    for number in db.session.scalars(text(UNRETURNED)):
        yield Message("Award %(number)s: its repayments differ from the ledger.", number=number)
    for number in db.session.scalars(text(MISCOUNTED)):
        yield Message(
            "Award %(number)s: its unspent funds, or whether it can be closed, are stored incorrectly.", number=number
        )
    for id in db.session.scalars(text(MISPAID)):
        yield Message("Payment %(id)s: its instalment is not payable, or the amounts differ.", id=id)

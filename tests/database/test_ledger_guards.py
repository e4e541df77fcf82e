"""Entries balance, nothing joins them later, and no bounded account falls below zero: said by the database itself."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

Urls = Callable[[str], str]
ENTRY = "INSERT INTO entry (kind) VALUES ('test') RETURNING id"
POSTING = (
    "INSERT INTO posting (entry_id, account_id, amount, currency) SELECT %s, id, %s, %s FROM account WHERE kind = %s"
)
FORGED = (
    "INSERT INTO posting (entry_id, account_id, amount, currency, xact)"
    " SELECT %s, id, %s, 'USD', %s FROM account WHERE kind = %s"
)


def post(
    connection: psycopg.Connection[tuple[int]],
    *postings: tuple[str, int],
    entry: int | None = None,
    currency: str = "USD",
) -> int:
    """An entry with these postings, (kind of account, amount); an entry given is joined."""
    if entry is None:
        found = connection.execute(ENTRY).fetchone()
        assert found is not None
        entry = found[0]
    for kind, amount in postings:
        connection.execute(POSTING, [entry, amount, currency, kind])
    return entry


def refused(connection: psycopg.Connection[tuple[int]]) -> str:
    """The name of the rule for which the commit is refused."""
    with pytest.raises(errors.IntegrityError) as error:
        connection.commit()
    return str(error.value.diag.constraint_name)


def test_a_balanced_entry_is_kept_and_counted(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        before = app.execute("SELECT amount FROM balance WHERE kind = 'available'").fetchone()
        post(app, ("available", -5), ("envelope", 5))
        app.commit()

        assert app.execute("SELECT amount + 5 FROM balance WHERE kind = 'available'").fetchone() == before


@pytest.mark.parametrize(
    "postings",
    [[], [("available", 5)], [("available", -5), ("envelope", 4)], [("available", -5), ("envelope", 5), ("paid", 1)]],
)
def test_an_entry_that_does_not_balance_is_refused(own: Urls, postings: list[tuple[str, int]]) -> None:
    with psycopg.connect(own("grants_app")) as app:
        post(app, *postings)

        assert refused(app) == "entry_balances"


@pytest.mark.parametrize(
    ("trigger", "table", "postings"),
    [
        ("entry_balanced", "entry", []),
        ("posting_balanced", "posting", [("available", -5), ("envelope", 4)]),
    ],
)
def test_each_trigger_alone_would_let_something_through(
    own: Urls, trigger: str, table: str, postings: list[tuple[str, int]]
) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DROP TRIGGER entry_balanced ON entry")
        if table == "posting":
            owner.execute("DROP TRIGGER posting_balanced ON posting")

    with psycopg.connect(own("grants_app")) as app:
        entry = post(app, *postings)
        app.commit()

        assert app.execute("SELECT count(*) FROM entry WHERE id = %s", [entry]).fetchone() == (1,)


def test_a_balanced_pair_that_joins_an_earlier_entry_is_refused(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        entry = post(app, ("available", -5), ("envelope", 5))
        app.commit()

        with pytest.raises(errors.ForeignKeyViolation) as error:
            post(app, ("available", -5), ("envelope", 5), entry=entry)

    assert error.value.diag.constraint_name == "posting_entry_id_xact_fkey"


def test_a_forged_transaction_number_does_not_help_to_join(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        entry = post(app, ("available", -5), ("envelope", 5))
        xact = app.execute("SELECT xact FROM entry WHERE id = %s", [entry]).fetchone()
        app.commit()
        assert xact is not None

        with pytest.raises(errors.ForeignKeyViolation):
            app.execute(FORGED, [entry, 5, xact[0], "envelope"])


def test_without_the_stamp_a_forged_number_would_join(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        entry = post(app, ("available", -5), ("envelope", 5))
        xact = app.execute("SELECT xact FROM entry WHERE id = %s", [entry]).fetchone()
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DROP TRIGGER posting_xact ON posting")
    assert xact is not None

    with psycopg.connect(own("grants_app")) as app:
        for kind, amount in (("envelope", 5), ("available", -5)):
            app.execute(FORGED, [entry, amount, xact[0], kind])
        app.commit()

        assert app.execute("SELECT count(*) FROM posting WHERE entry_id = %s", [entry]).fetchone() == (4,)


@pytest.mark.parametrize("kind", ["available", "envelope", "committed", "payable", "in_transit"])
def test_a_bounded_account_never_falls_below_zero(own: Urls, kind: str) -> None:
    with psycopg.connect(own("grants_app")) as app, pytest.raises(errors.CheckViolation) as error:
        post(app, (kind, -10_000_000), ("appropriated", 10_000_000))

    assert error.value.diag.constraint_name == "balance_never_below_zero"


def test_without_its_check_an_account_would_fall_below_zero(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("ALTER TABLE balance DROP CONSTRAINT balance_never_below_zero")

    with psycopg.connect(own("grants_app")) as app:
        post(app, ("available", -10_000_000), ("appropriated", 10_000_000))
        app.commit()

        assert app.execute("SELECT amount < 0 FROM balance WHERE kind = 'available'").fetchone() == (True,)


def test_a_posting_in_another_currency_is_refused(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app, pytest.raises(errors.IntegrityError) as error:
        post(app, ("available", -5), ("envelope", 5), currency="EUR")

    assert error.value.diag.constraint_name == "posting_currency"


TOTALS = (
    "SELECT bool_and(total.amount = (SELECT sum(balance.amount) FROM account JOIN balance ON account.id = account_id"
    " WHERE account.fund_id = total.fund_id AND account.kind = total.kind AND account.currency = total.currency"
    " AND account.call_id IS NOT DISTINCT FROM total.call_id)) FROM total"
)
"""Whether each total is the sum of its accounts' balances."""


def total(connection: psycopg.Connection[tuple[int]], kind: str) -> int:
    """What all accounts of a kind hold together, as it is kept."""
    found = connection.execute("SELECT sum(amount) FROM total WHERE kind = %s", [kind]).fetchone()
    assert found is not None
    return found[0]


def test_a_total_follows_every_posting(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        before = total(app, "available"), total(app, "envelope")
        post(app, ("available", -5), ("envelope", 5))
        app.commit()

        assert (total(app, "available"), total(app, "envelope")) == (before[0] - 5, before[1] + 5)


def test_a_total_is_the_sum_of_its_accounts(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        assert app.execute(TOTALS).fetchone() == (True,)


def test_a_total_of_many_postings_of_one_statement_counts_them_all(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        before = total(app, "envelope")
        entry = post(app)
        app.execute(
            "INSERT INTO posting (entry_id, account_id, amount, currency) SELECT %s, id, amount, currency FROM account,"
            " (VALUES ('available', -5), ('envelope', 3), ('envelope', 2)) AS asked (kind, amount)"
            " WHERE account.kind = asked.kind",
            [entry],
        )
        app.commit()

        assert total(app, "envelope") == before + 5


def test_without_its_trigger_a_total_would_stay_behind(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DROP TRIGGER posting_totals ON posting")

    with psycopg.connect(own("grants_app")) as app:
        post(app, ("available", -5), ("envelope", 5))
        app.commit()

        assert app.execute(TOTALS).fetchone() == (False,)


def test_every_account_opens_with_a_balance_of_nothing(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        made = app.execute(
            "INSERT INTO account (kind, fund_id, currency) VALUES ('returned', 1, 'USD') RETURNING id"
        ).fetchone()
        assert made is not None

        assert app.execute("SELECT amount FROM balance WHERE account_id = %s", [made[0]]).fetchone() == (0,)
        assert app.execute("SELECT amount FROM total WHERE kind = 'returned' AND call_id IS NULL").fetchone() == (0,)


def test_an_account_is_there_once(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app, pytest.raises(errors.UniqueViolation):
        app.execute(
            "INSERT INTO account (kind, fund_id, call_id, award_id, currency)"
            " SELECT kind, fund_id, call_id, award_id, currency FROM account"
        )

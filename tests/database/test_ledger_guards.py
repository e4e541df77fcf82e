"""The database itself rejects unbalanced entries, late postings, and negative balances of bounded accounts."""

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
    "INSERT INTO posting (entry_id, account_id, amount, currency, stamp)"
    " SELECT %s, id, %s, 'USD', %s FROM account WHERE kind = %s"
)


def post(
    connection: psycopg.Connection[tuple[int]],
    *postings: tuple[str, int],
    entry: int | None = None,
    currency: str = "USD",
) -> int:
    """Post an entry with these postings, (kind of account, amount); if an entry is given, add them to it."""
    if entry is None:
        found = connection.execute(ENTRY).fetchone()
        assert found is not None
        entry = found[0]
    for kind, amount in postings:
        connection.execute(POSTING, [entry, amount, currency, kind])
    return entry


def refused(connection: psycopg.Connection[tuple[int]]) -> str:
    """The name of the constraint that rejects the commit."""
    with pytest.raises(errors.IntegrityError) as error:
        connection.commit()
    return str(error.value.diag.constraint_name)


def test_a_balanced_entry_is_stored_and_counted(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        before = app.execute("SELECT amount FROM balance WHERE kind = 'available'").fetchone()
        post(app, ("available", -5), ("envelope", 5))
        app.commit()

        assert app.execute("SELECT amount + 5 FROM balance WHERE kind = 'available'").fetchone() == before


@pytest.mark.parametrize(
    "postings",
    [[], [("available", 5)], [("available", -5), ("envelope", 4)], [("available", -5), ("envelope", 5), ("paid", 1)]],
)
def test_an_unbalanced_entry_is_rejected(own: Urls, postings: list[tuple[str, int]]) -> None:
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
def test_with_only_one_of_the_triggers_something_would_pass(
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


def test_a_balanced_pair_added_to_an_earlier_entry_is_rejected(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        entry = post(app, ("available", -5), ("envelope", 5))
        app.commit()

        with pytest.raises(errors.ForeignKeyViolation) as error:
            post(app, ("available", -5), ("envelope", 5), entry=entry)

    assert error.value.diag.constraint_name == "posting_entry_id_stamp_fkey"


def test_a_forged_stamp_does_not_help_to_add_postings(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        entry = post(app, ("available", -5), ("envelope", 5))
        stamp = app.execute("SELECT stamp FROM entry WHERE id = %s", [entry]).fetchone()
        app.commit()
        assert stamp is not None

        with pytest.raises(errors.ForeignKeyViolation):
            app.execute(FORGED, [entry, 5, stamp[0], "envelope"])


def test_without_the_trigger_a_forged_stamp_would_help(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        entry = post(app, ("available", -5), ("envelope", 5))
        stamp = app.execute("SELECT stamp FROM entry WHERE id = %s", [entry]).fetchone()
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DROP TRIGGER posting_stamp ON posting")
    assert stamp is not None

    with psycopg.connect(own("grants_app")) as app:
        for kind, amount in (("envelope", 5), ("available", -5)):
            app.execute(FORGED, [entry, amount, stamp[0], kind])
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


def test_a_posting_in_another_currency_is_rejected(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app, pytest.raises(errors.IntegrityError) as error:
        post(app, ("available", -5), ("envelope", 5), currency="EUR")

    assert error.value.diag.constraint_name == "posting_currency"


TOTALS = (
    "SELECT bool_and(total.amount = (SELECT sum(balance.amount) FROM account JOIN balance ON account.id = account_id"
    " WHERE account.fund_id = total.fund_id AND account.kind = total.kind AND account.currency = total.currency"
    " AND account.call_id IS NOT DISTINCT FROM total.call_id)) FROM total"
)
"""Whether each total is the sum of the balances of its accounts."""


def total(connection: psycopg.Connection[tuple[int]], kind: str) -> int:
    """The stored total of all accounts of a kind."""
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


def test_a_statement_with_many_postings_is_counted_completely(own: Urls) -> None:
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


def test_without_its_trigger_a_total_would_be_outdated(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DROP TRIGGER posting_totals ON posting")

    with psycopg.connect(own("grants_app")) as app:
        post(app, ("available", -5), ("envelope", 5))
        app.commit()

        assert app.execute(TOTALS).fetchone() == (False,)


def test_every_account_starts_with_a_balance_of_zero(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        made = app.execute(
            "INSERT INTO account (kind, fund_id, currency) VALUES ('returned', 1, 'USD') RETURNING id"
        ).fetchone()
        assert made is not None

        assert app.execute("SELECT amount FROM balance WHERE account_id = %s", [made[0]]).fetchone() == (0,)
        assert app.execute("SELECT amount FROM total WHERE kind = 'returned' AND call_id IS NULL").fetchone() == (0,)


def test_an_account_exists_only_once(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app, pytest.raises(errors.UniqueViolation):
        app.execute(
            "INSERT INTO account (kind, fund_id, call_id, award_id, currency)"
            " SELECT kind, fund_id, call_id, award_id, currency FROM account"
        )

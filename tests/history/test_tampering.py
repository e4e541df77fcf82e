"""A superuser rewrites history, and verification reports it."""

# ruff: noqa: E501 - a forgery and its finding share one line
from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from grants.db import db
from grants.jobs import processing
from grants.models import DocumentFile, Event, Outbox
from grants.outside.storage import Storage
from grants.services.integrity.verifying import verification
from tests.history.conftest import Forge
from tests.history.proof import found, rebuilt, seal_all

pytestmark = pytest.mark.sweep

OURS = "subject = 'application' AND subject_id = 1"
TAMPERINGS = {
    "edit": (
        f"UPDATE history SET said = jsonb_set(said, '{{text}}', '\"Declined\"') WHERE {OURS} AND number = 3",
        "History of application 1: entry 3 was changed.",
    ),
    "delete": (f"DELETE FROM history WHERE {OURS} AND number = 3", "History of application 1: entry 3 is missing."),
    "insert": (
        "CREATE TEMP TABLE forged AS SELECT * FROM history WHERE " + OURS + " AND number = 3;"
        f" UPDATE history SET number = -number - 1 WHERE {OURS} AND number > 3; UPDATE history SET number = -number WHERE {OURS} AND number < 0;"
        " INSERT INTO history SELECT (jsonb_populate_record(f, jsonb_build_object('id', 90000, 'number', 4, 'previous', f.hash))).* FROM forged f",
        "History of application 1: entry 4 was changed.",
    ),
    "reorder": (
        f"UPDATE history SET number = -7 + number WHERE {OURS} AND number IN (3, 4); UPDATE history SET number = -number WHERE {OURS} AND number < 0",
        "History of application 1: entry 3 was changed.",
    ),
    "cut tail": (
        f"DELETE FROM history WHERE {OURS} AND number = (SELECT max(number) FROM history WHERE {OURS})",
        "History of application 1: the newest entries are missing.",
    ),
}


def test_an_untouched_history_verifies(app: Flask) -> None:
    seal_all(app)

    assert found(app) == []


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_every_manipulation_is_found(app: Flask, forge: Forge, kind: str) -> None:
    statements, finding = TAMPERINGS[kind]

    forge(statements)

    assert finding in found(app)


def test_a_completely_rebuilt_chain_is_found_by_its_checkpoint(app: Flask, forge: Forge) -> None:
    seal_all(app)

    forge(TAMPERINGS["edit"][0])
    forge(rebuilt(app, "application", 1))

    assert found(app) == ["Checkpoint 1: the history that it covers has changed since it was sealed."]


def test_without_a_checkpoint_a_rebuilt_chain_would_pass(app: Flask, forge: Forge) -> None:
    forge(TAMPERINGS["edit"][0])
    forge(rebuilt(app, "application", 1))

    assert found(app) == []


def test_newest_events_removed_with_their_head_are_found_by_the_checkpoint(app: Flask, forge: Forge) -> None:
    seal_all(app)

    forge(TAMPERINGS["cut tail"][0])
    forge(rebuilt(app, "application", 1))

    assert "Checkpoint 1: the history that it covers has changed since it was sealed." in found(app)


def test_the_removal_of_a_whole_subject_is_found_by_its_checkpoint(app: Flask, forge: Forge) -> None:
    seal_all(app)

    for table in ("history", "history_head"):
        forge(f"DELETE FROM {table} WHERE subject = 'person' AND subject_id = 1")

    assert "Checkpoint 1: the history that it covers has changed since it was sealed." in found(app)


def test_a_lost_head_is_found(app: Flask, forge: Forge) -> None:
    forge("DELETE FROM history_head WHERE subject = 'application' AND subject_id = 1")

    assert found(app) == ["History of application 1: the head of its chain is missing."]


def test_changed_texts_are_found(app: Flask, forge: Forge) -> None:
    forge("UPDATE history_words SET words = 'Name nobody.' WHERE name = 'conditions'")

    assert [finding for finding in found(app) if "text “conditions” was changed" in finding] == found(app) != []


MOVED = {
    "application": ("active", "agreement", ""),
    "agreement": (
        "signed",
        "to_sign",
        ", signed_by = 1, signed_name = 'x', signed_at = now(), countersigned_by = 2, countersigned_name = 'y', countersigned_at = now()",
    ),
    "instalment": ("payable", "planned", ", waits = true"),
    "report": ("approved", "due", ", sent_at = now(), sent_by = 2, approved_by = 1"),
}


MAKE_PAYABLE = "UPDATE instalment SET step = 'payable'"


@pytest.mark.parametrize("table", MOVED)
def test_a_step_changed_directly_is_found(app: Flask, forge: Forge, table: str) -> None:
    step, reported, also = MOVED[table]

    forge(f"UPDATE {table} SET step = '{step}'{also} WHERE id = 1")

    assert found(app)[0] == f"{table} 1 is at step {step}; its history says {reported}."


def test_a_balance_changed_directly_is_found(app: Flask, forge: Forge) -> None:
    forge("UPDATE balance SET amount = amount + 1 WHERE kind = 'committed'")

    account, award = found(app)

    assert (account.partition(" (")[2], award) == (
        "committed): the balance is 10001.000, but the postings give 10000.000.",
        f"Award A-{year(app)}-0001: its accounts, from committed to returned, do not add up to its amount.",
    )


@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM balance WHERE kind = 'available'",
        "UPDATE balance SET kind = 'envelope' WHERE kind = 'available'",
        "INSERT INTO balance (account_id, kind, amount) VALUES (900, 'paid', 5)",
    ],
)
def test_a_lost_or_invented_balance_is_found(app: Flask, forge: Forge, forgery: str) -> None:
    forge(forgery)

    assert [finding for finding in found(app) if ": the balance is " in finding] != []


def test_a_total_changed_directly_is_found(app: Flask, forge: Forge) -> None:
    forge("UPDATE total SET amount = amount + 1 WHERE kind = 'committed'")

    assert found(app) == ["Total committed of fund 1, call 1: 10001.000 is stored, but the postings give 10000.000."]


def test_a_lost_total_is_found(app: Flask, forge: Forge) -> None:
    forge("DELETE FROM total WHERE kind = 'available'")

    [finding] = found(app)

    assert finding.startswith("Total available of fund 1, call –: 0 is stored, but the postings give ")


def test_an_instalment_withheld_from_payment_directly_is_found(app: Flask, forge: Forge) -> None:
    forge(MAKE_PAYABLE + ", waits = false WHERE id = 1")

    assert "Instalment 1 is payable and in no batch, but it is not marked as waiting for one." in found(app)


def test_an_instalment_put_up_for_payment_directly_is_found(app: Flask, forge: Forge) -> None:
    forge("UPDATE instalment SET waits = true WHERE id = 1")

    assert found(app) == ["Instalment 1 is marked as waiting for a batch, but it is not payable or is already in one."]


def test_a_posting_changed_directly_is_found(app: Flask, forge: Forge) -> None:
    forge("UPDATE posting SET amount = amount + 1 WHERE amount = 10000")

    assert "Entry 3 of the ledger does not balance." in found(app)


def test_an_award_changed_directly_is_found(app: Flask, forge: Forge) -> None:
    forge("UPDATE award SET amount = 99999 WHERE id = 1")

    number = f"A-{year(app)}-0001"
    assert found(app) == [
        "award 1 differs from its history.",
        "Entry 3 of the ledger (award): no record explains it, or the amounts differ.",
        "The ledger has no entry “award” of 99999.000 for award 1.",
        f"Award {number}: its accounts, from committed to returned, do not add up to its amount.",
        f"Award {number}: its instalments do not add up to its amount.",
        "Document 2 differs from the award or the submission that it is about.",
    ]


def test_a_damaged_file_is_found(app: Flask) -> None:
    name = printed(app)

    Storage(app.extensions["settings"].files).delete(name)

    assert found(app) == ["Document 1: its file is missing or damaged."]


def printed(app: Flask) -> str:
    """The hash under which the first document is stored, once it is printed."""
    with app.app_context():
        row = db.session.query(Outbox).filter_by(kind="document").order_by(Outbox.id).first()
        assert row is not None
        assert processing.work_one(row.id)
        return db.session.query(DocumentFile).one().sha256


def year(app: Flask) -> int:
    """The year in which the test data were created."""
    with app.app_context():
        first = db.session.query(Event).order_by(Event.id).first()
        assert first is not None
        return first.at.year


@pytest.mark.parametrize(
    "forgery",
    [
        'UPDATE document_snapshot SET data = data || \'{"amount": "99000"}\' WHERE document_id = 2',
        'UPDATE document_snapshot SET data = data || \'{"amount": "much"}\' WHERE document_id = 2',
        'UPDATE document_snapshot SET data = data || \'{"number": "L-2020-0001"}\' WHERE document_id = 2',
        "UPDATE document SET number = 'L-2020-0001' WHERE id = 2",
        "UPDATE award SET amount = amount + 1",
    ],
)
def test_a_letter_that_differs_from_its_award_is_found(app: Flask, forge: Forge, forgery: str) -> None:
    forge(forgery)

    assert "Document 2 differs from the award or the submission that it is about." in found(app)


def test_a_receipt_that_differs_from_its_submission_is_found(app: Flask, forge: Forge) -> None:
    forge('UPDATE document_snapshot SET data = data || \'{"submitted_sha256": ""}\' WHERE document_id = 1')

    assert "Document 1 differs from the award or the submission that it is about." in found(app)


LETTER = "kind = 'document' AND args ->> 'document' = '2'"
NEVER_PRINTED = {
    "deleted": f"DELETE FROM outbox WHERE {LETTER}",
    "marked as done": f"UPDATE outbox SET done_at = now() WHERE {LETTER}",
    "moved to another queue": f"UPDATE outbox SET queue = 'nowhere' WHERE {LETTER}",
    "made a mail": f"UPDATE outbox SET kind = 'mail' WHERE {LETTER}",
    "about another document": f"UPDATE outbox SET args = '{{\"document\": 1}}' WHERE {LETTER}",
}
POSTPONED = {
    "postponed": f"UPDATE outbox SET next_at = 'infinity' WHERE {LETTER}",
    "paused": f"UPDATE outbox SET not_before = now() + interval '2 days' WHERE {LETTER}",
    "leased": f"UPDATE outbox SET leased_until = 'infinity' WHERE {LETTER}",
}


@pytest.mark.parametrize("forgery", NEVER_PRINTED.values(), ids=NEVER_PRINTED)
def test_a_document_that_is_never_printed_is_found(app: Flask, forge: Forge, forgery: str) -> None:
    forge(forgery)

    assert found(app) == ["Document 2 has no file and is not queued for creation."]


@pytest.mark.parametrize("forgery", POSTPONED.values(), ids=POSTPONED)
def test_a_document_that_is_postponed_for_long_is_found(app: Flask, forge: Forge, forgery: str) -> None:
    forge(forgery)
    seal_all(app)
    assert found(app) == [], "a clock that can be moved proves nothing"

    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)
    assert found(app) == ["Document 2 has no file and is not queued for creation."]


def test_a_document_that_waits_or_was_given_up_is_no_finding(app: Flask, forge: Forge) -> None:
    forge(f"UPDATE outbox SET next_at = now() + interval '1 hour', attempts = 9 WHERE {LETTER}")
    assert found(app) == []

    forge(f"UPDATE outbox SET dead_at = now(), problem = 'x' WHERE {LETTER}")
    assert found(app) == []


def test_without_the_check_nothing_would_show_it(app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(verification, "_unprinted", lambda _: ())
    forge(NEVER_PRINTED["deleted"])

    assert found(app) == []

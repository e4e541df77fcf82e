"""What was sent cannot be changed in the database; its answers can only be erased, together with an event."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

Urls = Callable[[str], str]
ERASURE = (
    "INSERT INTO history (subject, subject_id, number, at, role, via, key, about, about_id, said, previous, hash)"
    " SELECT 'application', 1, max(number) + 1, now(), 'clock', 'test', 'erase', 'submission', 1, '{}',"
    " repeat('0', 64), repeat('0', 64)"
    " FROM history WHERE subject = 'application' AND subject_id = 1"
)
ERASE = "SELECT erase_submission(1)"
CONTENT = "SELECT content IS NULL, answer FROM submission_content WHERE submission_id = 1"
CHANGES = (
    'UPDATE submission_content SET content = content || \'{"title": "Another"}\'',
    "UPDATE submission_content SET content = NULL",
    "DELETE FROM submission_content",
    "TRUNCATE submission_content",
)


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_cannot_change_what_was_sent(own: Urls, change: str) -> None:
    with psycopg.connect(own("grants_app")) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(change.encode())


@pytest.mark.parametrize("change", CHANGES)
def test_even_the_owner_cannot_change_what_was_sent(own: Urls, change: str) -> None:
    with psycopg.connect(own("grants_owner")) as owner, pytest.raises(errors.IntegrityConstraintViolation):
        owner.execute(change.encode())


def test_only_the_trigger_stops_the_owner(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("ALTER TABLE submission_content DISABLE TRIGGER submission_content_is_erased")

        assert owner.execute(CHANGES[0].encode()).rowcount == 1


def test_content_is_erased_with_an_event_of_the_same_transaction(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        app.execute(ERASURE)
        app.execute(ERASE)

        assert app.execute(CONTENT).fetchone() == (True, "")
        assert app.execute("SELECT count(*) FROM submission_line WHERE submission_id = 1").fetchone() == (2,)


@pytest.mark.parametrize("earlier", [False, True])
def test_without_that_event_nothing_is_erased(own: Urls, *, earlier: bool) -> None:
    with psycopg.connect(own("grants_app")) as app:
        if earlier:
            app.execute(ERASURE)
            app.commit()

        with pytest.raises(errors.IntegrityConstraintViolation) as refused:
            app.execute(ERASE)
    assert refused.value.diag.constraint_name == "submission_content_is_erased"


def test_an_event_does_not_let_the_owner_write_another_content(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute(ERASURE)

        with pytest.raises(errors.IntegrityConstraintViolation):
            owner.execute("UPDATE submission_content SET content = '{}'")

"""An organisation that was entered twice: merged, shared, counted as one, and separated again."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from grants.access.principals import load_principal, roles_on
from grants.access.visibility import visible
from grants.db import ConstraintViolated, db, transaction
from grants.jobs.sealing import evidence
from grants.models import Application, Assignment, Call, Event, Involvement, Organisation, Outbox
from grants.queries import matches, recipients
from grants.queries.cases.organisations import applicant
from grants.queries.matches import Candidate
from grants.services import duplicates, locking, persons, transitions
from grants.services.applications import drafts
from grants.services.integrity.verifying.verification import findings
from grants.services.refusals import Refused, Stale
from tests import world as w
from tests.browser import named
from tests.prepared import Prepare
from workflows.engine.roles import Actor, Role

pytestmark = pytest.mark.ground("twice")
WHY = "Both have the same register number."
KEPT, DUPLICATE, THIRD = 1, 2, 3
"""The chapters mg and bo, and an organisation without people."""


@pytest.fixture(scope="session")
def twice(prepare: Prepare) -> str:
    """An application of one chapter that is in review, a draft of the other one, and a third organisation."""

    def fill() -> None:
        made = w.build(programmes=("BTN-L",))
        w.scored(made, w.in_review(made), "rex")
        w.begun(made, "BTN-L", "bo")
        with transaction():
            w.organisation("Entered by the Foundation", "KE", "en")

    return prepare("entered_twice", fill)


def row(id: int) -> Organisation:
    """The organisation with this id."""
    return db.session.get_one(Organisation, id)


def ada() -> Actor:
    """The administrator."""
    return Actor(person=named("ada").id, role=Role.ADMINISTRATOR, via="test")


def merge(duplicate: int = DUPLICATE, kept: int = KEPT, actor: Actor | None = None, version: int | None = None) -> None:
    """Merge one organisation into another. version: what the page showed, if not the present state."""
    with transaction():
        mine, other = row(duplicate), row(kept)
        shown = duplicates.version_of(mine, duplicates.entry_of(other)) if version is None else version
        duplicates.merge(mine, other, reason=WHY, version=shown, actor=actor or ada(), apply=transitions.apply)


def separate(duplicate: int = DUPLICATE) -> None:
    """Undo the merge."""
    with transaction():
        mine = row(duplicate)
        duplicates.separate(mine, reason="They are two.", version=mine.version, actor=ada())


def visible_to(name: str) -> set[int]:
    """The applications that the person sees."""
    principal = load_principal(named(name))
    return set(db.session.scalars(db.select(Application.id).where(visible(Application, principal))))


def events(id: int) -> list[tuple[str, str]]:
    """Key and sentence of what an administrator did to the organisation."""
    found = db.session.query(Event).filter_by(subject="organisation", subject_id=id).order_by(Event.id)
    return [(one.key, one.message["text"]) for one in found if one.key in {"merge", "separate"}]


def test_members_of_both_see_the_applications_of_both(app: Flask) -> None:
    with app.app_context():
        assert (visible_to("mg1"), visible_to("bo1")) == ({1}, {2})

        merge()

        assert (visible_to("mg1"), visible_to("bo1")) == ({1, 2}, {1, 2})
        separate()
        assert (visible_to("mg1"), visible_to("bo1")) == ({1}, {2})


def test_no_row_moves_and_both_histories_say_it(app: Flask) -> None:
    with app.app_context():
        merge()
        separate()

        assert {one.id: one.organisation_id for one in db.session.query(Application)} == {1: KEPT, 2: DUPLICATE}
        assert events(DUPLICATE) == [("merge", "Merged into %(name)s"), ("separate", "No longer merged into %(name)s")]
        assert [key for key, _ in events(KEPT)] == ["merge", "separate"]


def test_everybody_who_acts_for_one_of_them_is_mailed_of_both_changes(app: Flask) -> None:
    with app.app_context():
        merge()
        separate()

        mails = [dict[str, Any](one.args) for one in db.session.query(Outbox).filter_by(kind="mail")]
        sent = [(args["subject"]["text"].partition(":")[0], args["person"]) for args in mails]
        people = sorted(named(name).id for name in ("mg1", "mg2", "bo1", "bo2"))
        for subject in ("Organisations merged", "Organisations no longer merged"):
            assert sorted(id for text, id in sent if text == subject) == people


def test_a_comparison_with_an_entry_that_was_merged_meanwhile_is_outdated(app: Flask) -> None:
    """A page compares the third entry with the duplicate; then the duplicate is merged, into an entry never shown."""
    with app.app_context():
        shown = duplicates.version_of(row(THIRD), row(DUPLICATE))
        merge()

        with pytest.raises(Stale):
            merge(THIRD, DUPLICATE, version=shown)


def test_what_was_merged_is_verified(app: Flask) -> None:
    with app.app_context():
        merge()

        found = [str(message) for message in findings(evidence(app.extensions["settings"]), lambda _: True)]

        assert found == []


def test_each_member_keeps_their_own_rights(app: Flask) -> None:
    with app.app_context():
        merge()

        principal = load_principal(named("bo1"))

        assert principal.rights[KEPT] == principal.rights[DUPLICATE]
        assert principal.organisations == {KEPT, DUPLICATE}


def test_who_acts_for_the_duplicate_judges_nothing_of_the_kept_one(app: Flask) -> None:
    with app.app_context():
        with transaction():
            persons.join(named("omar"), row(THIRD), actor=w.SYSTEM)
        application = db.session.get_one(Application, 1)
        assert roles_on(application, load_principal(named("omar"))) == {Role.OFFICER}

        merge(THIRD)

        assert roles_on(application, load_principal(named("omar"))) == {Role.APPLICANT}
        separate(THIRD)
        assert roles_on(application, load_principal(named("omar"))) == frozenset(), "who could see it stays excluded"


def test_without_the_entries_of_a_member_they_would_judge(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: without the involvement and the entries, the officer keeps the role."""
    monkeypatch.setattr(duplicates, "_involve", lambda *_: None)
    with app.app_context():
        with transaction():
            persons.join(named("omar"), row(THIRD), actor=w.SYSTEM)
        merge(THIRD)

        application, found = db.session.get_one(Application, 1), load_principal(named("omar"))

        assert roles_on(application, found) == {Role.APPLICANT}, "the entries alone suffice while they act for it"
        assert roles_on(application, replace(found, organisations=frozenset({THIRD}))) == {Role.OFFICER}


def test_the_open_reviews_of_members_end(app: Flask) -> None:
    with app.app_context():
        with transaction():
            persons.join(named("rex"), row(THIRD), actor=w.SYSTEM)
        assert db.session.query(Assignment).one().step == "ready"

        merge(THIRD)

        assert db.session.query(Assignment).one().step == "conflicted"


def test_contacts_and_recipients_are_those_of_both(app: Flask) -> None:
    with app.app_context():
        assert applicant(row(KEPT)).contacts == 2

        merge()

        assert applicant(row(KEPT)).contacts == applicant(row(DUPLICATE)).contacts == 4
        assert [one.name[:3] for one in recipients.members(KEPT)] == ["Bo1", "Bo2", "Mg1", "Mg2"]


@pytest.mark.ground("active")
def test_a_limit_counts_the_grants_of_both(app: Flask) -> None:
    with app.app_context():
        assert applicant(row(DUPLICATE)).held == 0

        merge()

        assert applicant(row(DUPLICATE)).held == applicant(row(KEPT)).held == 1


def test_an_application_is_begun_for_the_kept_one_only(app: Flask) -> None:
    with app.app_context():
        merge(KEPT, DUPLICATE)

        with pytest.raises(Refused, match="is a duplicate"):
            begin(KEPT, "mg1")
        assert begin(DUPLICATE, "mg1").organisation_id == DUPLICATE


def begin(id: int, name: str) -> Application:
    """The person begins a draft for the organisation."""
    actor = Actor(person=named(name).id, role=Role.APPLICANT, on_behalf_of=id, via="test")
    with transaction():
        call = db.session.get_one(Call, 1)
        return drafts.begin(call=call, organisation=row(id), actor=actor, apply=transitions.apply)


def test_a_draft_begun_later_involves_the_members_of_both(app: Flask) -> None:
    with app.app_context():
        merge()

        made = begin(KEPT, "bo1")

        involved = db.session.query(Involvement).filter_by(application_id=made.id, part="member")
        assert involved.count() == 4


def test_who_registers_the_duplicate_again_is_led_to_the_kept_one(app: Flask) -> None:
    with app.app_context():
        merge()

        found = matches.matching(Candidate("Chapter BO", "", "BO"))

        assert [one.id for one in found] == [KEPT]


def test_an_organisation_is_merged_once(app: Flask) -> None:
    with app.app_context():
        merge()

        with pytest.raises(Refused, match="already merged"):
            merge()
        with pytest.raises(Refused, match="already merged"):
            merge(KEPT, DUPLICATE)
        with pytest.raises(Refused, match="it must be the entry that is kept"):
            merge(KEPT, THIRD)
        with pytest.raises(Refused, match="Undo this first"):
            merge(DUPLICATE, THIRD)


def test_merging_into_a_duplicate_merges_into_the_kept_one(app: Flask) -> None:
    with app.app_context():
        merge()

        merge(THIRD, DUPLICATE)

        assert row(THIRD).merged_into_id == KEPT


def test_without_the_guard_the_database_keeps_merges_flat(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: without the guard, the foreign key refuses a chain."""
    monkeypatch.setattr(duplicates, "against", lambda *_: [])
    with app.app_context():
        merge()

        with pytest.raises(ConstraintViolated):
            merge(KEPT, THIRD)


def test_two_administrators_who_merge_in_both_directions_merge_once(app: Flask) -> None:
    ready, refused = threading.Barrier(2), []

    def run(duplicate: int, kept: int) -> None:
        with app.app_context():
            ready.wait(10)
            try:
                merge(duplicate, kept)
            except (Refused, Stale) as wrong:
                refused.append(wrong)

    threads = [threading.Thread(target=run, args=pair) for pair in ((KEPT, DUPLICATE), (DUPLICATE, KEPT))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with app.app_context():
        merged = [one.id for one in db.session.query(Organisation) if one.merged_into_id]
    assert (len(merged), len(refused)) == (1, 1)


def hold_shortly(app: Flask, id: int) -> bool:
    """Whether another transaction can hold the organisation now."""
    with app.app_context():
        try:
            with transaction() as session:
                session.execute(text("SET LOCAL lock_timeout = '300ms'"))
                locking.hold(row(id))
        except OperationalError:
            return False
        return True


def waits(app: Flask) -> bool:
    """Whether a command for the kept entry waits for one that holds the duplicate."""
    free: list[bool] = []
    with app.app_context():
        merge()
        with transaction():
            locking.hold(row(DUPLICATE))
            other = threading.Thread(target=lambda: free.append(hold_shortly(app, KEPT)))
            other.start()
            other.join(10)
    return free == [False]


def test_commands_for_both_entries_wait_for_each_other(app: Flask) -> None:
    assert waits(app)


def test_without_all_entries_they_would_count_apart(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: each would count without what the other one is adding."""
    monkeypatch.setattr(locking, "_entries", set)

    assert not waits(app)


def until_somebody_waits() -> None:
    """Return once another transaction waits for a lock; after ten seconds at the latest."""
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    until = time.monotonic() + 10
    while time.monotonic() < until and not db.session.scalar(blocked):
        time.sleep(0.05)


def merged_while_waiting(app: Flask) -> list[Exception]:
    """What becomes of a command that waits for an organisation while another one is merged into it."""
    found: list[Exception] = []

    def other() -> None:
        with app.app_context():
            try:
                with transaction():
                    locking.hold(row(KEPT))
            except Stale as stale:
                found.append(stale)

    waiting = threading.Thread(target=other)
    with app.app_context():
        with transaction():
            mine, kept = row(THIRD), row(KEPT)
            version = duplicates.version_of(mine, kept)
            duplicates.merge(mine, kept, reason=WHY, version=version, actor=ada(), apply=transitions.apply)
            waiting.start()
            until_somebody_waits()
        waiting.join(30)
    return found


def test_a_command_that_waited_for_a_merge_begins_again(app: Flask) -> None:
    assert [type(one) for one in merged_while_waiting(app)] == [Stale]


def test_without_the_second_look_it_would_go_on_with_one_entry(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(locking, "_entries", set)

    assert merged_while_waiting(app) == []

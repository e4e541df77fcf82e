"""Somebody changes sides at the very instant of a decision, a review or a draft: one of the two comes first."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Assignment, Award, Event, Involvement
from grants.queries import cases
from grants.services import persons, transitions
from grants.services.applications import drafts, involvements
from grants.services.refusals import Refused, Stale
from grants.services.reviews import assignments
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, Command, together, unlock
from tests.money.test_judging import Meeting
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

NO = "The costs are far too high for what the project would bring to the region."


@pytest.fixture(scope="session")
def on_panel(prepare: Prepare, in_review: str) -> str:
    """An application before the panel, with just enough reviews."""

    def fill() -> None:
        made, row = world.found(), world.first()
        world.review(made, row)
        world.apply(made, row, "to_panel", "olga", Role.OFFICER)

    return prepare("on_panel_after_reviews", fill, in_review)


@pytest.fixture(scope="session")
def recommended(prepare: Prepare, on_panel: str) -> str:
    """An application that waits for Pia's decision; she acts for the chapter in Bolivia."""

    def fill() -> None:
        made, row = world.found(), world.first()
        world.apply(made, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback=NO)
        with transaction():
            persons.join(made.people["pia"], made.chapters["bo"], actor=world.SYSTEM)

    return prepare("recommended_to_pia", fill, on_panel)


@pytest.fixture(scope="session")
def reviewed(prepare: Prepare, on_panel: str) -> str:
    """An application that waits for an award on just enough reviews, one of which is by Rex.

    He acts for the chapter in Bolivia, which has not applied; the chapter in Chile has a draft in the call.
    """

    def fill() -> None:
        made, row = world.found(), world.first()
        world.apply(made, row, "recommend", "omar", Role.OFFICER, kind="award", amount=Decimal(10_000), conditions="")
        with transaction():
            persons.join(made.people["rex"], made.chapters["bo"], actor=world.SYSTEM)
        add_rival(made)

    return prepare("reviewed_by_rex", fill, on_panel)


@pytest.fixture(scope="session")
def contested(prepare: Prepare, in_review: str) -> str:
    """An application in review by nobody; the chapter in Chile has a draft in the call."""
    return prepare("in_review_with_a_rival", lambda: add_rival(world.found()), in_review)


def add_rival(made: world.World) -> None:
    """The chapter in Chile, with a draft in the call."""
    with transaction():
        made.people["cl1"], made.chapters["cl"] = world.person("cl1"), world.organisation("Chapter CL", "CL", "es")
        persons.join(made.people["cl1"], made.chapters["cl"], actor=world.SYSTEM)
    world.begun(made, "BTN-L", "cl")


def joining(name: str, chapter: str = "mg") -> Command:
    """The person joins the chapter, which is the applicant or has a draft in the call."""

    def read() -> Callable[[], object]:
        made = world.found()
        person, organisation = made.people[name], made.chapters[chapter]
        db.session.commit()
        return lambda: persons.join(person, organisation, actor=world.SYSTEM)

    return read


def decline() -> Callable[[], object]:
    """Pia declines the application."""
    row, pia = db.session.get_one(Application, 1), world.found().actor("pia", Role.APPROVER)
    _ = row.call.programme
    db.session.commit()
    return lambda: transitions.apply(row, "decline", actor=pia, answers={"feedback": NO})


def begin(chapter: str) -> Command:
    """The chapter begins a draft in the call."""

    def read() -> Callable[[], object]:
        made = world.found()
        call, row, actor = made.calls["BTN-L"], made.chapters[chapter], made.actor(f"{chapter}1", Role.APPLICANT)
        db.session.commit()
        return lambda: drafts.begin(call=call, organisation=row, actor=actor, apply=transitions.apply)

    return read


def send() -> Callable[[], object]:
    """Ron submits his review."""
    assignment, ron = db.session.query(Assignment).one(), world.found().actor("ron", Role.REVIEWER)
    assert assignment.review is not None
    _ = assignment.person.name, assignment.review.scores
    db.session.commit()
    return lambda: transitions.apply(assignment, "send", actor=ron)


def later(app: Flask, one: str, other: str) -> bool:
    """Whether the last event with the first key came after that with the other."""
    with app.app_context():
        ids = {event.key: event.id for event in db.session.query(Event).order_by(Event.id)}
    return ids.get(one, 0) > ids[other]


def deciding(app: Flask, meeting: Meeting, other: Command, key: str) -> bool:
    """Pia declines while she changes sides; returns whether the decision came after that.

    Her organisation does not begin a draft once she has decided.
    """
    decided, changed = together(app, [decline, meeting.other(other)])
    if isinstance(changed, Refused):
        assert (decided, key) == (DONE, "begin")
        return False
    assert changed == DONE
    assert decided == DONE or isinstance(decided, Refused)
    return later(app, "decline", key)


CHANGES = [(joining("pia"), "join"), (begin("bo"), "begin")]


@pytest.mark.parametrize(("change", "key"), CHANGES)
def test_nobody_decides_once_they_have_changed_sides(
    copies: Copies, recommended: str, monkeypatch: pytest.MonkeyPatch, change: Command, key: str
) -> None:
    for _ in range(ROUNDS):
        with copies(recommended) as app, monkeypatch.context() as patch:
            assert deciding(app, Meeting(patch, cases, "of"), change, key) is False


@pytest.mark.parametrize(("change", "key"), CHANGES)
def test_without_the_lock_they_would_decide_after_changing_sides(
    copies: Copies, recommended: str, monkeypatch: pytest.MonkeyPatch, change: Command, key: str
) -> None:
    unlock(monkeypatch)
    with copies(recommended) as app:
        assert deciding(app, Meeting(monkeypatch, cases, "of", longest=10), change, key) is True


@pytest.mark.parametrize(("change", "at"), [(joining("pia"), "note_joining"), (begin("bo"), "note_beginning")])
def test_a_decision_that_comes_second_is_refused(
    copies: Copies, recommended: str, monkeypatch: pytest.MonkeyPatch, change: Command, at: str
) -> None:
    with copies(recommended) as app:
        changed, decided = together(app, [change, Meeting(monkeypatch, involvements, at).other(decline)])

        assert changed == DONE
        assert isinstance(decided, Refused)


def reviewing(app: Flask, meeting: Meeting) -> str:
    """Ron submits his review while he joins the applicant; returns what becomes of it."""
    sent, joined = together(app, [send, meeting.other(joining("ron"))])
    assert joined == DONE
    assert sent == DONE or isinstance(sent, Refused | Stale)
    with app.app_context():
        return db.session.query(Assignment).one().step


def test_no_review_of_a_new_member_counts(copies: Copies, scored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(ROUNDS):
        with copies(scored) as app, monkeypatch.context() as patch:
            assert reviewing(app, Meeting(patch, cases, "together")) == "conflicted"


def test_without_the_lock_the_review_of_a_new_member_would_count(
    copies: Copies, scored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Joining leaves the assignment open here, because its version is a second safeguard."""
    unlock(monkeypatch)
    monkeypatch.setattr(assignments, "release_involved", lambda *_, **__: None)
    with copies(scored) as app:
        assert reviewing(app, Meeting(monkeypatch, cases, "together", longest=10)) == "sent"


def award() -> Callable[[], object]:
    """Pia awards the application."""
    row, pia = db.session.get_one(Application, 1), world.found().actor("pia", Role.APPROVER)
    _ = row.call.programme
    db.session.commit()
    given = {"amount": Decimal(10_000), "conditions": ""}
    return lambda: transitions.apply(row, "award", actor=pia, answers=given)


def awarding(app: Flask, meeting: Meeting, other: Command) -> tuple[bool, str]:
    """Pia awards while Rex becomes a rival; returns whether there is an award, and what becomes of his review."""
    decided, changed = together(app, [award, meeting.other(other)])
    assert changed == DONE
    assert decided == DONE or isinstance(decided, Refused)
    with app.app_context():
        rex = world.found().people["rex"].id
        return db.session.query(Award).count() == 1, db.session.query(Assignment).filter_by(person_id=rex).one().step


RIVALRY = pytest.mark.parametrize("change", [joining("rex", "cl"), begin("bo")], ids=["joins", "begins"])


@RIVALRY
def test_no_award_rests_on_the_review_of_a_new_rival(
    copies: Copies, reviewed: str, monkeypatch: pytest.MonkeyPatch, change: Command
) -> None:
    for _ in range(ROUNDS):
        with copies(reviewed) as app, monkeypatch.context() as patch:
            assert awarding(app, Meeting(patch, cases, "together"), change) in {(True, "sent"), (False, "conflicted")}


@RIVALRY
def test_without_the_lock_an_award_would_rest_on_a_review_that_has_ended(
    copies: Copies, reviewed: str, monkeypatch: pytest.MonkeyPatch, change: Command
) -> None:
    unlock(monkeypatch)
    with copies(reviewed) as app:
        assert awarding(app, Meeting(monkeypatch, cases, "together", longest=10), change) == (True, "conflicted")


@pytest.mark.parametrize(
    ("change", "at"), [(joining("rex", "cl"), "note_joining"), (begin("bo"), "note_beginning")], ids=["joins", "begins"]
)
def test_an_award_that_comes_second_misses_the_review_of_the_new_rival(
    copies: Copies, reviewed: str, monkeypatch: pytest.MonkeyPatch, change: Command, at: str
) -> None:
    with copies(reviewed) as app:
        changed, decided = together(app, [change, Meeting(monkeypatch, involvements, at).other(award)])

        assert changed == DONE
        assert isinstance(decided, Refused)
        assert "3 reviews are required; 2 submitted so far." in str(decided)


def invite() -> Callable[[], object]:
    """Olga invites Ron."""
    row, ron = db.session.get_one(Application, 1), world.found().people["ron"]
    olga = world.found().actor("olga", Role.OFFICER)
    _ = row.call.data, ron.name
    db.session.commit()
    return lambda: assignments.assign(application=row, reviewer=ron, actor=olga)


def inviting(app: Flask, meeting: Meeting) -> list[str]:
    """Ron is invited while he becomes a rival; returns the steps of his assignments."""
    asked, joined = together(app, [invite, meeting.other(joining("ron", "cl"))])
    assert joined == DONE
    assert asked == DONE or isinstance(asked, Refused)
    with app.app_context():
        ron = world.found().people["ron"].id
        return [one.step for one in db.session.query(Assignment).filter_by(person_id=ron)]


def test_no_invitation_of_a_new_rival_stays(copies: Copies, contested: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(ROUNDS):
        with copies(contested) as app, monkeypatch.context() as patch:
            assert inviting(app, Meeting(patch, assignments, "unfit")) in ([], ["conflicted"])


def test_without_the_lock_a_new_rival_would_stay_invited(
    copies: Copies, contested: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(contested) as app:
        assert inviting(app, Meeting(monkeypatch, assignments, "unfit", longest=10)) == ["asked"]


def drafting(app: Flask, meeting: Meeting) -> bool:
    """A draft begins while Ron joins the applicant; returns whether he is involved in it, if it has begun."""
    begun, joined = together(app, [begin("mg"), meeting.other(joining("ron"))])
    assert joined == DONE
    assert begun == DONE or isinstance(begun, Stale)
    with app.app_context():
        ron = world.found().people["ron"].id
        return begun != DONE or db.session.query(Involvement).filter_by(person_id=ron).count() == 1


def test_a_new_member_is_involved_in_a_draft_that_begins_meanwhile(
    copies: Copies, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(large) as app, monkeypatch.context() as patch:
            assert drafting(app, Meeting(patch, drafts, "against")) is True


def test_without_the_lock_a_new_member_would_have_no_part_in_the_draft(
    copies: Copies, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(large) as app:
        assert drafting(app, Meeting(monkeypatch, drafts, "against", longest=10)) is False


def test_a_draft_is_stale_when_somebody_joins_before_the_applicant_is_held(
    copies: Copies, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with copies(large) as app:
        meeting = Meeting(monkeypatch, involvements, "members", longest=10)
        begun, joined = together(app, [begin("mg"), meeting.other(joining("ron"))])

        assert joined == DONE
        assert isinstance(begun, Stale)

"""The officers learn by mail that somebody who has judged an application is now an applicant of the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from grants.access.principals import load_principal
from grants.db import db, transaction
from grants.models import Application, Appointment, Conflict, Outbox
from grants.queries import recipients
from grants.services import persons, transitions
from grants.services.applications import judgements
from grants.services.reviews import conflicts
from tests import world as w
from tests.access.test_judged_before_joining import recommended
from tests.prepared import Prepare
from workflows.engine.message import Message
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

CHECKED, DECISION, AWARDED = 1, 2, 3
"""The applications: checked by Olga; checked by Olga and recommended by Omar; awarded on the judgement of both."""
JOINED = (
    "{} (demo) now acts for the organisation that submitted application {} and can no longer see it in another role."
)
APPLIED = "{} (demo) now acts for another applicant to the call “BTN-L round”. Any eligibility checks"
REVIEWED = (
    "{} (demo) now acts for an applicant to the call “BTN-L round” and can no longer see application {} as a "
    "reviewer. Any review they submitted no longer counts."
)
DECLARED = "{} (demo) has declared a conflict of interest in relation to application {} and can no longer see it."
AGAIN = "Another person must complete or make them again."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two undecided applications and an award, of one chapter; Ursa is an officer of another programme."""
    return prepare("judges_who_apply", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L", "BTN-S"))
    w.check(world, w.submitted(world))
    recommended(world)
    w.awarded(world)
    with transaction():
        world.people["ursa"], world.people["dora"] = w.person("ursa"), w.person("dora")
        persons.appoint(world.people["ursa"], Role.OFFICER, programme="BTN-S", actor=w.SYSTEM)
        persons.appoint(world.people["dora"], Role.OFFICER, actor=w.SYSTEM)


def join(name: str, chapter: str = "mg") -> None:
    """The person begins to act for a chapter."""
    world = w.found()
    with transaction():
        persons.join(world.people[name], world.chapters[chapter], actor=w.SYSTEM)


def apply_too(name: str) -> None:
    """The person joins the other chapter, which then begins a draft in the call."""
    join(name, "bo")
    w.begun(w.found(), "BTN-L", "bo")


def declare(name: str) -> None:
    """The officer declares a conflict of interest in the application to decide on."""
    with transaction():
        row, actor = db.session.get_one(Application, DECISION), w.found().actor(name, Role.OFFICER)
        conflicts.declare_as_staff(row, kinds=["money"], actor=actor, apply=transitions.apply)


def mails(act: Callable[[], object]) -> list[tuple[str, int, str]]:
    """Person, application and text of the mails to officers that the act leads to, sorted."""
    last = db.session.query(Outbox.id).order_by(Outbox.id.desc()).limit(1).scalar() or 0
    act()
    rows: list[Any] = [row.args for row in db.session.query(Outbox).filter(Outbox.id > last, Outbox.kind == "mail")]
    names = {person.id: name for name, person in w.found().people.items()}
    return sorted(
        (names[one["person"]], one["application"], str(Message.from_json(one["text"])))
        for one in rows
        if one["role"] == "officer"
    )


def reference(id: int) -> str:
    """The number of an application."""
    return str(db.session.get_one(Application, id).reference)


def test_after_joining_the_applicant(app: Flask) -> None:
    with app.app_context():
        found = mails(lambda: join("olga"))
        begins = [JOINED.format("Olga", reference(id)) for id in (CHECKED, DECISION)]

    assert [(name, id) for name, id, _ in found] == [
        ("dora", CHECKED), ("dora", DECISION), ("omar", CHECKED), ("omar", DECISION)
    ]  # fmt: skip
    assert [text.startswith(begins[id == DECISION]) and text.endswith(AGAIN) for _, id, text in found] == [True] * 4


def test_after_applying(app: Flask) -> None:
    with app.app_context():
        found = mails(lambda: apply_too("omar"))

    assert [(name, id) for name, id, _ in found] == [("dora", DECISION), ("olga", DECISION)]
    assert all(text.startswith(APPLIED.format("Omar")) and text.endswith(AGAIN) for _, _, text in found)


def test_after_a_reviewer_has_applied(app: Flask) -> None:
    with app.app_context():
        found = mails(lambda: apply_too("rex"))
        begins = REVIEWED.format("Rex", reference(DECISION))

    assert [(name, id) for name, id, _ in found] == [("dora", DECISION), ("olga", DECISION), ("omar", DECISION)]
    assert all(text.startswith(begins) for _, _, text in found)


def test_after_a_conflict_of_interest(app: Flask) -> None:
    with app.app_context():
        found, others = mails(lambda: declare("omar")), mails(lambda: declare("dora"))
        begins = [DECLARED.format(name, reference(DECISION)) for name in ("Omar", "Dora")]

    assert [name for name, _, _ in found] == ["dora", "olga"]
    assert all(text.startswith(begins[0]) and text.endswith(AGAIN) for _, _, text in found)
    assert [(name, text) for name, _, text in others] == [("olga", begins[1])]


def test_nobody_is_written_to_twice_about_the_same(app: Flask) -> None:
    with app.app_context():
        apply_too("omar")

        assert mails(lambda: w.begun(w.found(), "BTN-L", "bo")) == []
        assert mails(lambda: join("omar")) == []


def test_officers_who_do_not_see_the_application_get_no_mail(app: Flask) -> None:
    with app.app_context():
        with transaction():
            for name in ("dora", "omar"):
                person = w.found().people[name].id
                db.session.add(Conflict(application_id=CHECKED, person_id=person, kinds="member"))
            w.recorded()

        assert [(name, id) for name, id, _ in mails(lambda: join("olga"))] == [("dora", DECISION), ("omar", DECISION)]


def test_without_visibility_they_would_get_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: everybody with the role is written to."""
    with app.app_context():
        people = w.found().people
        officers = db.session.query(Appointment.person_id).filter_by(role="officer").distinct()
        everybody = [person for person in people.values() if (person.id,) in officers.all()]
        monkeypatch.setattr(recipients, "of_each", lambda asked: {(a.id, role): everybody for a, role in asked})
        found = {name for name, _, _ in mails(lambda: join("olga"))}
        call, ursa = db.session.get_one(Application, DECISION).call_id, load_principal(people["ursa"])

    assert "ursa" in found
    assert not ursa.covers(Role.OFFICER, call)


def test_without_the_mails_nobody_would_know(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: what somebody has judged no longer counts, and no officer hears of it."""
    monkeypatch.setattr(judgements, "tell_officers", lambda *_, **__: None)
    with app.app_context():
        assert mails(lambda: join("olga")) == []

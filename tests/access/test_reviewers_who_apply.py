"""A reviewer who becomes an applicant of the call no longer reviews in it: their submitted reviews leave the count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import true

from grants.access import visibility
from grants.cli import init
from grants.db import db, transaction
from grants.models import Application, Assignment, Call, Event, Outbox, Review, Score
from grants.services import persons
from grants.services.reviews import assignments
from tests import world as w
from tests.access.test_judged_before_conflict import attempt, step
from tests.access.test_judged_before_joining import send
from tests.access.test_lost_judgements import advance, urgent
from tests.browser import Answer, browser
from tests.prepared import Prepare
from tests.sweeps import swept
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS
from workflows.programmes import programmes
from workflows.rules.decisions import reviews_in

pytestmark = pytest.mark.sweep

FIRST = 1
"""An application in review: Rex and two others have submitted, Ron has scored it, and Rod is invited."""
REVIEWERS = {"rex": "sent", "ron": "ready", "rod": "asked"}
NO = "The costs are far too high for what the project would bring to the region."
WARNED = (
    "{} (demo) now acts for an applicant to the call “BTN-L round” and can no longer see application {} as a "
    "reviewer. Any review they submitted no longer counts."
)
AWARD = {"amount": "3,000.00", "conditions": "", "confirmed": "yes"}
MEAN = "80.0"
SHOWN = ("review", "panel", "decision")
REMOVED = "Reviewer removed: acts for an applicant to the call"
ADVICE = {"kind": "award", "amount": "3,000.00", "conditions": ""}
Change = Callable[[Flask, str, str], None]
"""How a person gets on the side of an applicant of a call: application, name and programme."""


class Decision(NamedTuple):
    """A transition that a person applies to the application of a programme at a step, with these fields."""

    programme: str
    at: str
    key: str
    name: str
    fields: dict[str, str]
    stage: str = "proposal"

    def apply(self, app: Flask, change: Change) -> tuple[Answer, bool]:
        """Apply it after Rex has changed sides; returns the answer, and whether the application is at another step."""
        with app.app_context():
            id = waiting(self.programme, self.at, self.stage).id
        change(app, "rex", self.programme)
        answer = attempt(browser(app, self.name), id, self.key, **self.fields)
        return answer, step(app, id) != self.at

    def __str__(self) -> str:
        """The name in test reports."""
        return f"{self.programme}-{self.key}"


DECISIONS = [
    Decision("BTN-L", "review", "to_panel", "omar", {}),
    Decision("BTN-L", "panel", "recommend", "omar", ADVICE),
    Decision("BTN-L", "decision", "award", "pia", AWARD),
    Decision("BTN-L", "decision", "decline", "pia", {"feedback": NO, "confirmed": "yes"}),
    Decision("BTN-S", "review", "award", "omar", AWARD),
    Decision("BTN-S", "review", "decline", "omar", {"feedback": NO, "confirmed": "yes"}),
    Decision("DRR", "review", "recommend", "omar", ADVICE),
    Decision("DRR", "decision", "award", "pia", AWARD),
    Decision("DRR", "decision", "decline", "pia", {"feedback": NO, "confirmed": "yes"}),
    Decision("RES", "review", "invite", "omar", {}, "statement"),
    Decision("RES", "review", "decline_statement", "omar", {"feedback": NO, "confirmed": "yes"}, "statement"),
    Decision("RES", "review", "to_panel", "omar", {}),
    Decision("RES", "panel", "recommend", "omar", ADVICE),
    Decision("RES", "decision", "award", "pia", AWARD),
    Decision("RES", "decision", "decline", "pia", {"feedback": NO, "confirmed": "yes"}),
]
"""Every transition that needs the reviews, in each flow."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Applications at every step at which reviews count, in each flow; Rex has reviewed all of them."""
    return prepare("reviewers_who_apply", begin)


def begin() -> None:
    """Fill the database. Each flow has another organisation, of Bolivia or of Chile, that has not applied."""
    world = w.build()
    with transaction():
        world.people["rod"] = w.person("rod")
        persons.appoint(world.people["rod"], Role.REVIEWER, actor=w.SYSTEM)
        for key, country in (("lab", "KE"), ("cl", "CL")):
            world.people[f"{key}1"] = w.person(f"{key}1")
            world.chapters[key] = w.organisation(f"Laboratory {country}", country, "en", kind="university")
            persons.join(world.people[f"{key}1"], world.chapters[key], actor=w.SYSTEM)
    for until in SHOWN:
        row = w.in_review(world)
        w.review(world, row)
        advance(world, row, until, "to_panel", "recommend")
    first = db.session.get_one(Application, FIRST)
    w.scored(world, first, "ron")
    invite(world, first, "rod")
    w.review(world, w.in_review(world, "BTN-S", amount=3_000), ("rex", "ria"))
    for until in ("review", "decision"):
        advance(world, urgent(world), until, "recommend")
    w.review(world, w.in_review(world, "RES", "lab"), ("rex", "ria"))
    for until in SHOWN:
        advance(world, full_proposal(world), until, "to_panel", "recommend")


def invite(world: w.World, row: Application, name: str) -> None:
    """Olga invites a reviewer."""
    with transaction():
        olga = world.actor("olga", Role.OFFICER)
        assignments.assign(application=row, reviewer=world.people[name], actor=olga)


def full_proposal(world: w.World) -> Application:
    """A full proposal in review, with every check and review of both stages."""
    row = w.in_review(world, "RES", "lab")
    w.review(world, row, ("rob", "ria"))
    w.apply(world, row, "invite", "omar", Role.OFFICER)
    w.fill(row, 9_000, world.actor("lab1", Role.APPLICANT, world.chapters["lab"]))
    w.apply(world, row, "submit", "lab1", Role.APPLICANT)
    w.check(world, row)
    w.apply(world, row, "pass", "olga", Role.OFFICER)
    w.review(world, row)
    return row


def rival(programme: str) -> str:
    """The organisation that has not applied in the programme."""
    return "cl" if programme == "RES" else "bo"


def join(name: str, chapter: str) -> None:
    """The person begins to act for an organisation."""
    world = w.found()
    with transaction():
        persons.join(world.people[name], world.chapters[chapter], actor=w.SYSTEM)


def draft(app: Flask, programme: str) -> None:
    """The other organisation begins a draft on the page of the call."""
    with app.app_context():
        world, key = w.found(), rival(programme)
        call, organisation = world.calls[programme].id, world.chapters[key].id
    answer = send(browser(app, f"{key}1"), f"/calls/{call}/apply", organisation=str(organisation))
    assert answer.status_code == 302


def joins(app: Flask, name: str, programme: str) -> None:
    """The person joins an organisation that has a draft in the call."""
    draft(app, programme)
    with app.app_context():
        join(name, rival(programme))


def begins(app: Flask, name: str, programme: str) -> None:
    """The organisation of the person begins a draft in the call."""
    with app.app_context():
        join(name, rival(programme))
    draft(app, programme)


WAYS = pytest.mark.parametrize("change", [joins, begins])
EACH = swept(
    (pytest.param(way, one, id=f"{one}-{way.__name__}") for one in DECISIONS for way in (joins, begins)),
    lambda way, one: (one.key, one.at) if way is joins else way,
)
"""The decisions, after each way.

The rows of the flows are made of each other, so that one of each key and step comes first; the ways end assignments
alike, as `test_every_assignment_of_a_new_rival_ends` shows, so that one decision after the second way comes first.
"""


@pytest.fixture
def unending(monkeypatch: pytest.MonkeyPatch) -> None:
    """Becoming an applicant ends no assignment."""
    monkeypatch.setattr(assignments, "release_involved", lambda *_, **__: None)


def of(name: str, application: int = FIRST) -> Assignment:
    """The assignment of a reviewer."""
    person = w.found().people[name].id
    return db.session.query(Assignment).filter_by(application_id=application, person_id=person).one()


def waiting(programme: str, step: str, stage: str = "proposal") -> Application:
    """The first application of the programme at that step of the stage."""
    rows = db.session.query(Application).join(Application.call).filter(Call.programme == programme)
    return rows.filter(Application.step == step, Application.stage == stage).order_by(Application.id).limit(1).one()


@WAYS
@pytest.mark.parametrize(("name", "before"), REVIEWERS.items())
def test_every_assignment_of_a_new_rival_ends(app: Flask, change: Change, name: str, before: str) -> None:
    with app.app_context():
        id, found = of(name).id, of(name).step

    change(app, name, "BTN-L")

    with app.app_context():
        others = {one: of(one).step for one in REVIEWERS if one != name}
        assert (found, of(name).step) == (before, "conflicted")
        assert others == {one: step for one, step in REVIEWERS.items() if one != name}
    assert browser(app, name).get(f"/reviews/{id}").status_code == 404
    assert f'"/reviews/{id}"' not in browser(app, name).get("/reviews").get_data(as_text=True)


@pytest.mark.usefixtures("unending")
@WAYS
@pytest.mark.parametrize(("name", "before"), REVIEWERS.items())
def test_without_the_ending_every_assignment_stays(app: Flask, change: Change, name: str, before: str) -> None:
    change(app, name, "BTN-L")

    with app.app_context():
        assert of(name).step == before


def test_without_the_filter_the_new_rival_would_read_the_title(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "impartial", lambda _: true())
    joins(app, "rex", "BTN-L")
    with app.app_context():
        id = of("rex").id

    assert "fibre title" in browser(app, "rex").get(f"/reviews/{id}").page.text


def test_every_transition_that_needs_the_reviews_is_tried() -> None:
    needing = {
        (flow.name, row.key, source)
        for flow in FLOWS
        for row in flow.transitions
        for source in row.source
        if reviews_in in row.guards
    }

    assert {(programmes()[one.programme].flow.name, one.key, one.at) for one in DECISIONS} == needing


@pytest.mark.parametrize(("change", "decision"), EACH)
def test_nobody_decides_on_the_review_of_a_rival(app: Flask, change: Change, decision: Decision) -> None:
    refused, moved = decision.apply(app, change)

    assert (refused.status_code, moved) == (409, False)
    assert "reviews are required" in refused.page.text


@pytest.mark.usefixtures("unending")
@pytest.mark.parametrize(("change", "decision"), EACH)
def test_without_the_ending_the_review_of_a_rival_counts(app: Flask, change: Change, decision: Decision) -> None:
    answer, moved = decision.apply(app, change)

    assert (answer.status_code, moved) == (302, True)


def shown(app: Flask) -> list[tuple[bool, bool]]:
    """At each step, whether the officer reads Rex's review beside the others, and whether the mean is without it."""
    omar, found = browser(app, "omar"), []
    with app.app_context():
        rows = {waiting("BTN-L", at).id: of("rex", waiting("BTN-L", at).id).id for at in SHOWN}
    for id, assignment in rows.items():
        compared = omar.get(f"/applications/{id}/reviews").get_data(as_text=True)
        summary = omar.get(f"/applications/{id}").page.text
        found.append((f"review-{assignment}" in compared, MEAN in summary))
    return found


@pytest.fixture
def severe(app: Flask) -> None:
    """Rex has given one point for everything, and the others four."""
    with app.app_context(), transaction() as session:
        rex = w.found().people["rex"].id
        for score in session.query(Score).join(Review).join(Assignment).filter(Assignment.person_id == rex):
            score.points = 1
        w.recorded()


@pytest.mark.usefixtures("severe")
@WAYS
def test_the_pages_show_the_mean_without_the_review_of_a_rival(app: Flask, change: Change) -> None:
    before = shown(app)

    change(app, "rex", "BTN-L")

    assert (before, shown(app)) == ([(True, False)] * 3, [(False, True)] * 3)


@pytest.mark.usefixtures("severe", "unending")
@WAYS
def test_without_the_ending_the_mean_is_with_the_review_of_a_rival(app: Flask, change: Change) -> None:
    change(app, "rex", "BTN-L")

    assert shown(app) == [(True, False)] * 3


@WAYS
def test_the_officers_are_told_once_and_the_history_says_why(app: Flask, change: Change) -> None:
    change(app, "rex", "BTN-L")
    with app.app_context():
        db.session.rollback()
        ids = [waiting("BTN-L", at).id for at in SHOWN]
        names = {person.id: name for name, person in w.found().people.items()}
        rows: list[Any] = [row.args for row in db.session.query(Outbox).filter_by(kind="mail")]
        texts = {id: WARNED.format("Rex", db.session.get_one(Application, id).reference) for id in ids}
        found = sorted(
            (names[mail["person"]], mail["application"])
            for mail in rows
            if mail["application"] in ids
            and str(Message.from_json(mail["text"])).startswith(texts[mail["application"]])
        )
        events = db.session.query(Event).filter_by(key="join", about="assignment").order_by(Event.id).all()

        assert found == [(name, id) for name in ("olga", "omar") for id in ids]
        assert [event.message["text"] for event in events] == [REMOVED] * 3
        assert [event.audience for event in events] == ["office"] * 3


def test_what_has_been_decided_keeps_its_reviews(app: Flask) -> None:
    with app.app_context():
        id = waiting("BTN-L", "decision").id
    assert attempt(browser(app, "pia"), id, "award", **AWARD).status_code == 302

    joins(app, "rex", "BTN-L")

    with app.app_context():
        assert of("rex", id).step == "sent"
        assert of("rex").step == "conflicted"


def test_a_discarded_draft_ends_nothing_until_the_organisation_begins_again(app: Flask) -> None:
    draft(app, "BTN-L")
    with app.app_context():
        row = waiting("BTN-L", "draft")
        w.apply(w.found(), row, "withdraw", "bo1", Role.APPLICANT)
        join("rex", "bo")
        before = of("rex").step

    draft(app, "BTN-L")

    with app.app_context():
        assert (before, of("rex").step) == ("sent", "conflicted")


def left_open(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rex and Ron are rivals of what they review, as in a database of an earlier release."""
    with monkeypatch.context() as patched:
        patched.setattr(assignments, "release_involved", lambda *_, **__: None)
        joins(app, "rex", "BTN-L")
        with app.app_context():
            join("ron", "bo")


def update() -> list[str]:
    """What `grants init` does after the migrations; returns the steps of the reviewers of the first application."""
    db.session.rollback()
    vars(init)["_record"]()
    return [of(name).step for name in REVIEWERS]


def test_the_update_ends_what_earlier_releases_left(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    left_open(app, monkeypatch)
    with app.app_context():
        before = [of(name).step for name in REVIEWERS]

        assert (before, update()) == (["sent", "ready", "asked"], ["conflicted", "conflicted", "asked"])
        ended = db.session.query(Assignment).join(Application).filter(Assignment.step == "conflicted")
        assert {one.application.call.programme for one in ended} == {"BTN-L"}


def test_without_the_ending_the_update_leaves_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    left_open(app, monkeypatch)
    monkeypatch.setattr(assignments, "release_involved", lambda *_, **__: None)
    with app.app_context():
        assert update() == ["sent", "ready", "asked"]

"""The inbox says what to do about judgements that no longer count, to those whom the guards let do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import literal

from grants.access.principals import load_principal, roles_on
from grants.db import db, now, transaction
from grants.models import Application, Assignment
from grants.queries import cases
from grants.queries.flows import flow_of
from grants.queries.tasks import inbox, judgements
from grants.services import persons, transitions
from grants.services.applications import checks
from grants.services.refusals import Refused
from grants.services.reviews import conflicts
from tests import world as w
from tests.browser import browser
from tests.prepared import Prepare
from workflows.engine.roles import Actor, Role
from workflows.rules.decisions import checked_impartially, recommended_impartially, reviews_in

pytestmark = pytest.mark.sweep

STAFF = ("olga", "omar", "ursa", "pia", "rex")
ORDINARY = {"decision", "panel", "reviewed", "advise", "choose"}
ADVICE = {"kind": "award", "conditions": ""}


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Applications that Olga has checked, at every step before the decision, in each flow.

    Omar has recommended and is an approver too; Rex has reviewed and is an officer and an approver since.
    """
    return prepare("lost_judgements", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build()
    w.check(world, w.submitted(world))
    for key in ("review", "panel", "decision"):
        row = w.in_review(world)
        w.review(world, row)
        advance(world, row, key, "to_panel", "recommend")
    w.review(world, w.in_review(world, "BTN-S", amount=3_000), ("rex", "ria"))
    with transaction():
        world.people["lab1"] = w.person("lab1")
        world.chapters["lab"] = w.organisation("Laboratory", "KE", "en", kind="university")
        persons.join(world.people["lab1"], world.chapters["lab"], actor=w.SYSTEM)
    w.review(world, w.in_review(world, "RES", "lab"), ("rex", "ria"))
    for key in ("review", "decision"):
        advance(world, urgent(world), key, "recommend")
    with transaction():
        world.people["ursa"] = w.person("ursa")
    for name, role in (
        ("ursa", Role.OFFICER),
        ("rex", Role.OFFICER),
        ("omar", Role.APPROVER),
        ("rex", Role.APPROVER),
    ):
        with transaction():
            persons.appoint(world.people[name], role, actor=w.SYSTEM)


def advance(world: w.World, row: Application, until: str, *keys: str) -> None:
    """Apply these transitions until the application is at that step."""
    for key in keys:
        if row.step != until:
            name, given = ("omar", ADVICE | {"amount": Decimal(3_000)}) if key == "recommend" else ("olga", {})
            w.apply(world, row, key, name, Role.OFFICER, **given)
    assert row.step == until


def urgent(world: w.World) -> Application:
    """A mini-proposal in review, with every check and review."""
    row = w.draft(world, "DRR")
    w.apply(world, row, "alert", "mg1", Role.APPLICANT)
    w.apply(world, row, "accept", "omar", Role.OFFICER)
    w.fill(row, 9_000, world.actor("mg1", Role.APPLICANT, world.chapters["mg"]))
    w.apply(world, row, "submit", "mg1", Role.APPLICANT)
    w.check(world, row)
    w.review(world, row, ("rex", "ria"))
    return row


def declare(*names: str) -> None:
    """The officers declare a conflict of interest in every application."""
    for name in names:
        actor = w.found().actor(name, Role.OFFICER)
        for row in rows():
            with transaction():
                conflicts.declare_as_staff(row, kinds=["money"], actor=actor, apply=transitions.apply)


def rival(name: str) -> None:
    """The officer joins another applicant of every call."""
    world = w.found()
    with transaction():
        world.chapters["two"] = w.organisation("Other laboratory", "KE", "en", kind="university")
        persons.join(w.person("two1"), world.chapters["two"], actor=w.SYSTEM)
    world = w.found()
    for code in ("BTN-L", "BTN-S", "DRR"):
        w.begun(world, code, "bo")
    world.chapters["two"] = world.chapters.pop("ke")
    w.begun(world, "RES", "two")
    for key in ("bo", "two"):
        with transaction():
            persons.join(world.people[name], world.chapters[key], actor=w.SYSTEM)


def withdraw_reviews() -> None:
    """Ria declares a conflict of interest in every application that she has reviewed."""
    ria = w.found().actor("ria", Role.REVIEWER)
    for one in db.session.query(Assignment).filter_by(person_id=ria.person, step="sent").order_by(Assignment.id):
        with transaction():
            transitions.apply(one, "conflict", actor=ria, answers={"money": True})


LOSSES: dict[str, Callable[[], None]] = {
    "nothing": lambda: None,
    "the checks, by a conflict": lambda: declare("olga"),
    "the checks, by applying": lambda: rival("olga"),
    "the recommendation, by a conflict": lambda: declare("omar"),
    "the recommendation, by applying": lambda: rival("omar"),
    "checks and recommendation": lambda: declare("olga", "omar"),
    "reviews": withdraw_reviews,
}
"""What no longer counts afterwards."""


def rows() -> list[Application]:
    """The applications of the ground."""
    return db.session.query(Application).filter(Application.submission_id.is_not(None)).order_by(Application.id).all()


WRONG = {
    "decision": (
        (Role.APPROVER, recommended_impartially, "send_back"),
        (Role.APPROVER, reviews_in, "few_reviews"),
    ),
    "panel": ((Role.OFFICER, reviews_in, "more_reviews"),),
}
"""Why somebody sends an application back from a step, and the kind of their task; the first that holds."""

Found = set[tuple[str, int, str]]
"""Person, application and kind of task."""


def shown() -> Found:
    """The tasks of the staff about applications."""
    people = w.found().people
    return {
        (name, task.id, task.kind)
        for name in STAFF
        for task in inbox.tasks(load_principal(people[name]))
        if task.kind in ORDINARY | {"checks_again", "send_back", "few_reviews", "more_reviews"}
    }


def allowed() -> Found:
    """What the guards let the staff do about judgements that no longer count."""
    people = w.found().people
    found = set()
    for row in rows():
        for name in STAFF:
            held = roles_on(row, load_principal(people[name]))
            for role in (Role.OFFICER, Role.APPROVER):
                if role in held:
                    found |= {(name, row.id, kind) for kind in cures(row, Actor(person=people[name].id, role=role))}
    return found


def cures(row: Application, actor: Actor) -> set[str]:
    """The kinds of tasks that the guards let the actor do."""
    case, flow, kinds = cases.of(row, now()), flow_of(row), set()
    if actor.role is Role.OFFICER and checked_impartially(case, actor) and checks_pass(row, actor):
        kinds.add("checks_again")
    for role, guard, kind in WRONG.get(row.step, ()):
        keys = [one.key for one in flow.offered(row.step, row.stage, {role}) if one.key.startswith("back_to_")]
        given = replace(case, answers={"reason": w.WHY})
        if actor.role is role and guard(case, actor) and not any(flow.objections(key, given, actor) for key in keys):
            return kinds | {kind}
    return kinds


def checks_pass(row: Application, actor: Actor) -> bool:
    """Whether the command accepts a check from the actor; nothing is kept."""
    assert row.submission is not None
    number, (key, _) = row.submission.number, row.call.data.checks[0]
    try:
        checks.give(row, submission=number, key=key, verdict="passed", note="", actor=actor)
    except Refused:
        return False
    finally:
        db.session.rollback()
    return True


@pytest.mark.sweep
@pytest.mark.parametrize("loss", LOSSES)
def test_the_tasks_are_those_that_the_guards_allow(app: Flask, loss: str) -> None:
    with app.app_context():
        LOSSES[loss]()
        found, expected = shown(), allowed()

        assert {one for one in found if one[2] not in ORDINARY} == expected
        assert bool(expected) is (loss != "nothing")
        for name, id, kind in found:
            if kind in ORDINARY:
                case, actor = cases.of(db.session.get_one(Application, id), now()), w.found().actor(name, Role.OFFICER)
                assert not checked_impartially(case, actor), (name, id, kind)
                assert kind != "decision" or not recommended_impartially(case, actor), (name, id, kind)
                assert not reviews_in(case, actor), (name, id, kind)


def test_without_the_conditions_a_person_is_sent_to_what_the_guards_refuse(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the inbox asks for a recommendation that is refused, and nobody to complete the checks again."""
    for name in ("lost_checks", "lost_advice"):
        monkeypatch.setattr(judgements, name, lambda: literal(value=False))
    with app.app_context():
        declare("olga")
        found = shown()

        assert {kind for _, _, kind in found} >= {"panel", "decision", "reviewed"}
        assert {one for one in found if one[2] not in ORDINARY} == set()
        assert {kind for _, _, kind in allowed()} == {"checks_again"}


def test_without_the_count_an_approver_is_sent_to_decide_on_too_few_reviews(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judgements, "too_few_reviews", lambda _: literal(value=False))
    with app.app_context():
        withdraw_reviews()

        assert {kind for name, _, kind in shown() if name == "pia"} == {"decision"}
        assert {kind for name, _, kind in allowed() if name == "pia"} == {"few_reviews"}


def test_with_too_few_reviews_an_approver_can_only_send_the_application_back(app: Flask) -> None:
    with app.app_context():
        withdraw_reviews()
        ids = [row.id for row in rows() if row.step == "decision"]
    pages = [browser(app, "pia").get(f"/applications/{id}").page for id in ids]

    offered = [
        {form.action.rpartition("/transitions/")[2] for form in page.forms if "/transitions/" in form.action}
        for page in pages
    ]
    assert offered == [{"back_to_panel"}, {"back_to_review"}]
    assert all(page.text.count("submitted so far.") == len(("award", "decline")) for page in pages)


@pytest.mark.parametrize(
    ("name", "ordinary", "back"), [("pia", "Decide", "Send back"), ("ursa", "Recommend", "Send back to review")]
)
def test_the_list_names_what_to_do_with_too_few_reviews(app: Flask, name: str, ordinary: str, back: str) -> None:
    before = browser(app, name).get("/applications").page.links
    with app.app_context():
        withdraw_reviews()
    after = browser(app, name).get("/applications").page.links

    assert (ordinary in before, back in before) == (True, False)
    assert (ordinary in after, back in after) == (False, True)


def test_the_inbox_names_what_to_do(app: Flask) -> None:
    with app.app_context():
        declare("olga")
    asked: Any = browser(app, "ursa").get("/inbox").page.text

    assert "Complete the checks again: fibre title" in asked
    assert "A person who completed checks has since declared a conflict of interest" in asked


def test_the_pages_offer_the_checks_to_those_who_can_complete_them(app: Flask) -> None:
    with app.app_context():
        declare("olga")
        expected = {(name, id) for name, id, kind in allowed() if kind == "checks_again"}
        ids = [row.id for row in rows()]
    pages = {(name, id): browser(app, name).get(f"/applications/{id}").page for name in STAFF[1:] for id in ids}

    offered = {key for key, page in pages.items() if any("/checks/" in form.action for form in page.forms)}
    assert offered == expected
    assert {id for name, id in offered if name == "rex"} == {ids[0]}  # he has opened the others as a reviewer

"""The rest of the demonstration: open calls, and applications at many steps, so that every inbox has content."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal

from config import ROOT
from grants.db import db, now, today, transaction
from grants.demo.cast import email
from grants.models import Application, Call, Fund, Organisation, Person
from grants.queries.sessions import person_of
from grants.services import calls, figures, persons, transitions
from grants.services.applications import checks, drafts
from grants.services.money import funds
from grants.services.reviews import assignments, conflicts
from grants.services.reviews.scores import save as save_review
from grants.services.reviews.scores import send as submit_review
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.forms.completeness import Goal, Line
from workflows.programme import Question
from workflows.programmes import programmes

PROJECTS = ROOT / "grants" / "reference" / "projects.csv"
NOTE = "Demonstration: title, amount and country are published; this text and everything else are invented."
WHY = "The need is supported by data, and the plan states who does what and by when."
OPEN = {
    "BTN-L": ("Beyond the Net, large · third round 2026", 30, 200_000),
    "BTN-S": ("Beyond the Net, small", None, 25_000),
    "RES": ("Critical network research 2027", 54, 1_000_000),
    "DRR": ("Disaster relief: network repair", None, 500_000),
}


def gather() -> None:
    """Open a call of every programme, fill the first one and store the public figures at once."""
    with transaction():
        fund = db.session.query(Fund).order_by(Fund.id).first()
        assert fund is not None  # noqa: S101 - the story has just opened it
        from_finance(fund)
        opened = {code: _open(fund, code) for code in OPEN if code in programmes()}
    for number, row in enumerate(_projects()):
        _apply(opened["BTN-L"], row, number)
    with transaction():
        figures.keep()
    db.session.remove()


def from_finance(fund: Fund) -> None:
    """Record a contribution large enough for the calls of this module."""
    funds.add(fund, amount=Decimal(2_000_000), source="demonstration", actor=_actor("rosa", Role.FINANCE))


def _open(fund: Fund, code: str) -> Call:
    title, days, envelope = OPEN[code]
    officer = _actor("nia", Role.OFFICER)
    call = calls.set_up(
        programme=code,
        title=title,
        fund=fund,
        opens_at=now() - timedelta(days=12),
        closes_at=now() + timedelta(days=days) if days else None,
        actor=officer,
    )
    calls.fund(call, amount=Decimal(envelope), actor=_actor("rosa", Role.FINANCE))
    calls.open_now(call, actor=officer)
    return call


def _projects() -> list[dict[str, str]]:
    """Published titles with an amount that this call can award, one for each country that has a chapter."""
    with PROJECTS.open(encoding="utf-8", newline="") as rows:
        fitting = [
            row
            for row in csv.DictReader(rows)
            if row["amount"]
            and row["currency"] == "USD"
            and "not stored" not in row["title"]
            and float(row["amount"]) <= 30_000
        ]
    by_country = {row["country"]: row for row in fitting if row["country"] != "MG" and _chapter(row["country"])}
    return list(by_country.values())[:14]


def _chapter(country: str) -> Organisation | None:
    chapters = db.session.query(Organisation).filter_by(country=country, kind="chapter").order_by(Organisation.id)
    return next((one for one in chapters if "(demo)" not in one.name), None)


def _apply(call: Call, row: dict[str, str], number: int) -> None:
    """Write and submit an application, then leave it at the step given by its number."""
    chapter = _chapter(row["country"])
    assert chapter is not None  # noqa: S101 - `_projects` has looked
    people = _people(chapter, number)
    writer = Actor(person=people[0].id, role=Role.APPLICANT, on_behalf_of=chapter.id, via="demo")
    with transaction():
        application = drafts.begin(call=call, organisation=chapter, actor=writer)
        _fill(application, row, writer)
    if number % 7 == 6:
        return
    with transaction():
        transitions.apply(application, "submit", actor=writer)
    if number % 7 >= 4:
        return
    officer = _actor("nia", Role.OFFICER)
    if number % 7 == 3:
        with transaction():
            transitions.apply(
                application,
                "ask",
                actor=officer,
                answers={"question": "Who will pay for the connection after the twelve months of the project?"},
            )
        return
    _review(application, officer, 3 - number % 3)


def _people(chapter: Organisation, number: int) -> list[Person]:
    found = []
    with transaction():
        for letter in "ab":
            address = f"chapter{number}{letter}@example.org"
            person = person_of(address) or persons.add(
                email=address, name=f"Contact {number}{letter} (demo)", password_hash=None, actor=CLOCK
            )
            persons.join(person, chapter, actor=CLOCK)
            found.append(person)
    return found


def _fill(application: Application, row: dict[str, str], writer: Actor) -> None:
    total = Decimal(row["amount"])
    given = {
        q.key: _answer(q)
        for s in application.call.data.stage("proposal").sections
        for q in s.questions
        if q.kind not in ("budget", "indicators")
    }
    facts = {"title": row["title"], "summary": NOTE, "starts_on": today() + timedelta(days=120), "months": 12}
    lines = [
        Line("Equipment and connection", "equipment", Decimal(1), total * 7 / 10),
        Line("Workshops", "training", Decimal(1), total * 2 / 10),
        Line("Accounting", "indirect", Decimal(1), total / 10),
    ]
    goals = [
        Goal("People reached", "people", Decimal(0), Decimal(250), "attendance lists"),
        Goal("Sites connected", "sites", Decimal(0), Decimal(4), "network records"),
    ]
    drafts.save(
        application,
        section="all",
        facts=facts,
        answers={k: v for k, v in given.items() if k not in facts},
        lines=lines,
        goals=goals,
        actor=writer,
        version=application.version,
    )


def _answer(question: Question) -> object:
    match question.kind:
        case "tags":
            return [key for key, _ in question.options[:2]]
        case "choice":
            return question.options[0][0]
        case "tick":
            return True
        case "number":
            return "12"
        case "table":
            start = today() + timedelta(days=120)
            kinds = {"date": start.isoformat(), "tick": "yes", "number": "1"}
            return [{column.key: kinds.get(column.kind, "As described (demo)") for column in question.columns}]
        case _:
            return NOTE


def _review(application: Application, officer: Actor, in_hand: int) -> None:
    """Complete the eligibility checks, pass it to review, and submit `in_hand` of its three reviews."""
    with transaction():
        for key, _ in application.call.data.checks:
            checks.give(application, key=key, verdict="passed", note="", actor=officer)
        transitions.apply(application, "pass", actor=officer)
        asked = [
            assignments.assign(application=application, reviewer=_person(key), actor=officer)
            for key in ("ines", "karim", "farid")
        ]
    for number, assignment in enumerate(asked[:in_hand]):
        reviewer = Actor(person=assignment.person_id, role=Role.REVIEWER, via="demo")
        with transaction():
            conflicts.clear(assignment, actor=reviewer)
            assert assignment.review is not None  # noqa: S101 - clearing has just opened it
            scores = {
                c.key: (2 + (application.id + number + place) % 4, WHY)
                for place, c in enumerate(application.call.data.rubric)
            }
            save_review(
                assignment.review,
                scores=scores,
                texts={"strengths": WHY, "concerns": WHY, "questions": ""},
                fund=True,
                amount=application.asked,
                confidence=3,
            )
            submit_review(assignment.review, actor=reviewer)


def _person(key: str) -> Person:
    found = person_of(email(key))
    assert found is not None  # noqa: S101 - the cast is seated first
    return found


def _actor(key: str, role: Role) -> Actor:
    return Actor(person=_person(key).id, role=role, via="demo")

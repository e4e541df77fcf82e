"""A small data set created through the services: people, two chapters, a fund, open calls, applications at any step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import current_app

from grants.db import db, now, today, transaction
from grants.models import Application, Award, Batch, Call, Fund, Organisation, Payment, Person, Report, Review
from grants.outside.servers.postgres import plain
from grants.queries.applications import drafts as unsent
from grants.services import calls, locking, organisations, persons, reports, transitions
from grants.services.applications import checks, drafts
from grants.services.integrity import history
from grants.services.money import batches, funds
from grants.services.reviews import assignments, scores
from tests import copies
from workflows.engine.message import Message
from workflows.engine.roles import Actor, Role
from workflows.forms.completeness import Goal, Line
from workflows.programme import Question, Stage

SYSTEM = Actor(person=None, role=Role.CLOCK, via="test")
WORD = "fibre"
CONDITION = "Name the mast's owner."
WHY = "Because the figures in the proposal show it plainly enough."


@dataclass
class World:
    """The objects of the data set; every name is invented."""

    people: dict[str, Person] = field(default_factory=dict)
    chapters: dict[str, Organisation] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    fund: Fund | None = None

    def actor(self, name: str, role: Role, behalf: Organisation | None = None) -> Actor:
        """A person in a role."""
        return Actor(person=self.people[name].id, role=role, on_behalf_of=behalf.id if behalf else None, via="test")


STAFF = {
    "olga": Role.OFFICER,
    "omar": Role.OFFICER,
    "pia": Role.APPROVER,
    "fay": Role.FINANCE,
    "fox": Role.FINANCE,
    "fritz": Role.FINANCE,
    "uma": Role.AUDITOR,
    "ada": Role.ADMINISTRATOR,
    "rex": Role.REVIEWER,
    "ria": Role.REVIEWER,
    "rob": Role.REVIEWER,
    "ron": Role.REVIEWER,
}


def build(*, programmes: tuple[str, ...] = ("BTN-S", "BTN-L", "RES", "DRR"), envelope: int = 100_000) -> World:
    """Create people, chapters, a fund and an open call of each programme; done once per test process, then copied."""
    url = plain(current_app.extensions["settings"].owner_database_url)
    if db.session.query(Person).count():
        raise ValueError("a world is built in an empty database")
    if (programmes, envelope) in COPIES:
        db.session.rollback()
        copies.put(url, COPIES[programmes, envelope])
        return found()
    world = _built(programmes, envelope)
    COPIES[programmes, envelope] = copies.taken(url)
    return world


COPIES: dict[tuple[tuple[str, ...], int], copies.Rows] = {}


def found() -> World:
    """Read the data set of a copied database."""
    people = {person.email.split("@")[0]: person for person in db.session.query(Person)}
    chapters = {row.country.lower(): row for row in db.session.query(Organisation)}
    calls = {call.programme: call for call in db.session.query(Call).order_by(Call.id.desc())}
    return World(people, chapters, calls, db.session.query(Fund).first())


def _built(programmes: tuple[str, ...], envelope: int) -> World:
    """Create the data set in one transaction."""
    world = World()
    with transaction():
        for name, role in STAFF.items():
            world.people[name] = person(name)
            persons.appoint(world.people[name], role, actor=SYSTEM)
        for key, country, language in (("mg", "MG", "fr"), ("bo", "BO", "es")):
            world.chapters[key] = organisation(f"Chapter {country}", country, language)
            for number in (1, 2):
                name = f"{key}{number}"
                world.people[name] = person(name)
                persons.join(world.people[name], world.chapters[key], actor=SYSTEM)
        finance = world.actor("fay", Role.FINANCE)
        world.fund = funds.receive(
            title="2026 contribution", year=2026, currency="USD", amount=Decimal(1_000_000), source="", actor=finance
        )
        for code in programmes:
            world.calls[code] = open_call(world, code, envelope)
    return world


def person(name: str) -> Person:
    """A person whose mail address is derived from their name.

    Tests open sessions directly, so that no password is needed.
    """
    return persons.add(email=f"{name}@example.org", name=f"{name.title()} (demo)", password_hash=None, actor=SYSTEM)


def organisation(name: str, country: str, language: str, kind: str = "chapter") -> Organisation:
    """An applicant organisation."""
    return organisations.add(name=name, country=country, region="Africa", language=language, kind=kind, actor=SYSTEM)


def open_call(world: World, code: str, envelope: int) -> Call:
    """An open call of a programme, with an envelope."""
    assert world.fund is not None
    officer, finance = world.actor("olga", Role.OFFICER), world.actor("fay", Role.FINANCE)
    locking.hold(world.fund, shared=[world.people["olga"], world.people["fay"]])
    call = calls.set_up(
        programme=code,
        title=f"{code} round",
        fund=world.fund,
        opens_at=now() - timedelta(days=1),
        closes_at=now() + timedelta(days=30),
        actor=officer,
    )
    calls.fund(call, amount=Decimal(envelope), actor=finance)
    transitions.apply(call, "open", actor=officer)
    return call


def draft(world: World, code: str = "BTN-L", chapter: str = "mg", amount: int = 10_000) -> Application:
    """A complete draft."""
    row = begun(world, code, chapter)
    fill(row, amount, world.actor(f"{chapter}1", Role.APPLICANT, world.chapters[chapter]))
    return row


def begun(world: World, code: str, chapter: str = "mg") -> Application:
    """An empty draft."""
    actor = world.actor(f"{chapter}1", Role.APPLICANT, world.chapters[chapter])
    with transaction() as session:
        call = session.get_one(Call, world.calls[code].id)
        organisation = session.get_one(Organisation, world.chapters[chapter].id)
        return drafts.begin(call=call, organisation=organisation, actor=actor, apply=transitions.apply)


def fill(row: Application, amount: int, actor: Actor) -> None:
    """Answer every question of the application's stage."""
    stage = row.call.data.stage(row.stage)
    goals = [Goal("Households online", "households", Decimal(0), Decimal(90), "network records")]
    lines = [
        Line("Routers", "equipment", Decimal(10), Decimal(amount) * 9 / 100),
        Line("Accounts", "indirect", Decimal(1), Decimal(amount) / 10),
    ]
    fields = {q.kind for section in stage.sections for q in section.questions}
    write(
        row,
        actor,
        answers=written(stage),
        lines=lines if "budget" in fields else None,
        goals=goals if "indicators" in fields else None,
    )


def write(row: Application, actor: Actor, **content: Any) -> None:
    """Save the draft in a separate transaction. content: answers, lines, goals."""
    given = {"answers": {}, "lines": None, "goals": None, **content}
    with transaction():
        drafts.save(row, **given, actor=actor, version=unsent.of(row).version)


def written(stage: Stage) -> dict[str, Any]:
    """An answer to every question of a stage."""
    start = today() + timedelta(days=90)
    return {
        q.key: _answer(q, start)
        for section in stage.sections
        for q in section.questions
        if q.kind not in ("budget", "indicators")
    }


def _answer(question: Question, start: date) -> Any:
    first = next((key for key, _ in question.options), None)
    cells = {"date": start.isoformat(), "number": "1", "tick": "yes"}
    answers: dict[str, Any] = {
        "date": start if question.fact else today().isoformat(),
        "number": 12 if question.fact else "100",
        "choice": first,
        "tags": [first],
        "tick": True,
        "table": [{column.key: cells.get(column.kind, WORD) for column in question.columns}],
    }
    return answers.get(question.kind, f"{WORD} {question.key}")


def apply(world: World, row: Any, key: str, name: str, role: Role, /, **answers: Any) -> None:
    """Apply a transition in a separate transaction."""
    with transaction():
        transitions.apply(row, key, actor=world.actor(name, role), answers=answers)


def submitted(world: World, code: str = "BTN-L", chapter: str = "mg", amount: int = 10_000) -> Application:
    """Write and submit an application."""
    row = draft(world, code, chapter, amount)
    apply(world, row, "submit", f"{chapter}1", Role.APPLICANT)
    return row


def in_review(world: World, code: str = "BTN-L", chapter: str = "mg", amount: int = 10_000) -> Application:
    """Submit an application; Olga completes the checks and passes it to review."""
    return passed(world, submitted(world, code, chapter, amount))


def passed(world: World, row: Application) -> Application:
    """Olga completes the checks of a submitted application and passes it to review."""
    check(world, row)
    apply(world, row, "pass", "olga", Role.OFFICER)
    return row


def check(world: World, row: Application) -> None:
    """Olga completes every eligibility check."""
    with transaction():
        for key, _ in row.call.data.checks:
            give(world, row, key)


def give(world: World, row: Application, key: str, verdict: str = "passed") -> None:
    """Olga gives a verdict on one eligibility check of the newest submission; in the transaction of the caller."""
    assert row.submission is not None
    actor, number = world.actor("olga", Role.OFFICER), row.submission.number
    checks.give(row, submission=number, key=key, verdict=verdict, note="", actor=actor)


def review(world: World, row: Application, names: tuple[str, ...] = ("rex", "ria", "rob")) -> None:
    """Invite each reviewer, who declares no conflict, scores everything and submits."""
    for name in names:
        written = scored(world, row, name)
        with transaction():
            transitions.apply(written.assignment, "send", actor=world.actor(name, Role.REVIEWER))


def scored(world: World, row: Application, name: str) -> Review:
    """Invite a reviewer, who declares no conflict and scores everything, but does not submit."""
    with transaction():
        assignment = assignments.assign(
            application=row, reviewer=world.people[name], actor=world.actor("olga", Role.OFFICER)
        )
    with transaction():
        transitions.apply(assignment, "clear", actor=world.actor(name, Role.REVIEWER), answers={"none": True})
    assert assignment.review is not None
    with transaction():
        scores.save(
            assignment.review,
            scores={c.key: (4, WHY) for c in row.call.data.rubric},
            texts={"strengths": WHY, "concerns": WHY, "questions": ""},
            fund=True,
            amount=row.asked,
            confidence=4,
        )
    return assignment.review


def awarded(
    world: World,
    code: str = "BTN-L",
    chapter: str = "mg",
    amount: int = 10_000,
    *,
    given: int | None = None,
    conditions: str = CONDITION,
) -> Award:
    """Review an application; Omar recommends it, and Pia awards it in full, or only the amount `given`."""
    return decided(world, in_review(world, code, chapter, amount), given=given, conditions=conditions)


def decided(world: World, row: Application, *, given: int | None = None, conditions: str = CONDITION) -> Award:
    """The rest of `awarded`, for an application in review."""
    review(world, row)
    apply(world, row, "to_panel", "olga", Role.OFFICER)
    share = row.asked if given is None else Decimal(given)
    apply(world, row, "recommend", "omar", Role.OFFICER, kind="award", amount=share, conditions=conditions)
    apply(world, row, "award", "pia", Role.APPROVER, amount=share, conditions=conditions)
    return award_of(row)


def first() -> Application:
    """The first application."""
    return db.session.query(Application).order_by(Application.id).limit(1).one()


def award_of(row: Application) -> Award:
    """The award of an application."""
    return db.session.query(Award).filter_by(application_id=row.id).one()


def applicant(world: World, award: Award) -> str:
    """The name of the first person of the organisation that holds the award."""
    return next(f"{key}1" for key, row in world.chapters.items() if row.id == award.application.organisation_id)


def signed(world: World, award: Award) -> None:
    """The chapter signs, then Pia."""
    apply(world, award.agreement, "sign", applicant(world, award), Role.APPLICANT, name="Mia Demo", read=True)
    apply(world, award.agreement, "countersign", "pia", Role.APPROVER, name="Pia Demo", read=True)


def active(world: World, **kw: Any) -> Award:
    """An award signed by both sides, its condition met."""
    return started(world, awarded(world, **kw))


def started(world: World, award: Award) -> Award:
    """The rest of `active`, for an award."""
    signed(world, award)
    if award.conditional:
        apply(world, award.agreement, "met", "olga", Role.OFFICER, proof="The owner is named.")
    return award


def reported(world: World, award: Award, number: int, *, used: str = "1") -> None:
    """The chapter writes and submits the report of that number, and Omar approves it."""
    apply(world, received(world, award, number, used=used), "approve", "omar", Role.OFFICER)


def received(world: World, award: Award, number: int, *, used: str = "1") -> Report:
    """The report of that number is written and sent by the chapter; `used` is the part of each line that is spent."""
    row = written_report(world, award, number, used=used)
    apply(world, row, "send", applicant(world, award), Role.APPLICANT)
    return row


def written_report(world: World, award: Award, number: int, *, used: str = "1") -> Report:
    """The report of that number with every answer in it, saved and not sent."""
    row = db.session.query(Report).filter_by(award_id=award.id, number=number).one()
    with transaction():
        reports.save(
            row,
            texts={
                "summary": WHY,
                "setbacks": WHY,
                "next_steps": WHY,
                "story": "",
                "story_by": "",
                "story_consent": False,
            },
            figures={f.id: (Decimal(62), "records") for f in row.figures},
            spending={s.id: (s.line.agreed * Decimal(used), "") for s in row.spending},
            version=row.version,
            actor=world.actor(applicant(world, award), Role.APPLICANT),
        )
    return row


def fund_of(world: World) -> Fund:
    """The fund in the session of this transaction; the data set may have been created in another one."""
    assert world.fund is not None
    return db.session.get_one(Fund, world.fund.id)


def paid(world: World, *awards: Award) -> Batch:
    """Pay all payable instalments of these awards through a batch of three people and the bank."""
    prepared = batch(world, *awards)
    apply(world, prepared, "approve", "fox", Role.FINANCE)
    apply(world, prepared, "release", "fritz", Role.FINANCE)
    apply(world, prepared, "confirm", "fay", Role.FINANCE)
    return prepared


def returned(world: World, award: Award, amount: str, reference: str = "B-2026-77") -> None:
    """Fay records that this amount was returned today."""
    given = {"amount": Decimal(amount), "day": today(), "reference": reference}
    apply(world, award.agreement, "returned", "fay", Role.FINANCE, **given)


def batch(world: World, *awards: Award) -> Batch:
    """A batch of all payable instalments of these awards, prepared by Fay."""
    taken = {payment.instalment_id for payment in db.session.query(Payment).filter_by(undone=False)}
    payable = [i.id for award in awards for i in award.instalments if i.step == "payable" and i.id not in taken]
    with transaction():
        return batches.prepare(fund=fund_of(world), instalments=payable, actor=world.actor("fay", Role.FINANCE))


def recorded() -> None:
    """Record an event that names what a test has changed by hand, at the end of the transaction of the caller."""
    locking.hold(locking.Chain("system", 1))
    about, message = history.About("system", 1, "system", 1), Message("Changed by a test")
    history.record(about, actor=SYSTEM, key="test", message=message)

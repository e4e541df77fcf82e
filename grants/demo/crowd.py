"""The rest of the demonstration: open calls, and applications at many steps, so that most inboxes have content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from grants.db import db, now, today, transaction
from grants.demo import proposals
from grants.demo.cast import chapter_domain, email
from grants.demo.proposals import Proposal
from grants.demo.stage import Stage
from grants.demo.story import closing
from grants.models import Application, Assignment, Call, Fund, Organisation, Person
from grants.queries.applications import drafts as unsent
from grants.queries.sessions import person_of
from grants.services import calls, persons, transitions
from grants.services.applications import checks, drafts
from grants.services.money import figures, funds
from grants.services.reviews import assignments
from grants.services.reviews.scores import save as save_review
from workflows.engine.rights import ALL, Right
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.programme import Question
from workflows.programmes import programmes

EARLIER = (
    ("BTN-L", "Beyond the Net, large · {:%B %Y}", 42, 200_000),
    ("BTN-S", "Beyond the Net, small", None, 25_000),
    ("DRR", "Disaster relief: network repair", None, 500_000),
)
"""Calls that opened long ago: programme, title, days until they close, and envelope. The first has closed since."""
CURRENT = (
    ("BTN-L", "Beyond the Net, large · {:%B %Y}", 45, 200_000),
    ("RES", "Critical network research {:%Y}", 70, 1_000_000),
)
"""Calls that opened a few weeks ago."""
REVIEWERS = ("ines", "karim", "farid")
READ = ("turkey", "dominica", "quebec", "brazil", "uganda", "senegal")
"""Proposals in review, with as many reviews as their files contain."""
UNREAD = ("south_africa", "mali")
RECOMMENDED, ASKED = "senegal", "new_york"
QUESTION = (
    "Room hire is expected to cover the running costs: what is this estimate based on, and who pays if it is lower?"
)


def gather(stage: Stage) -> None:
    """Play the months between the two reports of the story: calls, applications and reviews."""
    stage.at(75)
    fund = receive()
    opened = _open(fund, EARLIER)
    read: list[Application] = []
    for days_ago, keys in ((41, READ[:3]), (38, READ[3:])):
        stage.at(days_ago)
        read += [_submit(_write(opened["BTN-L"], key)) for key in keys]
    stage.at(22)
    current = open_current(fund)
    stage.at(17)
    with transaction():
        transitions.apply(opened["BTN-L"], "close", actor=_actor("nia", Role.OFFICER))
    for application in read:
        _check(application)
    for number, days_ago in enumerate((15, 13, 12)):
        stage.at(days_ago)
        for key, application in zip(READ, read, strict=True):
            _review(application, proposals.read(key), number)
    stage.at(11)
    _recommend(read[READ.index(RECOMMENDED)])
    for key in (*UNREAD, ASKED):
        _submit(_write(current["BTN-L"], key))
    _write(opened["BTN-S"], "ghana")
    db.session.remove()


def finish() -> None:
    """Ask one applicant a question today, and store the public figures."""
    with transaction():
        title = proposals.read(ASKED).title
        asked = db.session.query(Application).filter_by(title=title).one()
        transitions.apply(asked, "ask", actor=_actor("nia", Role.OFFICER), answers={"question": QUESTION})
    with transaction():
        figures.keep()
    db.session.remove()


def open_current(fund: Fund) -> dict[str, Call]:
    """Open the calls that are still open at the end of the demonstration."""
    return _open(fund, CURRENT)


def receive() -> Fund:
    """A fund of this year with a contribution large enough for the calls of this module."""
    with transaction():
        return funds.receive(
            title=f"{today().year} contribution, all programmes (demonstration)",
            year=today().year,
            currency="USD",
            amount=Decimal(2_000_000),
            source=".ORG registrations, demonstration",
            actor=_actor("rosa", Role.FINANCE),
        )


def _open(fund: Fund, rows: Sequence[tuple[str, str, int | None, int]]) -> dict[str, Call]:
    return {row[0]: _opened(fund, *row) for row in rows if row[0] in programmes()}


def _opened(fund: Fund, code: str, title: str, days: int | None, envelope: int) -> Call:
    officer = _actor("nia", Role.OFFICER)
    closes_at = closing(now() + timedelta(days=days)) if days else None
    with transaction():
        call = calls.set_up(
            programme=code,
            title=title.format(closes_at),
            fund=fund,
            opens_at=now(),
            closes_at=closes_at,
            actor=officer,
        )
    with transaction():
        calls.fund(call, amount=Decimal(envelope), actor=_actor("rosa", Role.FINANCE))
    with transaction():
        transitions.apply(call, "open", actor=officer)
    return call


def _write(call: Call, key: str) -> Application:
    """Let the chapter of this proposal write it."""
    proposal = proposals.read(key)
    chapter = db.session.query(Organisation).filter_by(name=proposal.organisation).one()
    writer = _applicant(_people(chapter, key, proposal)[0], chapter)
    with transaction():
        application = drafts.begin(call=call, organisation=chapter, actor=writer, apply=transitions.apply)
        _fill(application, proposal, writer)
    return application


def _submit(application: Application) -> Application:
    chapter = application.organisation
    writer = _applicant(db.session.get_one(Person, application.created_by), chapter)
    with transaction():
        transitions.apply(application, "submit", actor=writer)
    return application


def _applicant(person: Person, chapter: Organisation) -> Actor:
    return Actor(person=person.id, role=Role.APPLICANT, on_behalf_of=chapter.id, via="demo")


def contact(key: str, country: str, number: int = 1) -> str:
    """The email address of a contact of the chapter whose proposal has this key."""
    return f"{key.replace('_', '-')}{number}@{chapter_domain(country)}"


def _people(chapter: Organisation, key: str, proposal: Proposal) -> list[Person]:
    """The contacts of a chapter, who sign in with the password of the cast. The first one submits and signs."""
    found, known = [], _person("nia").password_hash
    with transaction():
        for number, name in enumerate(proposal.people, 1):
            address = contact(key, chapter.country, number)
            language = chapter.language
            person = persons.add(email=address, name=name, password_hash=known, language=language, actor=CLOCK)
            rights = ALL if number == 1 else {Right.EDIT, Right.CONTACT}
            persons.join(person, chapter, rights=rights, actor=CLOCK)
            found.append(person)
    return found


def _fill(application: Application, proposal: Proposal, writer: Actor) -> None:
    questions = [q for s in application.call.data.stage("proposal").sections for q in s.questions]
    answers = {q.key: _answer(q, proposal) for q in questions if q.kind not in ("budget", "indicators") and not q.fact}
    drafts.save(
        application,
        answers={
            "title": proposal.title,
            "summary": proposal.summary,
            "starts_on": proposal.starts_on(today()),
            "months": proposal.months,
            **{key: answer for key, answer in answers.items() if answer is not None},
        },
        lines=proposal.lines,
        goals=proposal.goals,
        actor=writer,
        version=unsent.of(application).version,
    )


def _answer(question: Question, proposal: Proposal) -> object:
    match question.kind:
        case "tick":
            return True
        case "table":
            return proposal.rows(today()).get(question.key)
    return proposal.answers.get(question.key)


def _check(application: Application) -> None:
    """Complete the eligibility checks, pass it to review and invite three reviewers."""
    officer = _actor("nia", Role.OFFICER)
    with transaction():
        for key, _ in application.call.data.checks:
            checks.give(application, submission=1, key=key, verdict="passed", note="", actor=officer)
        transitions.apply(application, "pass", actor=officer)
    for key in REVIEWERS:
        with transaction():
            assignments.assign(application=application, reviewer=_person(key), actor=officer)


def _review(application: Application, proposal: Proposal, number: int) -> None:
    """Submit the review of the reviewer with this number, if the proposal's file contains one."""
    if number >= len(proposal.reviews):
        return
    given, person = proposal.reviews[number], _person(REVIEWERS[number])
    reviewer = Actor(person=person.id, role=Role.REVIEWER, via="demo")
    with transaction():
        assignment = db.session.query(Assignment).filter_by(application=application, person_id=person.id).one()
        transitions.apply(assignment, "clear", actor=reviewer, answers={"none": True})
        assert assignment.review is not None  # noqa: S101 - clearing has just opened it
        save_review(
            assignment.review,
            scores={key: (points, given.comments[key]) for key, points in given.points.items()},
            texts={"strengths": given.strengths, "concerns": given.concerns, "questions": ""},
            fund=given.fund,
            amount=given.amount,
            confidence=3,
        )
        transitions.apply(assignment, "send", actor=reviewer)


def _recommend(application: Application) -> None:
    """Send it to panel, and recommend an award of the amount requested."""
    answers = {"kind": "award", "amount": application.asked}
    with transaction():
        transitions.apply(application, "to_panel", actor=_actor("nia", Role.OFFICER))
    with transaction():
        transitions.apply(application, "recommend", actor=_actor("joel", Role.OFFICER), answers=answers)


def _person(key: str) -> Person:
    found = person_of(email(key))
    assert found is not None  # noqa: S101 - the cast is seated first
    return found


def _actor(key: str, role: Role) -> Actor:
    return Actor(person=_person(key).id, role=role, via="demo")

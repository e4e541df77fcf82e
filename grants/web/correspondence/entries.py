"""The entries of a thread: messages, and the questions of the Foundation with their answers, oldest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext

from grants.access.principals import roles_on
from grants.models import Application, Correspondence, MessageRead
from grants.models.correspondence import APPLICANT, FOUNDATION, MAIL
from grants.queries import history
from grants.queries.correspondence import Delivery
from grants.queries.history import Happening
from grants.services.applications.submissions import answer_until
from grants.web.site import limits
from grants.web.site.authorization import principal
from grants.web.site.components import Link
from grants.web.site.formats import day, instant
from workflows.deadlines import ANSWER_DAYS, TimeLimit
from workflows.engine.roles import Role

QUESTIONS = {"ask": "question", "answer": "answer"}
"""The events that are shown as entries, each with the name of its text."""
SIDES = {True: APPLICANT, False: FOUNDATION}
LIMIT = TimeLimit(ANSWER_DAYS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a thread, drawn by `templates/macros/thread.html`.

    id: of a message, None for a question or its answer. heading: bold words before the text. due: until when an answer
    is due, in the hands of `holder`. answer: the link to the field of an answer. quoted_lines: how many lines are
    folded. held: the address of a mail that is held back. facts: what became of it, for the office. settles: where the
    reader marks that no answer is needed. first: whether it is the first one that the reader has not read.
    """

    side: str
    name: str
    at: datetime
    text: str
    id: int | None = None
    heading: str = ""
    about: str = ""
    language: str = ""
    by_mail: bool = False
    erased: bool = False
    quoted: str = ""
    quoted_lines: str = ""
    files: str = ""
    held: str = ""
    holder: str = ""
    due: str = ""
    answer: Link | None = None
    settles: str = ""
    facts: tuple[str, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the entries are made from beside the messages.

    waiting: the ids of those that the Foundation has to answer; the first has the day, the last the button that no
    answer is needed. unread: the ids of those that the reader has not read.
    topics: the names of awards and reports by the value of their choice.
    """

    waiting: frozenset[int]
    unread: frozenset[int]
    topics: Mapping[str, str]
    reads: Sequence[MessageRead] = ()
    deliveries: Mapping[int, Sequence[Delivery]] | None = None


def entries(application: Application, messages: Sequence[Correspondence], facts: Facts) -> tuple[Entry, ...]:
    """Messages, questions and answers in the order of their times."""
    events = [one for one in history.of(application, principal()) if one.key in QUESTIONS]
    found = [_question(application, one, events[place - 1] if place else None) for place, one in enumerate(events)]
    waiting = [one for one in messages if one.id in facts.waiting]
    due = next((one for one in waiting if not one.held_from), None)
    newest = waiting[-1] if waiting else None
    found += [_message(one, facts, due=one is due, newest=one is newest) for one in messages]
    found = sorted((one for one in found if one.text or one.id), key=lambda one: one.at)
    fresh = next((place for place, one in enumerate(found) if one.id in facts.unread), None)
    return tuple(replace(one, first=place == fresh) for place, one in enumerate(found))


def _question(application: Application, event: Happening, later: Happening | None) -> Entry:
    """The entry of a question or of its answer. later: the next question or answer."""
    asked = event.key == "ask"
    open = asked and later is None and application.step == "question"
    mine = Role.APPLICANT in roles_on(application, principal())
    until = answer_until(application) if open else None
    due = ""
    if until:
        due = gettext("Your answer is due %(at)s", at=instant(until)) if mine else ""
        due = due or gettext("With the applicant · due %(at)s", at=instant(until, "utc"))
    field = url_for("drafts.check", id=application.id, _anchor="answer-answer")
    return Entry(
        side=FOUNDATION if asked else APPLICANT,
        name=event.by,
        at=event.at,
        text=event.words.get(QUESTIONS[event.key], ""),
        heading=_heading(later) if asked else gettext("Answer to the question:"),
        holder="applicant" if open else "",
        due=due,
        answer=Link(gettext("Answer question"), field) if open and mine else None,
    )


def _heading(later: Happening | None) -> str:
    if later is None or later.key != "answer":
        return gettext("Question:")
    return gettext("Question, answered on %(day)s:", day=day(later.at.date()))


def _message(one: Correspondence, facts: Facts, *, due: bool, newest: bool) -> Entry:
    office = facts.deliveries is not None
    return Entry(
        side=one.side,
        name=one.person.name,
        at=one.sent_at,
        text=one.body,
        id=one.id,
        about=facts.topics.get(f"report:{one.report_id}", facts.topics.get(f"award:{one.award_id}", "")),
        language=one.language,
        by_mail=one.via == MAIL,
        erased=not one.body,
        quoted=one.quoted,
        quoted_lines=_lines(one.quoted),
        files=_files(one, office=office),
        held=one.held_from if office else "",
        holder="ours" if due else "",
        due=_due(one) if due else "",
        settles=url_for("correspondence.settle", id=one.id) if office and newest else "",
        facts=_facts(one, facts),
    )


def _due(one: Correspondence) -> str:
    run = limits.running(one.sent_at, LIMIT)
    until = day((one.sent_at + LIMIT.span).date(), "week")
    return gettext(
        "Answer from the Foundation due %(day)s · %(count)s",
        day=until,
        count=limits.overdue(run) or limits.counted(run),
    )


def _lines(text: str) -> str:
    if not text:
        return ""
    return str(ngettext("%(num)s line", "%(num)s lines", len(text.splitlines())))


def _files(one: Correspondence, *, office: bool) -> str:
    if not one.files:
        return ""
    if office or one.person_id != principal().id:
        return str(ngettext("%(num)s attachment was not added.", "%(num)s attachments were not added.", one.files))
    return str(
        ngettext(
            "%(num)s attachment was not added. Upload it on the page of the application.",
            "%(num)s attachments were not added. Upload them on the page of the application.",
            one.files,
        )
    )


def _facts(one: Correspondence, facts: Facts) -> tuple[str, ...]:
    """What became of the mails of a message, and who has read it on the page; for the office."""
    if facts.deliveries is None:
        return ()
    found = [_state(delivery) for delivery in facts.deliveries.get(one.id, ())] if one.side == FOUNDATION else []
    names = [row.person.name for row in facts.reads if row.message_id == one.id and row.person_id != one.person_id]
    if one.side == FOUNDATION and names:
        found.append(gettext("Read on the page by %(names)s", names=", ".join(names)))
    return tuple(found)


def _state(one: Delivery) -> str:
    at = instant(one.at, "utc")
    match one.state:
        case "waiting":
            return gettext("Email to %(name)s waiting since %(at)s", name=one.name, at=at)
        case "sent":
            return gettext("Emailed to %(name)s, %(at)s", name=one.name, at=at)
        case "returned":
            return gettext("Email to %(name)s was returned, %(at)s: %(why)s", name=one.name, at=at, why=one.problem)
    return gettext("Not emailed to %(name)s, %(at)s: %(why)s", name=one.name, at=at, why=one.problem)

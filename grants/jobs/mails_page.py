"""Documentation of the mails: `grants draw` writes `docs/mails.md` from the register, in every language.

Each mail is shown as it is sent, with the values of `EXAMPLES`. No person, organisation or address in them is real.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby

from config import LANGUAGES, ROOT
from grants import language
from grants.jobs import mail_texts
from grants.language import Wording
from workflows.engine.flow import Notification
from workflows.engine.message import Message, Money, Value
from workflows.engine.rights import RIGHTS, Right
from workflows.engine.roles import ROLES, Role
from workflows.engine.urgency import Urgency
from workflows.flows.notifications import TURNED_DOWN
from workflows.mails import messages, register
from workflows.mails.daily import DAILY
from workflows.mails.register import Entry
from workflows.programme import REPORTS, SUBMITTED

PAGE = ROOT / "docs" / "mails.md"
SITE = "https://grants.example.org"
HEAD = """# Mails

Generated from the register of mails (`workflows/mails/register.py`) by `grants draw`. A test fails when this page is
out of date. Each mail is shown in every language, as plain text and with example values; no person, organisation or
address is real. What people have written (a question, a reason, a message) is never translated.

Most mails are urgent and are sent at once. One marked *ordinary* can wait for the daily email of a person who wants
one. One marked *optional* can wait too, and is not sent to a person who wants only what is urgent; its header names how
to ask for that (`List-Unsubscribe`).
"""
DAY, AT = date(2026, 12, 11), datetime(2026, 12, 11, 17, 0, tzinfo=UTC)
RECIPIENT, OTHER = "A. Recipient", "B. Example"
EXAMPLES: Mapping[str, Value] = {
    "title": "Example network",
    "call": "Example call 2027",
    "reference": "A-2026-0042",
    "organisation": "Example Association",
    "duplicate": "Example Assoc.",
    "name": OTHER,
    "actor": OTHER,
    "inviter": OTHER,
    "giver": "C. Example",
    "email": "b@example.org",
    "proposal": SUBMITTED["proposal"],
    "report": Message("Interim report"),
    "until": AT,
    "at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "appeal_until": date(2027, 1, 15),
    "day": DAY,
    "starts": date(2027, 3, 1),
    "ends": date(2028, 2, 29),
    "amount": Money(Decimal("12322.00"), "USD"),
    "unused": Money(Decimal("640.00"), "USD"),
    "number": "A-2026-0042-G",
    "question": "How many people will use the network?",
    "feedback": "The budget does not explain the cost of the towers.",
    "reason": "The plan of the project has changed.",
    "condition": "The owner of the mast agrees in writing.",
    "device": Message("%(browser)s on %(system)s", browser="Firefox", system="Linux"),
    "way": Message("with a password"),
    "label": "Authenticator app",
    "provider": "Example Login",
    "n": 7,
    "minutes": 20,
    "hours": 24,
    "id": 1440,
    "epoch": "1",
    "up_to": 98075,
    "digest": "9f2b…",
    "role": ROLES[Role.REVIEWER],
    "scope": Message("All programmes"),
    "rights": Message("%(first)s, %(other)s", first=RIGHTS[Right.VIEW], other=RIGHTS[Right.EDIT]),
}
OWN: Mapping[str, Mapping[str, Value]] = {
    "report": {"name": REPORTS["Interim report"]},
    "daily": {"address": f"{SITE}/tasks"},
    "remind_report": {"name": REPORTS["Interim report"]},
    "remind_report_late": {"name": REPORTS["Interim report"]},
    "disaster_relief.not_eligible.triage": {"proposal": SUBMITTED["alert"]},
    "messages": {
        "address": "unknown@example.org",
        "reason": Message("We found no text in your email. Write your message on the page."),
    },
}
"""The values that are different in a part or a mail."""
LINKS = {"report": "/reports/7", "agreement": "/awards/12", "payment batch": "/awards/12", "grants": "/awards/12"}
"""The page that the mails of a part link to, where it is not that of the application."""
BY_KEY = {
    "digest": "/",
    "join_asked": "/join-requests/3",
    "join_declined": "/join-requests",
    "remind_report": "/reports/7",
    "remind_report_late": "/reports/7",
    **{
        f"remind_{kind}{late}": "/awards/12"
        for kind in ("signature", "condition", "repayment")
        for late in ("", "_late")
    },
}
"""The page that a mail links to, where it is not that of its part."""
KINDS = {Urgency.ORDINARY: " *Ordinary.*", Urgency.OPTIONAL: " *Optional.*"}
"""How a mail that is not urgent is marked."""
QUOTED = "I have a question about the second instalment."
"""What stands in a mail that contains a message."""


def page() -> str:
    """The whole of `docs/mails.md`."""
    parts = groupby(register.entries(), key=lambda entry: entry.part)
    return "\n".join([HEAD, *(_part(name, entries) for name, entries in parts)])


def _part(name: str, entries: Iterable[Entry]) -> str:
    return "\n".join([f"## {name[0].upper()}{name[1:]}\n", *map(_section, entries)])


def _section(entry: Entry) -> str:
    """A mail with its facts, in every language."""
    kind = KINDS.get(entry.notification.urgency, "")
    facts = f"### `{entry.key}`\n\nTo: {entry.to}. When: {entry.occasion}{kind}\n"
    return "\n".join([facts, *(_shown(entry, code) for code in LANGUAGES)])


def _shown(entry: Entry, code: str) -> str:
    subject, parts = written(entry, code)
    text = "\n\n".join(parts)
    return f"<details><summary>{LANGUAGES[code]}: {subject}</summary>\n\n```text\n{text}\n```\n\n</details>\n"


def written(entry: Entry, code: str) -> tuple[str, tuple[str, ...]]:
    """The subject and the paragraphs of a mail with the example values, in this language."""
    one, wording = entry.notification, language.of_mail(code)
    stage = next((key for key in SUBMITTED if f".{key}." in entry.key), "proposal")
    own = {"proposal": SUBMITTED[stage], **OWN.get(entry.part, {}), **OWN.get(entry.key, {})}
    values: dict[str, Value] = {"address": f"{SITE}/link/…", **EXAMPLES, **own}
    texts = [*one.paragraphs(values), *_around(entry, one)]
    greeting, first, *others = mail_texts.complete(wording, RECIPIENT, texts)
    quoted = (QUOTED,) if one.quotes else (_item(wording),) if entry.key == DAILY.key else ()
    return wording.translate(one.headline(values)), (greeting, first, *quoted, *others)


def _item(wording: Wording) -> str:
    """An item of the daily email."""
    subject = wording.translate(TURNED_DOWN.headline(EXAMPLES))
    return f"{subject}\n{SITE}/applications/42"


def _around(entry: Entry, one: Notification) -> Iterator[Message]:
    """Whom the applicant can ask, and the link, where the mail itself has none."""
    if one.quotes:
        yield from _contact(one)
        yield Message(messages.PAGE, address=f"{SITE}/applications/42/messages")
    elif not any("%(address)s" in text for text in (one.text, *one.more)):
        if entry.part not in {"organisations", "accounts"}:
            yield from _contact(one)
        yield mail_texts.link(SITE, _path(entry))


def _contact(one: Notification) -> Iterator[Message]:
    if one.to is Role.APPLICANT:
        yield Message(mail_texts.CONTACT, name=OTHER, email="b@example.org")


def _path(entry: Entry) -> str:
    if entry.key in BY_KEY:
        return BY_KEY[entry.key]
    match entry.part, entry.notification.to:
        case "accounts", _:
            return "/account/factors" if "factor" in entry.key or "recovery" in entry.key else "/account"
        case "organisations", _:
            return "/" if entry.key == "removed" else "/organisations/5"
        case _, Role.REVIEWER:
            return "/reviews/31"
    return LINKS.get(entry.part, "/applications/42")

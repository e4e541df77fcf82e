"""The office's inbox: what needs me first, then the lists of everything under way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from grants.db import now
from grants.queries import office as found
from grants.queries.duty import Duty
from grants.web import listing
from grants.web.guard import who
from grants.web.shell import page, to_do
from grants.web.words import instant, said
from workflows.steps import STEPS

MINE = "mine"
SOON_DAYS = 3
DEEDS: dict[str, tuple[str, str, str, str]] = {
    "triage": ("Read the alert: %(title)s", "An alert is answered within hours.", "Read it", "applications.show"),
    "checks": ("Check: %(title)s", "It waits for its checks.", "Do the checks", "applications.show"),
    "panel": (
        "Recommend: %(title)s",
        "The approver waits for your advice.",
        "Recommend",
        "applications.show",
    ),
    "decision": ("Decide: %(title)s", "An officer has given advice.", "Decide", "applications.show"),
    "assign": (
        "Ask reviewers: %(title)s",
        "Fewer are asked than the call wants.",
        "Choose reviewers",
        "assignments.new",
    ),
    "reviewed": (
        "Take it on: %(title)s",
        "The reviews that the call wants are in.",
        "See where it stands",
        "applications.show",
    ),
    "countersign": ("Counter-sign: %(title)s", "The grantee has signed.", "Sign", "awards.show"),
    "condition": (
        "See whether the condition is met: %(title)s",
        "The first instalment waits for it.",
        "Look at it",
        "awards.show",
    ),
    "unsigned": (
        "Not signed in time: %(title)s",
        "Ask the grantee whether they will.",
        "Look at it",
        "awards.show",
    ),
    "take_back": (
        "Not signed in time: %(title)s",
        "Ask the grantee, or take the award back.",
        "Look at it",
        "awards.show",
    ),
    "close": (
        "Close the grant: %(title)s",
        "Nothing is left to report, to pay or to return.",
        "Close it",
        "applications.show",
    ),
    "received": ("Read the report: %(title)s", "The next instalment may wait for it.", "Read it", "reports.show"),
    "payable": ("Pay what is due from %(title)s", "Instalments whose conditions hold.", "Make a batch", "batches.new"),
    "batch_prepared": ("Approve batch %(title)s", "Somebody else prepared it.", "Look at it", "batches.show"),
    "batch_approved": ("Release batch %(title)s", "Two others prepared and approved it.", "Look at it", "batches.show"),
    "batch_released": ("Confirm batch %(title)s", "It is with the bank.", "Look at it", "batches.show"),
    "draft": ("Finish and send: %(title)s", "It is not sent yet.", "Go on writing", "drafts.write"),
    "question": ("Answer our question: %(title)s", "Change the proposal and send it again.", "Answer", "drafts.write"),
    "sign": (
        "Sign the agreement: %(title)s",
        "No money moves before both sides have signed.",
        "Read and sign",
        "awards.show",
    ),
    "report": ("Write the report: %(title)s", "The next instalment may wait for it.", "Write it", "reports.show"),
    "report_question": (
        "Answer our question about the report: %(title)s",
        "We have sent it back to you.",
        "Answer",
        "reports.write",
    ),
    "meet": (
        "Meet the condition of the award: %(title)s",
        "The first instalment waits for it. Tell your programme officer once it is met.",
        "Read it",
        "awards.show",
    ),
    "give_back": (
        "Send back what was not used: %(title)s",
        "The award’s page says how much.",
        "See how much",
        "awards.show",
    ),
    "expect": (
        "Expect money back: %(title)s",
        "Record it once it is on the account.",
        "Record it",
        "awards.show",
    ),
    "open_call": ("Open the call: %(title)s", "It is in preparation.", "Look at it", "calls.show"),
    "envelope": ("Set money aside for a call: %(title)s", "It opens only with money.", "See the fund", "funds.show"),
    "asked": (
        "Say whether you can review: %(title)s",
        "You see the proposal once you have declared.",
        "Answer",
        "reviews.show",
    ),
    "ready": ("Review: %(title)s", "Nobody sees it until you send it.", "Go on", "reviews.show"),
}
"""What each kind of duty is called, why it matters, its button and the room it leads to."""


def show_inbox() -> str:
    """The duties of officers, approvers and finance; whoever reads applications has the lists beside."""
    at = now()
    frame: dict[str, Any] = {"at": at, "alarms": [_alarm(alert, at) for alert in found.alerts(who())], "duties": None}
    if not listing.of_the_office(who()):
        return page("inbox/office.html", **frame | {"duties": told(to_do()), "tabs": []})
    if request.args.get("list", MINE) != MINE:
        lists = listing.listed(who(), request.args, tab=MINE, endpoint="inbox.show", tabs=listing.INBOX_TABS)
        lists["tabs"].insert(0, {"title": gettext("Needs me"), "url": url_for("inbox.show"), "present": False})
        return page("inbox/office.html", **frame, **lists)
    duties = told(to_do())
    tabs = listing.tabs(who(), endpoint="inbox.show", tabs=listing.INBOX_TABS)
    tabs.insert(0, {"title": gettext("Needs me"), "url": url_for("inbox.show"), "count": len(duties), "present": True})
    return page("inbox/office.html", **frame | {"duties": duties, "tabs": tabs})


def told(duties: Sequence[Duty]) -> list[dict[str, Any]]:
    """Duties as lines of `templates/macros/duties.html`; what is the same for all of a kind is translated once."""
    spoken = {kind: _spoken(*DEEDS[kind]) for kind in {duty.kind for duty in duties}}
    return [_line(duty, *spoken[duty.kind]) for duty in duties]


def _spoken(title: str, why: str, button: str, endpoint: str) -> tuple[str, str, str, str]:
    return gettext(title), gettext(why), gettext(button), endpoint


def _line(duty: Duty, title: str, why: str, button: str, endpoint: str) -> dict[str, Any]:
    place: dict[str, Any] = {"fund": duty.id} if duty.kind == "payable" else {"id": duty.id}
    return {
        "on": duty.due_on,
        "title": title % {"title": duty.title or gettext("a proposal without a title")},
        "tone": listing.tone(duty.due_on, SOON_DAYS),
        "why": " · ".join(part for part in (_party(duty), why) if part),
        "link": {"title": button, "url": url_for(endpoint, **place)},
    }


def _party(duty: Duty) -> str:
    """Who stands on the other side; for what is payable the number of instalments."""
    return gettext("%(count)s to pay", count=duty.party) if duty.kind == "payable" else duty.party


def _alarm(alert: found.Alert, at: datetime) -> dict[str, Any]:
    row = alert.application
    step = gettext("Mini-proposal") if row.step == "draft" else said(STEPS[row.step].word)
    text = gettext(
        "%(organisation)s · %(step)s due %(at)s",
        organisation=row.organisation.name,
        step=step,
        at=instant(alert.ends_at, "utc"),
    )
    return {
        "left": _left(alert.ends_at - at),
        "title": gettext("Disaster alert: %(title)s", title=row.title),
        "text": text,
        "link": {"title": gettext("Open the alert"), "url": url_for("applications.show", id=row.id)},
    }


def _left(span: timedelta) -> str:
    """Hours and minutes, "31 h 40"; over when there are none left."""
    if span <= timedelta(0):
        return gettext("over")
    hours, rest = divmod(int(span.total_seconds()), 3600)
    return f"{hours} h {rest // 60:02}"

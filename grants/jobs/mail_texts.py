"""What every mail has around its text: the greeting, what its link opens, and the name of the Foundation."""

from __future__ import annotations

from collections.abc import Iterable

from grants.language import Wording
from reports.snapshots.facts import FOUNDATION
from workflows.engine.message import N_, Message

DEAR = N_("Dear %(name)s,")
CONTACT = N_("Your contact is %(name)s, %(email)s.")
LINKS = {
    "/account/factors": N_("See your second factors: %(address)s"),
    "/account": N_("Open your account: %(address)s"),
    "/join-requests": N_("Open the request: %(address)s"),
    "/organisations/": N_("Open the page of the organisation: %(address)s"),
    "/applications/": N_("Open the application: %(address)s"),
    "/awards/": N_("Open the award: %(address)s"),
    "/reports/": N_("Open the report: %(address)s"),
    "/reviews/": N_("Open the review: %(address)s"),
}
"""What the link of a mail opens, by the beginning of its path; the first that fits counts."""
PAGE = N_("Open the page: %(address)s")


def complete(wording: Wording, name: str, texts: Iterable[Message]) -> tuple[str, ...]:
    """The paragraphs of a mail to the person of this name, in the language of the wording."""
    translated = (wording.translate(text).strip() for text in texts)
    return (wording.translate(Message(DEAR, name=name)), *translated, FOUNDATION)


def link(site: str, path: str) -> Message:
    """The link of a mail, with what it opens."""
    text = next((text for start, text in LINKS.items() if path.startswith(start)), PAGE)
    return Message(text, address=f"{site}{path}")

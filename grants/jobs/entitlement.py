"""Whether a person may be written to, asked when a mail is written and not only when it was queued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grants.models import Person
from grants.queries import memberships, recipients
from workflows.engine.roles import Role

LOST = "Not sent: the recipient no longer sees the application in the role that the mail was meant for."
ENDED = "Not sent: the recipient no longer has the role that the mail was meant for."
CLOSED = "Not sent: the account of the recipient is closed."


def refusal(args: Mapping[str, Any], person: Person) -> str:
    """Why the person gets no mail with these arguments; empty if they do."""
    if _entitled(args, person):
        return ""
    return CLOSED if _about_account(args) else LOST if _about_application(args) else ENDED


def _entitled(args: Mapping[str, Any], person: Person) -> bool:
    """Whether the person may be written to now.

    Earlier releases queued mails without application and role: there the link leads to the application, and any role
    counts. A mail about the account itself is for its person in whatever role.
    """
    if _about_account(args) or args.get("role") == Role.PUBLIC:
        return person.ended_at is None
    if "organisation" in args:
        return args.get("left") or memberships.acts_for(person, int(args["organisation"]))
    if not _about_application(args):
        return person.id in {one.id for one in recipients.everywhere(Role(args["role"]))}
    if "role" in args:
        return recipients.entitled([person], int(args["application"]), [Role(args["role"])]) != []
    application = recipients.linked(args["path"])
    return application is not None and recipients.entitled([person], application, list(Role)) != []


def _about_account(args: Mapping[str, Any]) -> bool:
    return "own" in args


def _about_application(args: Mapping[str, Any]) -> bool:
    return "application" in args or "role" not in args

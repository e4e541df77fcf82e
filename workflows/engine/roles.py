"""The roles in which people and the system act, and the actor that rules are evaluated for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.message import Message
from workflows.engine.rights import UNLIMITED, Rights


class Role(StrEnum):
    """The role of a person in relation to a case. A person can have several, and acts in one at a time."""

    APPLICANT = "applicant"
    REVIEWER = "reviewer"
    OFFICER = "officer"
    APPROVER = "approver"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PUBLIC = "public"
    CLOCK = "clock"


ROLES: dict[str, Message] = {
    Role.APPLICANT: Message("Applicant"),
    Role.REVIEWER: Message("Reviewer"),
    Role.OFFICER: Message("Programme officer"),
    Role.APPROVER: Message("Approver"),
    Role.FINANCE: Message("Finance"),
    Role.AUDITOR: Message("Auditor"),
    Role.ADMINISTRATOR: Message("Administrator"),
    Role.PUBLIC: Message("Public"),
    Role.CLOCK: Message("Clock"),
}
"""The name of each role, the only one in pages, refusals and mails."""

APPOINTED = (Role.OFFICER, Role.APPROVER, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR, Role.REVIEWER)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting in one role through one channel (`via`). `person` is None only for the clock.

    rights: of an applicant, in the organisation for which they act, as the page has read them; a command reads them
    again under its lock.
    """

    person: int | None
    role: Role
    on_behalf_of: int | None = None
    via: str = "web"
    rights: Rights = UNLIMITED

    def __post_init__(self) -> None:
        if (self.person is None) != (self.role is Role.CLOCK):
            raise ValueError("only the clock acts without a person")


CLOCK = Actor(person=None, role=Role.CLOCK, via="clock")

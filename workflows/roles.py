"""The roles people and the system act in, and the actor a rule is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to a thing; a person may be several, and acts in one at a time."""

    APPLICANT = "applicant"
    REVIEWER = "reviewer"
    OFFICER = "officer"
    APPROVER = "approver"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PUBLIC = "public"
    CLOCK = "clock"


APPOINTED = (Role.OFFICER, Role.APPROVER, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR, Role.REVIEWER)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person, in which role, through what. `person` is None exactly for the clock."""

    person: int | None
    role: Role
    on_behalf_of: int | None = None
    via: str = "web"

    def __post_init__(self) -> None:
        if (self.person is None) != (self.role is Role.CLOCK):
            raise ValueError("only the clock acts without a person")


CLOCK = Actor(person=None, role=Role.CLOCK, via="clock")

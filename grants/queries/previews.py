"""What a role would allow a person, what it would not, and with what it conflicts, before it is given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from grants.access.permissions import ALLOWED, EXTENT, Extent, Permission
from grants.db import db
from grants.models import Application, Appointment, Award, Call, Person
from grants.queries.applications import involvements
from grants.queries.persons import covers_call
from workflows.engine.flow import Flow, Transition
from workflows.engine.message import N_, Message
from workflows.engine.roles import APPOINTED, ROLES, Role
from workflows.flows.standard import APPLICATIONS, FLOWS
from workflows.programmes import programmes

MOST = 1_000
"""Calls that are counted, newest first."""
READING = {
    Permission.READ_APPLICATION: ("%(n)s submitted application to read", "%(n)s submitted applications to read"),
    Permission.READ_AWARD: ("%(n)s grant to read", "%(n)s grants to read"),
}
"""What is counted beside the calls: sentences for one and for several."""
SENTENCES = {
    Permission.READ_REVIEWS: N_("Read all reviews"),
    Permission.REVIEW: N_("Review applications when invited by an officer"),
    Permission.CHECK: N_("Complete eligibility checks"),
    Permission.ASSIGN: N_("Invite reviewers"),
    Permission.WRITE_MESSAGE: N_("Write messages to applicants"),
    Permission.WRITE_NOTE: N_("Write internal notes"),
    Permission.CREATE_CALL: N_("Create calls"),
    Permission.SET_CALL: N_("Change calls and give more time"),
    Permission.READ_REPORT: N_("Read reports from grantees"),
    Permission.PREPARE_BATCH: N_("Prepare payment batches"),
    Permission.READ_BATCH: N_("View payment batches"),
    Permission.READ_FUND: N_("View funds and their balances"),
    Permission.RECEIVE_FUND: N_("Record contributions to funds"),
    Permission.SET_FUND: N_("Allocate funds to calls"),
    Permission.SET_PEOPLE: N_("Invite people, assign roles and end them"),
    Permission.SET_ORGANISATIONS: N_("Add, correct and merge organisations"),
    Permission.READ_ROLES: N_("View who holds which role"),
    Permission.SEE_FAILURES: N_("View failed jobs"),
    Permission.SEE_HEALTH: N_("View service health"),
}
"""The permissions that a preview names. The others follow from these, or everybody with an account has them."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the role would cover: a programme, a call or, with neither, everything."""

    programme: str | None
    call_id: int | None

    def covers(self, call: Call) -> bool:
        """Whether the role would cover the call."""
        return covers_call(call, programme=self.programme, call_id=self.call_id)

    @property
    def extent(self) -> Extent:
        """How much it covers."""
        if self.call_id is not None:
            return Extent.CALL
        return Extent.PROGRAMME if self.programme else Extent.EVERYTHING


@dataclass(frozen=True, slots=True)
class Preview:
    """What the role would allow and would not, and its conflicts, each as a sentence. calls: how many it covers."""

    calls: int
    allows: tuple[Message, ...]
    denies: tuple[Message, ...]
    conflicts: tuple[Message, ...]

    @property
    def digest(self) -> str:
        """The same for two previews with the same sentences and numbers."""
        sentences = [[one.as_json() for one in part] for part in (self.allows, self.denies, self.conflicts)]
        return hashlib.sha256(json.dumps([self.calls, sentences], sort_keys=True, default=str).encode()).hexdigest()


def preview(person: Person, role: Role, place: Place, held: Sequence[Appointment]) -> Preview:
    """The preview of this role of the person. held: the roles among which conflicts are looked for; three queries."""
    every = list(db.session.scalars(select(Call).order_by(Call.id.desc()).limit(MOST)))
    calls = [call for call in every if place.covers(call)]
    acts = _counted(role, calls)
    return Preview(
        calls=len(calls),
        allows=(*_permitted(role, place, calls), *_acts(acts)),
        denies=(*_refused(role, place), *_acts_of_others(acts)),
        conflicts=(*_conflicts(person, role, place, calls, held), *_applied(person, place)),
    )


def _has(role: Role, permission: Permission, place: Place) -> bool:
    """Whether the role has the permission where it covers this much."""
    enough = {
        Extent.CALL: set(Extent),
        Extent.PROGRAMME: {Extent.PROGRAMME, Extent.EVERYTHING},
        Extent.EVERYTHING: {Extent.EVERYTHING},
    }
    return role in ALLOWED[permission] and place.extent in enough[EXTENT.get(permission, Extent.CALL)]


def _permitted(role: Role, place: Place, calls: list[Call]) -> Iterator[Message]:
    ids = [call.id for call in calls]
    submitted = select(func.count()).where(Application.call_id.in_(ids), Application.submission_id.is_not(None))
    awarded = select(func.count(Award.id)).join(Application).where(Application.call_id.in_(ids))
    counts = db.session.execute(select(submitted.scalar_subquery(), awarded.scalar_subquery())).one()
    for (permission, (one, many)), count in zip(READING.items(), counts, strict=True):
        if _has(role, permission, place):
            yield Message.counted(one, many, n=count)
    yield from (Message(text) for permission, text in SENTENCES.items() if _has(role, permission, place))


def _refused(role: Role, place: Place) -> Iterator[Message]:
    yield from (Message(text) for permission, text in SENTENCES.items() if not _has(role, permission, place))


def _acts(counted: Mapping[str, int]) -> Iterator[Message]:
    """The transitions with these titles, each with the number of calls."""
    for title, n in counted.items():
        yield Message.counted("%(action)s: in %(n)s call", "%(action)s: in %(n)s calls", n=n, action=Message(title))


def _counted(role: Role, calls: list[Call]) -> dict[str, int]:
    """The titles of the transitions that the role may perform, with the number of calls whose flow has each.

    One that none of the calls has is left out; without any call, all stay, because calls can follow.
    """
    codes, found = programmes(), dict[str, int]()
    for title, flows in _titled(role, FLOWS).items():
        bound = [flow for flow in flows if flow in APPLICATIONS]
        among = calls if len(bound) < len(flows) else [one for one in calls if codes[one.programme].flow in bound]
        if among or not calls:
            found[title] = len(among)
    return found


def _acts_of_others(own: Mapping[str, int]) -> Iterator[Message]:
    """The final transitions of roles of the Foundation that are not among the role's own."""
    titles = dict.fromkeys(title for other in APPOINTED for title in _titled(other, FLOWS, final=True))
    yield from (Message(title) for title in titles if title not in own)


def _titled(role: Role, flows: Iterable[Flow], *, final: bool = False) -> dict[str, list[Flow]]:
    """The titles of the transitions of the role, each with the flows that have it. final: only those with a tick."""
    found: dict[str, list[Flow]] = {}
    for flow in flows:
        for row in flow.transitions:
            if role in row.roles and (not final or _weighty(row)) and flow not in found.setdefault(row.title, []):
                found[row.title].append(flow)
    return {title: flows for title, flows in found.items() if flows}


def _weighty(row: Transition) -> bool:
    return row.final or row.fresh_factor


READERS = ALLOWED[Permission.READ_REVIEWS]
APART: tuple[tuple[frozenset[Role], frozenset[Role], Message], ...] = (
    (
        frozenset({Role.REVIEWER}),
        READERS,
        Message(
            "Someone who can read the reviews of a call in another role cannot be invited to review in that call: "
            "the system refuses each invitation."
        ),
    ),
    (
        frozenset({Role.OFFICER}),
        frozenset({Role.APPROVER}),
        Message(
            "One person recommends an award and another decides on it: the system refuses this person’s decision on "
            "any application that they have checked or recommended."
        ),
    ),
    (
        frozenset({Role.OFFICER, Role.APPROVER}),
        frozenset({Role.FINANCE}),
        Message(
            "Payments are approved and released by people who did not decide on the award: this person can do "
            "neither for an award that they have decided on."
        ),
    ),
)
"""Pairs of roles that one person cannot both use on the same case, and what the system does."""


def _conflicts(
    person: Person, role: Role, place: Place, calls: list[Call], held: Sequence[Appointment]
) -> Iterator[Message]:
    """The conflicts with each role that the person holds already, where both cover something in common."""
    for row in held:
        reason = next((text for one, two, text in APART if _meet(role, Role(row.role), one, two)), None)
        shared = sum(_place(row).covers(call) for call in calls)
        if reason is not None and (shared or _overlap(place, _place(row))):
            yield Message.counted(
                "%(name)s already has the role %(role)s in %(n)s call that both roles cover. %(reason)s",
                "%(name)s already has the role %(role)s in %(n)s calls that both roles cover. %(reason)s",
                n=shared,
                name=person.name,
                role=ROLES[row.role],
                reason=reason,
            )


def _meet(given: Role, held: Role, one: frozenset[Role], two: frozenset[Role]) -> bool:
    return given is not held and ((given in one and held in two) or (given in two and held in one))


def _place(row: Appointment) -> Place:
    return Place(row.programme, row.call_id)


def _overlap(one: Place, two: Place) -> bool:
    """Whether both would cover the same new call: neither is limited to one call, and their programmes agree."""
    if one.call_id is not None or two.call_id is not None:
        return False
    return one.programme is None or two.programme is None or one.programme == two.programme


def _applied(person: Person, place: Place) -> Iterator[Message]:
    """The conflict with having acted for applicants to calls that the role would cover."""
    competing = [call for call in involvements.competing(person.id) if place.covers(call)]
    if competing:
        yield Message.counted(
            "%(name)s has acted for an applicant to %(n)s call that this role covers. In this call, this person "
            "cannot review, decide on or pay for any application.",
            "%(name)s has acted for an applicant to %(n)s calls that this role covers. In these calls, this person "
            "cannot review, decide on or pay for any application.",
            n=len(competing),
            name=person.name,
        )

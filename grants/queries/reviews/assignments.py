"""Reviewers who can be invited for an application, and the reasons against each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select, true

from grants.access.permissions import ALLOWED, Permission
from grants.access.principals import Principal, load_principals
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, Appointment, Assignment, Person, Review
from grants.queries import persons
from grants.queries.applications import involvements
from grants.queries.reviews import written
from workflows.engine.message import N_, Message
from workflows.engine.roles import Role
from workflows.engine.steps import DECIDED
from workflows.flows.assignment import AT_WORK, OPEN

MOST = 300
MOST_OPEN = 50
"""The open reviews of a person are counted up to here; nobody is asked to write as many at once."""
Reasons = tuple[Message, ...]
INVITED = N_("%(name)s has already been invited.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reviewer of the call: the reasons against inviting them here, and their number of open reviews.

    doubts: what may be a conflict of interest; the person declares whether it is. load: counted up to MOST_OPEN.
    """

    person: Person
    against: tuple[Message, ...]
    doubts: tuple[Message, ...]
    load: int

    @property
    def fits(self) -> bool:
        """Whether there is no reason against inviting them."""
        return not self.against

    @property
    def has_more(self) -> bool:
        """Whether they may have more open reviews than were counted."""
        return self.load >= MOST_OPEN


def candidates(application: Application, principal: Principal) -> list[Candidate]:
    """All reviewers appointed for the call, suitable and least busy ones first.

    Open reviews are counted where the principal sees the application. Six queries for any number of people.
    """
    appointed = select(Appointment.person_id).where(
        Appointment.role == Role.REVIEWER, persons.covering(application.call)
    )
    people = list(
        db.session.scalars(
            select(Person)
            .where(Person.id.in_(appointed), Person.ended_at.is_(None))
            .order_by(Person.name, Person.id)
            .limit(MOST)
        )
    )
    ids = [person.id for person in people]
    asked = frozenset(db.session.scalars(_invited(application, ids)))
    against, load = [*_against(application, ids), (INVITED, asked)], _open(ids, principal)
    domains = written.domains_of(application) if people else frozenset()
    found = [
        Candidate(
            person,
            _named(against, person),
            _doubts(person, domains),
            load.get(person.id, 0),
        )
        for person in people
    ]
    return sorted(found, key=lambda c: (not c.fits, bool(c.doubts), c.load, c.person.name, c.person.id))


def _doubts(person: Person, domains: frozenset[str]) -> tuple[Message, ...]:
    """What the reviewer's own page warns of too."""
    if written.mail_domain(person) not in domains:
        return ()
    return (Message("%(name)s shares an email domain with the applicant.", name=person.name),)


def unfit(application: Application, reviewer: Person) -> Reasons:
    """Every reason why this person must not be a reviewer of the application, as in `unfit_of`."""
    return unfit_of(application, [reviewer], load_principals([reviewer]))[reviewer.id]


def unfit_of(
    application: Application, reviewers: Sequence[Person], principals: Sequence[Principal]
) -> dict[int, Reasons]:
    """Every reason why these people must not be reviewers of the application, by person; in two queries.

    principals: those of the people, in the same order. Reasons: not appointed as a reviewer for this call, involved at
    any time on the side of the applicant or of another applicant in this call, a declared conflict that has not been
    lifted, another role in which the person can or could read the reviews of others.
    """
    against = _against(application, [reviewer.id for reviewer in reviewers])
    return {
        reviewer.id: (*_unappointed(application, reviewer, held), *_named(against, reviewer))
        for reviewer, held in zip(reviewers, principals, strict=True)
    }


def _unappointed(application: Application, reviewer: Person, held: Principal) -> Reasons:
    if held.covers(Role.REVIEWER, application.call_id):
        return ()
    return (Message("%(name)s is not appointed as a reviewer for this call.", name=reviewer.name),)


def _named(against: Iterable[tuple[str, frozenset[int]]], person: Person) -> Reasons:
    return tuple(Message(text, name=person.name) for text, held in against if person.id in held)


def invited(application: Application, reviewer: Person) -> Message | None:
    """The reason why this person is not invited once more: they have an assignment at this stage."""
    held = _invited(application, [reviewer.id])
    return Message(INVITED, name=reviewer.name) if db.session.scalar(held.limit(1)) else None


def _invited(application: Application, ids: list[int]) -> Select[int]:
    return select(Assignment.person_id).where(
        Assignment.application_id == application.id,
        Assignment.stage == application.stage,
        Assignment.person_id.in_(ids),
    )


def _against(application: Application, ids: list[int]) -> list[tuple[str, frozenset[int]]]:
    """Reasons not to invite people, each with the ids of those whom it concerns."""
    apart = involvements.of(application)
    return [
        (N_("%(name)s has acted for the applicant."), apart.applicants),
        (N_("%(name)s has acted for another applicant to this call."), apart.rivals),
        (N_("%(name)s has a conflict of interest."), apart.conflicted),
        (N_("%(name)s has, or had, access to the other reviews in another role."), _readers(application, ids)),
        (
            N_("%(name)s has completed eligibility checks or made a recommendation on this application."),
            involvements.assessors(application),
        ),
    ]


def _readers(application: Application, ids: list[int]) -> frozenset[int]:
    """Those of these people who have a role that reads the reviews, or had one when a review had been submitted."""
    submitted = select(func.min(Review.sent_at)).join(Assignment).where(Assignment.application_id == application.id)
    held = select(Appointment.person_id).where(
        Appointment.person_id.in_(ids),
        Appointment.role.in_(ALLOWED[Permission.READ_REVIEWS]),
        persons.scoped_over(application.call),
        or_(Appointment.ended_at.is_(None), Appointment.ended_at > submitted.scalar_subquery()),
    )
    return frozenset(db.session.scalars(held.distinct()))


def _open(ids: list[int], principal: Principal) -> Mapping[int, int]:
    shown = select(Application.id).where(visible(Application, principal))
    theirs = Assignment.person_id == Person.id, Assignment.step.in_(OPEN), Assignment.application_id.in_(shown)
    counted = select(Assignment.id).where(*theirs).limit(MOST_OPEN).lateral("counted")
    loads = select(Person.id, func.count()).join(counted, true()).where(Person.id.in_(ids)).group_by(Person.id)
    return dict(db.session.execute(loads).all())


def open_of(persons: Iterable[int]) -> list[Assignment]:
    """The open assignments of these persons, by id. Nobody adds one while the persons are held."""
    open_ = select(Assignment).where(Assignment.person_id.in_(persons), Assignment.step.in_(OPEN))
    return list(db.session.scalars(open_.order_by(Assignment.id)))


def counting(persons: Iterable[int], calls: Iterable[int]) -> list[Assignment]:
    """The assignments of these persons that count, on applications of these calls without a decision, by id.

    Nobody adds one while the persons are held, and no flow leads from a decision back to a step before it.
    """
    theirs = select(Assignment).join(Application, Application.id == Assignment.application_id)
    theirs = theirs.where(Assignment.person_id.in_(persons), Assignment.step.in_(AT_WORK))
    undecided = Application.call_id.in_(calls), Application.step.not_in(DECIDED)
    return list(db.session.scalars(theirs.where(*undecided).order_by(Assignment.id)))

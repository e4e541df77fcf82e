"""Reviews: the reviewer's own, and those of one application side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import cached_for_page, db
from grants.models import Application, Assignment, Membership, Person, Review
from grants.models.organisations import is_one_with
from grants.queries.applications import involvements
from workflows.programme import Criterion

MOST = 200
BEST = 5
FAR_APART = 25
"""Totals that differ by at least this many points of a hundred are marked as far apart."""
FREE_MAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "yahoo.fr",
        "icloud.com",
        "proton.me",
        "protonmail.com",
        "gmx.net",
        "gmx.de",
        "web.de",
        "mail.com",
        "mail.ru",
        "qq.com",
        "163.com",
    }
)


def mine(principal: Principal) -> list[Assignment]:
    """The assignments of a reviewer that they may see, soonest due date first: without conflicts, in their calls."""
    wanted = (
        select(Assignment)
        .where(visible(Assignment, principal, ()))
        .options(
            joinedload(Assignment.application).selectinload(Application.call),
            joinedload(Assignment.application).joinedload(Application.organisation),
            joinedload(Assignment.review).selectinload(Review.scores),
        )
        .order_by(Assignment.due_on, Assignment.id)
        .limit(MOST)
    )
    return list(db.session.scalars(wanted).unique())


ASSIGNMENTS = (
    select(Assignment)
    .where(Assignment.application_id == bindparam("application"))
    .options(joinedload(Assignment.person), joinedload(Assignment.review).joinedload(Review.scores))
    .order_by(Assignment.stage != bindparam("stage"), Assignment.assigned_at, Assignment.id)
    .limit(MOST)
)


@cached_for_page
def of(application: Application) -> list[Assignment]:
    """All assignments of an application, current stage first, with their reviews; in one query."""
    asked = {"application": application.id, "stage": application.stage}
    return list(db.session.scalars(ASSIGNMENTS, asked).unique())


def readable(application: Application, assignments: Iterable[Assignment], principal: Principal) -> list[Assignment]:
    """Those whose reviews the principal may read: of an application that they review themselves, only their own."""
    hidden = application.id in principal.reviewing
    return [one for one in assignments if not hidden or one.person_id == principal.id]


def points(review: Review, rubric: Iterable[Criterion]) -> dict[str, Decimal]:
    """The weighted points of each scored criterion: a score of 5 gives the full weight."""
    return weighted({score.criterion: score.points for score in review.scores}, rubric)


def weighted(scores: Mapping[str, int | None], rubric: Iterable[Criterion]) -> dict[str, Decimal]:
    """The weighted points of each scored criterion. scores: by criterion."""
    return {c.key: Decimal(c.weight * given) / BEST for c in rubric if (given := scores.get(c.key)) is not None}


def total(review: Review, rubric: Sequence[Criterion]) -> Decimal | None:
    """The weighted total out of a hundred; None while a criterion has no score."""
    return total_of({score.criterion: score.points for score in review.scores}, rubric)


def total_of(scores: Mapping[str, int | None], rubric: Sequence[Criterion]) -> Decimal | None:
    """The weighted total out of a hundred; None while a criterion has no score. scores: by criterion."""
    found = weighted(scores, rubric)
    return sum(found.values(), Decimal(0)) if len(found) == len(rubric) else None


def spread_of(totals: Sequence[Decimal]) -> Decimal | None:
    """The difference between the highest and the lowest total; None for fewer than two."""
    return max(totals) - min(totals) if len(totals) > 1 else None


def are_far_apart(totals: Sequence[Decimal]) -> bool:
    """Whether the totals differ so much that the panel should discuss them."""
    spread = spread_of(totals)
    return spread is not None and spread >= FAR_APART


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion across the reviewers: their scores in the reviewers' order, the mean and the spread."""

    criterion: Criterion
    scores: tuple[int | None, ...]

    @property
    def mean(self) -> float | None:
        """The unweighted mean of the scores."""
        given = [score for score in self.scores if score is not None]
        return mean(given) if given else None

    @property
    def spread(self) -> int | None:
        """The difference between the highest and the lowest score; None for fewer than two."""
        given = [score for score in self.scores if score is not None]
        return max(given) - min(given) if len(given) > 1 else None


@dataclass(frozen=True, slots=True)
class Board:
    """The submitted reviews of one stage, side by side."""

    stage: str
    assignments: tuple[Assignment, ...]
    lines: tuple[Line, ...]
    totals: tuple[Decimal, ...]

    @property
    def reviews(self) -> tuple[Review, ...]:
        """The reviews, in the reviewers' order."""
        return tuple(a.review for a in self.assignments if a.review)

    @property
    def mean(self) -> Decimal | None:
        """The unweighted mean of the totals."""
        return sum(self.totals, Decimal(0)) / len(self.totals) if self.totals else None

    @property
    def spread(self) -> Decimal | None:
        """The difference between the highest and the lowest total; None for fewer than two."""
        return spread_of(self.totals)

    @property
    def far_apart(self) -> bool:
        """Whether the totals differ so much that the panel should discuss them."""
        return are_far_apart(self.totals)

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """The amounts recommended by reviewers who would fund it, lowest first."""
        return tuple(sorted(r.amount for r in self.reviews if r.fund and r.amount is not None))

    @property
    def in_favour(self) -> int:
        """The number of reviewers who would fund it."""
        return sum(bool(review.fund) for review in self.reviews)


def board(assignments: Iterable[Assignment], rubric: Sequence[Criterion], stage: str) -> Board:
    """The submitted reviews of that stage, side by side."""
    sent = tuple(a for a in assignments if a.stage == stage and a.step == "sent" and a.review)
    held = [{score.criterion: score.points for score in a.review.scores} for a in sent if a.review]
    lines = tuple(Line(criterion, tuple(scores.get(criterion.key) for scores in held)) for criterion in rubric)
    return Board(stage, sent, lines, tuple(t for a in sent if a.review and (t := total(a.review, rubric)) is not None))


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The automatic conflict checks for a reviewer and an application, made before the reviewer declares anything."""

    member: bool
    applied: bool
    domain: bool


def looked_up(assignment: Assignment) -> LookedUp:
    """Whether the reviewer was ever on the side of an applicant of the call, or shares the applicant's mail domain."""
    apart = involvements.of(assignment.application)
    return LookedUp(
        member=assignment.person_id in apart.applicants,
        applied=assignment.person_id in apart.rivals,
        domain=mail_domain(assignment.person) in domains_of(assignment.application),
    )


def domains_of(application: Application) -> frozenset[str]:
    """The mail domains of the people who act or acted for the applicant, without those of public mail services."""
    wanted = select(Person.email).join(Membership, Membership.person_id == Person.id)
    emails = db.session.scalars(wanted.where(is_one_with(Membership.organisation_id, application.organisation_id)))
    return frozenset(email.rpartition("@")[2] for email in emails) - FREE_MAIL


def mail_domain(person: Person) -> str:
    """The domain of a person's mail address."""
    return person.email.rpartition("@")[2]


def people_named(application: Application, answers: Mapping[str, Any]) -> list[str]:
    """The people a reviewer might know: the team, and those who act for the applicant. answers: of the submission."""
    team = answers.get("team")
    named = [str(row.get("name") or "") for row in team] if isinstance(team, list) else []
    contacts = db.session.scalars(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(is_one_with(Membership.organisation_id, application.organisation_id), Membership.ended_at.is_(None))
        .order_by(Person.name, Person.id)
        .limit(50)
    )
    return [name for name in dict.fromkeys([*named, *contacts]) if name]


def partners(answers: Mapping[str, Any]) -> list[str]:
    """The organisations named as partners in the answers of a proposal."""
    rows = answers.get("partners")
    return [name for row in rows if (name := str(row.get("name") or ""))] if isinstance(rows, list) else []

"""The declaration of conflicts of interest, before a reviewer reads a proposal or when they discover one later."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from wtforms import Field

from grants.forms.reviews import ConflictForm
from grants.models import Assignment, Call
from grants.queries.applications import submissions
from grants.queries.reviews import written
from grants.web.reviews.scoring import requested
from grants.web.site.components import Check, Fact
from grants.web.transitions import Offer, available
from workflows.rules.reviews import CONFLICTS


@dataclass(frozen=True, slots=True)
class DeclarationPage:
    """The questions of the declaration, with only as much of the proposal as they require.

    decline: how the invitation is declined, None once it is answered. later: whether the reviewer has already declared
    that they have no conflict.
    """

    assignment: Assignment
    call: Call
    form: ConflictForm
    decline: Offer | None
    later: bool
    facts: tuple[Fact, ...]
    boxes: tuple[Field, ...]
    checks: tuple[Check, ...]


def declaration(assignment: Assignment, form: ConflictForm, *, later: bool = False) -> DeclarationPage:
    """The declaration for an assignment."""
    return DeclarationPage(
        assignment=assignment,
        call=assignment.application.call,
        form=form,
        decline=next((offer for offer in available(assignment) if offer.transition.key == "decline"), None),
        later=later,
        facts=_facts(assignment),
        boxes=tuple(form[key] for key, _ in CONFLICTS),
        checks=_checks(assignment),
    )


def _facts(assignment: Assignment) -> tuple[Fact, ...]:
    application = assignment.application
    content = submissions.content(application, assignment.submission)
    return (
        Fact(gettext("Title"), content.title),
        Fact(gettext("Applicant"), application.organisation.name),
        Fact(gettext("People named"), ", ".join(written.people_named(application, content.answers)) or "–"),
        Fact(gettext("Partners"), ", ".join(written.partners(content.answers)) or "–"),
        Fact(gettext("Requested"), requested(content, application.call.currency)),
    )


def _checks(assignment: Assignment) -> tuple[Check, ...]:
    facts = written.looked_up(assignment)
    return (
        _check(
            facts.member,
            gettext("You have acted for the applicant"),
            gettext("No shared organisation or chapter"),
        ),
        _check(
            facts.applied,
            gettext("You have acted for an applicant to this call"),
            gettext("You have not acted for an applicant to this call"),
        ),
        _check(
            facts.domain, gettext("You share an email domain with the applicant"), gettext("No shared email domain")
        ),
    )


def _check(found: bool, bad: str, good: str) -> Check:  # noqa: FBT001 - the outcome of the check, with its two texts
    return Check("diamond", bad) if found else Check("tick", good)

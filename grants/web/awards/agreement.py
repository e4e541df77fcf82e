"""The agreement of an award: its signatures, its budget lines and the form to divide a partial award."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext

from grants.access.principals import roles_on
from grants.forms.awards import DivisionForm
from grants.models import Award, AwardLine, Person
from grants.queries.cases.instalments import freed_by
from grants.queries.money import awards
from grants.web.awards.instalments import become_payable
from grants.web.site.authorization import principal
from grants.web.site.components import Fact, Signature
from grants.web.site.formats import amount, day, instant
from grants.web.transitions import Offer, with_consequence
from workflows.deadlines import SIGNING_DAYS
from workflows.engine.roles import Role


@dataclass(frozen=True, slots=True)
class AgreementView:
    """The agreement. void: withdrawn before both sides signed.

    band: the amount and when each side has signed or must sign. reports: title and due date of each. lines: of the
    budget, if less was awarded than requested. divides: the reader may divide the award between them.
    """

    signed: bool
    void: bool
    signatures: Sequence[Signature]
    band: Sequence[Fact]
    reports: Sequence[tuple[str, date]]
    lines: Sequence[AwardLine]
    divides: bool
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class DivisionPage:
    """The form to divide a partial award. reasons: why the amounts were refused.

    meanwhile: another person divided the award since the page was opened.
    """

    award: Award
    form: DivisionForm
    reasons: Sequence[str] = ()
    meanwhile: bool = False


def of(award: Award, made: Sequence[Offer]) -> AgreementView:
    """The agreement of this award. made: what the reader can do with the award."""
    made = _with_money(award, made)
    return AgreementView(
        signed=award.agreement.step == "signed",
        void=_void(award),
        signatures=[_grantee(award), _foundation(award)],
        band=_band(award),
        reports=awards.due_dates(award),
        lines=award.lines if award.amount < award.application.asked else [],
        divides=divisible(award) and Role.APPLICANT in roles_on(award, principal()),
        offers=[offer for offer in made if offer.transition.key != "returned"],
    )


def _with_money(award: Award, offers: Sequence[Offer]) -> Sequence[Offer]:
    """Name the instalments that a signature or the condition makes payable, below the button."""
    keys = {offer.transition.key for offer in offers}
    for key, condition in (("countersign", "agreement"), ("met", "condition")):
        if key in keys:
            freed = freed_by(award, condition)
            text = become_payable(freed, award.currency) or gettext("No instalment becomes payable.")
            if key == "countersign":
                text = f"{gettext('The agreement then comes into force.')} {text}".strip()
            return with_consequence(offers, key, text, payable=[one.number for one in freed])
    return offers


def _band(award: Award) -> list[Fact]:
    """The amount of the agreement, with the days of its award and of its signatures."""
    agreement = award.agreement
    band = [
        Fact(gettext("Amount"), amount(award.amount, award.currency)),
        Fact(gettext("Awarded"), day(award.made_at.date(), "year")),
    ]
    if agreement.step == "to_sign":
        until = award.made_at.date() + timedelta(days=SIGNING_DAYS)
        return [*band, Fact(gettext("Grantee signs by"), day(until, "year"))]
    if agreement.signed_at:
        band.append(Fact(gettext("Signed"), day(agreement.signed_at.date(), "year")))
    if agreement.countersigned_at:
        band.append(Fact(gettext("Countersigned"), day(agreement.countersigned_at.date(), "year")))
    return band


def divisible(award: Award) -> bool:
    """Whether the award is smaller than requested and the grantee has not signed yet."""
    return award.amount < award.application.asked and award.agreement.step == "to_sign"


def division(award: Award) -> DivisionForm:
    """The form to divide the award between the lines of the budget."""
    return DivisionForm.of(award, award.lines)


def _void(award: Award) -> bool:
    return award.agreement.step == "withdrawn"


def _grantee(award: Award) -> Signature:
    agreement = award.agreement
    return Signature(
        role=gettext("Grantee"),
        name=agreement.signed_name or award.application.organisation.name,
        note=_note(award, agreement.signed_at, gettext("has not signed yet")),
        state=_state(award, agreement.signed_at, is_next=True),
        account=_account(agreement.signer),
    )


def _foundation(award: Award) -> Signature:
    agreement = award.agreement
    return Signature(
        role=gettext("Foundation"),
        name=agreement.countersigned_name or gettext("Internet Society Foundation"),
        note=_note(
            award,
            agreement.countersigned_at,
            gettext("signs next") if agreement.signed_at else gettext("signs after the grantee"),
        ),
        state=_state(award, agreement.countersigned_at, is_next=agreement.signed_at is not None),
        account=_account(agreement.countersigner),
    )


def _account(person: Person | None) -> str:
    """Whose account signed: the name above it is only what was typed."""
    return gettext("account of %(name)s, %(email)s", name=person.name, email=person.email) if person else ""


def _state(award: Award, signed_at: datetime | None, *, is_next: bool) -> str:
    if signed_at:
        return "done"
    return "applicant" if is_next and not _void(award) else ""


def _note(award: Award, signed_at: datetime | None, waiting: str) -> str:
    if signed_at:
        return gettext("signed %(at)s", at=instant(signed_at))
    return gettext("did not sign") if _void(award) else waiting

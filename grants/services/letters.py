"""Letters: collect the facts of an application or award into a snapshot, and order the document."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from sqlalchemy import func, select

from grants.db import db, now, today
from grants.models import (
    Application,
    Assignment,
    Award,
    Call,
    Decision,
    Document,
    Instalment,
    Membership,
    Organisation,
    Payment,
    Person,
    Report,
    Submission,
)
from grants.models.organisations import is_one_with
from grants.queries import recipients
from grants.queries.money import awards
from grants.queries.reviews import scores
from grants.services import documents
from reports import snapshots
from reports.snapshots.facts import Language, name_of_foundation
from workflows.deadlines import SIGNING_DAYS, time_limit
from workflows.engine.roles import Role
from workflows.programme import CallRules

ANSWER_TIME = timedelta(days=30)
APPEAL_TIME = timedelta(days=30)


def receipt(
    application: Application,
    *,
    number: str | None = None,
    sent_by: Person,
    arrived_at: datetime,
    revised: bool = False,
) -> Document:
    """Order the receipt for a submission, with the hash of the proposal and the day by which we decide.

    revised: the proposal replaces an earlier version, and its receipt the receipt for that version. The day stays that
    of the first receipt, which the applicant's page states too.
    """
    submission = db.session.get_one(Submission, application.submission_id)
    return documents.order(
        snapshots.Receipt,
        application=application,
        submission=submission,
        number=number,
        **_heading(application),
        stage=application.stage,
        submitted_at=arrived_at,
        submitted_by=sent_by.name,
        submitted_sha256=submission.sha256,
        asked=application.asked,
        currency=application.call.currency,
        answer_by=answered_by(application.call, application.submitted_at or arrived_at).date(),
        replaces=documents.newest(application, "receipt") if revised else "",
        contact=_contact(application),
    )


def award_letter(award: Award, *, signed_by: Person, number: str | None = None) -> Document:
    """Order the award letter: amount, instalments with their conditions, and the grantee's tasks with their dates."""
    application = award.application
    reviews = select(func.count()).where(Assignment.application_id == application.id, Assignment.step == "sent")
    reports = {report.number: report for report in _reports(award)}
    return documents.order(
        snapshots.AwardLetter,
        application=application,
        number=number,
        **_heading(application),
        amount=award.amount,
        asked=application.asked if application.asked > award.amount else None,
        currency=award.currency,
        months=application.months,
        starts_on=award.starts_on,
        ends_on=award.ends_on,
        reviewers_count=db.session.scalar(reviews) or 0,
        instalments=tuple(_instalment(one, reports) for one in award.instalments),
        conditions=(award.conditions,) if award.conditions else (),
        duties=_obligations(award, reports),
        contact=_contact(application),
        signatory=snapshots.Person(name=signed_by.name, title=_signs_as(application, signed_by)),
    )


def decline_letter(application: Application, *, feedback: str, signed_by: Person, eligible: bool = True) -> Document:
    """Order the letter that declines an application: figures of the call, scores, feedback, deadline for an appeal.

    eligible: false if the application does not meet the rules of the call.
    """
    sent = select(func.count()).where(Application.call_id == application.call_id, Application.reference.is_not(None))
    funded = sent.where(Application.step.in_(scores.FUNDED))
    beside = scores.beside_funded(application)
    return documents.order(
        snapshots.DeclineLetter,
        application=application,
        **_heading(application),
        stage=application.stage,
        eligible=eligible,
        received=db.session.scalar(sent),
        funded=db.session.scalar(funded),
        so_far=_figures_can_change(application.call),
        score=beside and snapshots.Score(own=beside.own, funded_average=beside.funded, most=Decimal(100)),
        feedback=(snapshots.Feedback(text=feedback),),
        appeal_until=appeal_until(),
        contact=_contact(application),
        signatory=snapshots.Person(name=signed_by.name, title=_signs_as(application, signed_by)),
    )


def _figures_can_change(call: Call) -> bool:
    """Whether the call still accepts applications or one of its submitted applications is undecided."""
    if call.step == "open" and (call.closes_at is None or call.closes_at > now()):
        return True
    undecided = (
        select(Application.id)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(
            Application.call_id == call.id,
            Application.reference.is_not(None),
            Application.step != "withdrawn",
            Decision.id.is_(None),
        )
    )
    return bool(db.session.scalar(select(undecided.exists())))


def appeal_until() -> date:
    """The last day to appeal against a decision of today."""
    return today() + APPEAL_TIME


def impact_report(award: Award) -> Document:
    """Order the impact report of a grant, from its last report; raises IndexError for an award without reports."""
    application = award.application
    organisation = application.organisation
    last = _reports(award)[-1]
    payments = db.session.execute(
        select(Payment.paid_at, Payment.amount)
        .join(Instalment)
        .where(Instalment.award_id == award.id, Payment.paid_at.is_not(None))
        .order_by(Payment.paid_at, Payment.id)
    ).all()
    return documents.order(
        snapshots.ImpactReport,
        application=application,
        title=application.title,
        chapter=organisation.name,
        country_code=organisation.country,
        country=_country(organisation),
        reference=application.reference,
        programme=application.call.title,
        starts_on=award.starts_on,
        ends_on=award.ends_on,
        currency=award.currency,
        awarded=award.amount,
        paid=sum((p.amount for p in payments), Decimal(0)),
        returned=awards.held([award.id])[award.id].returned,
        payments=tuple(snapshots.PaymentMade(paid_on=p.paid_at.date(), amount=p.amount) for p in payments),
        indicators=tuple(_indicator(figure) for figure in last.figures),
        budget=tuple(_spent(spending) for spending in last.spending),
        summary=application.summary,
        story=last.summary,
        quotes=(snapshots.Quote(words=last.story, name=last.story_by, consent=True),)
        if last.story and last.story_consent
        else (),
        did_not_work=last.setbacks,
        next_steps=last.next_steps,
        sources=_sources(last),
    )


def _heading(application: Application) -> dict[str, Any]:
    return {
        "recipient": _recipient(application),
        "project": application.title,
        "call": application.call.title,
        "reference": application.reference,
        "sealed": False,
    }


def _recipient(application: Application) -> snapshots.Recipient:
    organisation = application.organisation
    newest = (
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .order_by(Membership.id)
        .limit(1)
        .where(is_one_with(Membership.organisation_id, organisation.id), Membership.ended_at.is_(None))
    )
    address = (*filter(None, organisation.address.splitlines()), _country(organisation))
    return snapshots.Recipient(name=organisation.name, attention=db.session.scalar(newest) or "", address=address[:6])


def _country(organisation: Organisation) -> str:
    territories = Locale(documents.language_of(organisation)).territories
    return territories.get(organisation.country, organisation.country)


def _contact(application: Application) -> snapshots.Person:
    """The officer of the application, the first by name; without one, the Foundation's grants team and no address.

    The title is in lower case, because letters name the contact within a sentence.
    """
    officer = recipients.contact(application)
    if officer is None:
        name = name_of_foundation(documents.language_of(application.organisation))
        return snapshots.Person(name=name, title=_title("team", application))
    title = _title("officer", application).lower()
    return snapshots.Person(name=officer.name, title=title, email=officer.email)


def _signs_as(application: Application, person: Person) -> str:
    approvers = {one.id for one in recipients.of(application, Role.APPROVER)}
    return _title("approver" if person.id in approvers else "officer", application)


TITLES: dict[str, dict[Language, str]] = {
    "team": {
        "en": "grants team",
        "fr": "équipe des subventions",
        "es": "equipo de subvenciones",
        "ar": "فريق المنح",
    },
    "officer": {
        "en": "Programme officer",
        "fr": "Responsable de programme",
        "es": "Responsable de programa",
        "ar": "مسؤول البرنامج",
    },
    "approver": {
        "en": "Director of programmes",
        "fr": "Direction des programmes",
        "es": "Dirección de programas",
        "ar": "إدارة البرامج",
    },
}


def _title(role: str, application: Application) -> str:
    return TITLES[role][documents.language_of(application.organisation)]


def answer_time(rules: CallRules) -> timedelta:
    """Time from submission to the answer.

    The time limit of the decision plus 30 days; where it is one of hours, the sum of the limits of all steps from
    submission to decision.
    """
    if decides_in_hours(rules):
        limits = (time_limit(rules.clock, step) for step in ("triage", "invited", "review", "decision"))
        return sum((limit.span for limit in limits if limit), timedelta())
    decision = time_limit(rules.clock, "decision")
    return (decision.span if decision else timedelta()) + ANSWER_TIME


def decides_in_hours(rules: CallRules) -> bool:
    """Whether the call limits the time to decide in hours."""
    decision = time_limit(rules.clock, "decision")
    return decision is not None and decision.hours


def answered_by(call: Call, sent_at: datetime) -> datetime:
    """The instant by which an application submitted at `sent_at` gets an answer.

    A call with a decision limit in days assesses all applications together, so the time counts from its closing.
    """
    decision = time_limit(call.data.clock, "decision")
    rounds = call.closes_at if decision and not decision.hours else None
    return max(sent_at, rounds or sent_at) + answer_time(call.data)


def _reports(award: Award) -> list[Report]:
    return list(db.session.scalars(select(Report).where(Report.award_id == award.id).order_by(Report.number)))


def _named(report: Report) -> dict[str, Any]:
    """The keys by which letters name a report: final, interim, or progress with a number where there are several."""
    if report.kind == "final":
        return {"report": "final"}
    several = len([one for one in _reports(report.award) if one.kind == "interim"]) > 1
    return {"report": "progress", "report_number": report.number} if several else {"report": "interim"}


def _instalment(one: Instalment, reports: dict[int, Report]) -> snapshots.Instalment:
    conditions = []
    for condition in one.conditions:
        kind, _, number = condition.partition(":")
        if kind == "agreement":
            conditions.append(snapshots.Condition(key="agreement_signed"))
        elif kind == "condition":
            conditions.append(snapshots.Condition(key="award_condition_met"))
        else:
            report = reports[int(number)]
            conditions.append(snapshots.Condition(key="report_approved", due_on=report.due_on, **_named(report)))
    return snapshots.Instalment(number=one.number, amount=one.amount, conditions=tuple(conditions))


def _obligations(award: Award, reports: dict[int, Report]) -> tuple[snapshots.Duty, ...]:
    """What the grantee still has to do. A letter that is made again leaves out what was done meanwhile."""
    by = award.made_at.date() + timedelta(days=SIGNING_DAYS)
    sign = snapshots.Duty(by=by, deed="sign_agreement", about=award.agreement.number)
    owed = (snapshots.Duty(by=r.due_on, deed="send_report", **_named(r)) for r in reports.values() if r.step == "due")
    return (*[sign][: award.agreement.step == "to_sign"], *owed)


def _indicator(figure: Any) -> snapshots.Indicator:
    goal = figure.indicator
    return snapshots.Indicator(
        name=goal.name,
        unit=goal.unit,
        baseline=_bare(goal.baseline),
        target=_bare(goal.target),
        actual=None if figure.actual is None else _bare(figure.actual),
        source=figure.source or goal.how,
        less_is_better=goal.less_is_better,
    )


def _bare(value: Decimal) -> Decimal:
    """The number without the trailing zeros that its column adds."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _spent(spending: Any) -> snapshots.BudgetLine:
    line = spending.line
    return snapshots.BudgetLine(
        what=line.what,
        category=line.category,
        approved=line.agreed,
        used=spending.spent or Decimal(0),
        explanation=spending.explanation,
    )


SOURCES: dict[Language, str] = {
    "en": "Targets as agreed in the award; results and spending from the approved final report; "
    "payments from the ledger.",
    "fr": "Objectifs fixés à l’attribution ; résultats et dépenses tirés du rapport final approuvé ; "
    "versements tirés du grand livre.",
    "es": "Metas acordadas en la concesión; resultados y gastos tomados del informe final aprobado; "
    "pagos tomados del libro mayor.",
    "ar": "الأهداف كما اتُّفق عليها عند المنح؛ والنتائج والنفقات من التقرير النهائي المعتمد؛ والمدفوعات من دفتر الأستاذ.",
}


def _sources(last: Report) -> str:
    return SOURCES[documents.language_of(last.award.application.organisation)]

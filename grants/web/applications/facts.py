"""Facts of an application: its applicant and what it requests."""

from __future__ import annotations

from decimal import Decimal

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from grants.models import Application
from grants.web.applications import status
from grants.web.reviews.scoring import requested
from grants.web.site.components import Fact
from grants.web.site.formats import amount, amounts, country, day, label, percent
from workflows.cases import ApplicationCase
from workflows.countries import flags_of
from workflows.forms.completeness import Content


def facts(application: Application, content: Content, case: ApplicationCase) -> list[Fact]:
    """The applicant, the request and related facts. content: of the submission that is shown."""
    organisation, currency = application.organisation, application.call.currency
    flags = Markup("").join(
        Markup(' <span class="flag">{}</span>').format(label(flag)) for flag in flags_of(organisation.country)
    )
    link = Markup('<a href="{}">{}</a>').format(url_for("organisations.show", id=organisation.id), organisation.name)
    share = percent(round(100 * case.indirect / case.asked, 1)) if case.asked else "–"
    other = amount(case.cofunding, currency) if case.cofunding else "–"
    held = case.applicant.held_amounts or {currency: Decimal(0)}
    grants = gettext("%(count)s active, %(sum)s", count=case.applicant.held, sum=amounts(held))
    where = Markup("{} · {}{}").format(country(organisation.country), organisation.region, flags)
    return [
        Fact(gettext("Applicant"), link),
        Fact(gettext("Standing"), label(organisation.standing)),
        Fact(gettext("Country"), where),
        Fact(gettext("Requested"), requested(content, currency)),
        Fact(gettext("Indirect costs"), share),
        Fact(gettext("Co-funding"), " · ".join(filter(None, [other, str(content.answers.get("cofunders") or "")]))),
        Fact(gettext("Start date"), day(case.starts_on) if case.starts_on else "–"),
        Fact(gettext("People with an account"), str(case.applicant.contacts)),
        Fact(gettext("Current grants"), grants),
        *_decision_date(application),
    ]


def _decision_date(application: Application) -> list[Fact]:
    """The date by which the applicant gets a decision, as long as it is ahead of us."""
    until = status.decision_by(application)
    if until is None or application.step in (*status.AFTER, *status.ENDED):
        return []
    return [Fact(gettext("Decision by"), day(until.date()))]

"""Facts of an application: its applicant and what it requests."""

from __future__ import annotations

from decimal import Decimal

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from grants.models import Application
from grants.queries import organisations
from grants.queries.cases.proposals import request
from grants.queries.organisations import Holding
from grants.web.applications import status
from grants.web.reviews.scoring import requested
from grants.web.site.authorization import principal
from grants.web.site.components import Fact
from grants.web.site.formats import amount, amounts, country, day, label, percent, region
from workflows.countries import flags_of
from workflows.forms.completeness import Content


def facts(application: Application, content: Content, holding: Holding) -> list[Fact]:
    """The applicant, the request and related facts. content: of the submission that is shown.

    holding: what the applicant holds besides this application, as far as the reader sees it.
    """
    organisation, currency, asked = application.organisation, application.call.currency, request(content)
    flags = Markup("").join(
        Markup(' <span class="flag">{}</span>').format(label(flag)) for flag in flags_of(organisation.country)
    )
    link = Markup('<a href="{}">{}</a>').format(url_for("organisations.show", id=organisation.id), organisation.name)
    share = percent(round(100 * asked["indirect"] / asked["asked"], 1)) if asked["asked"] else "–"
    other = amount(asked["cofunding"], currency) if asked["cofunding"] else "–"
    where = Markup("{} · {}{}").format(country(organisation.country), region(organisation.region), flags)
    return [
        Fact(gettext("Applicant"), link),
        Fact(gettext("Standing"), label(organisation.standing)),
        Fact(gettext("Country"), where),
        Fact(gettext("Requested"), requested(content, currency)),
        Fact(gettext("Indirect costs"), share),
        Fact(gettext("Co-funding"), " · ".join(filter(None, [other, str(content.answers.get("cofunders") or "")]))),
        Fact(gettext("Start date"), day(asked["starts_on"]) if asked["starts_on"] else "–"),
        Fact(gettext("Confirmed contacts"), str(holding.contacts)),
        _grants(holding, currency),
        *_decision_date(application),
    ]


def _grants(holding: Holding, currency: str) -> Fact:
    """The applicant's other grants, as far as the reader sees them."""
    sum_ = amounts(holding.amounts or {currency: Decimal(0)})
    whole = organisations.sees_all_grants(holding.organisation.id, principal())
    title = gettext("Current grants") if whole else gettext("Current grants that you can see")
    if not holding.grants:
        return Fact(title, gettext("None"))
    return Fact(title, gettext("%(count)s active, %(sum)s", count=holding.grants, sum=sum_))


def _decision_date(application: Application) -> list[Fact]:
    """The date by which the applicant gets a decision, as long as it is ahead of us."""
    until = status.decision_by(application)
    if until is None or application.step in (*status.AFTER, *status.ENDED):
        return []
    return [Fact(gettext("Decision by"), day(until.date()))]

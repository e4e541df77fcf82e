"""Facts of an application, automatic checks of the call's rules, and the officer's checklist."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from grants.forms.checks import CheckForm
from grants.models import Application, Call
from grants.queries import applications
from grants.web.calls import rules_text
from grants.web.reviews.scoring import requested
from grants.web.site.formats import amount, country, day, instant, label, number, translate
from workflows.cases import ApplicationCase
from workflows.countries import flags_of
from workflows.programme import RuleSpec
from workflows.rules.calls import objections


def facts(application: Application, case: ApplicationCase) -> list[tuple[str, Any]]:
    """The applicant, the request and related facts, as (term, value)."""
    organisation, currency = application.organisation, application.call.currency
    flags = Markup("").join(
        Markup(' <span class="flag">{}</span>').format(flag) for flag in flags_of(organisation.country)
    )
    link = Markup('<a href="{}">{}</a>').format(url_for("organisations.show", id=organisation.id), organisation.name)
    share = f"{number(round(100 * case.indirect / case.asked, 1))} %" if case.asked else "–"
    other = amount(case.cofunding, currency) if case.cofunding else "–"
    grants = gettext(
        "%(count)s active, %(sum)s", count=case.applicant.held, sum=amount(case.applicant.held_amount, currency)
    )
    return [
        (gettext("Applicant"), link),
        (gettext("Standing"), label(organisation.standing)),
        (gettext("Country"), Markup("{} · {}{}").format(country(organisation.country), organisation.region, flags)),
        (gettext("Requested"), requested(application)),
        (gettext("Indirect costs"), share),
        (gettext("Co-funding"), " · ".join(filter(None, [other, str(application.answers.get("cofunders") or "")]))),
        (gettext("Starts"), day(application.starts_on) if application.starts_on else "–"),
        (gettext("People with an account"), case.applicant.contacts),
        (gettext("Grants held"), grants),
    ]


def found(application: Application, case: ApplicationCase) -> list[dict[str, Any]]:
    """Automatic checks: for each rule of the call a tick with its text, or every reason against."""
    sent = application.submitted_at
    late = (
        sent and application.call.closes_at and application.invited_until is None and sent > application.call.closes_at
    )
    at = instant(sent, "utc") if sent else "–"
    lines = [{"mark": "cross" if late else "tick", "text": gettext("Submitted %(at)s", at=at)}]
    for spec in application.call.data.rules:
        lines += _rule(case, spec, application.call, sent)
    return lines


def _rule(case: ApplicationCase, spec: RuleSpec, call: Call, sent: datetime | None) -> list[dict[str, Any]]:
    alone = replace(case, round=replace(case.round, rules=(spec,)), arrived_at=sent or case.arrived_at)
    against = dict.fromkeys(message for moment in ("submit", "award") for message in objections(alone, moment))
    if not against:
        return [{"mark": "tick", "text": rules_text.text(spec, call.data, call.currency).rstrip(".")}]
    return [{"mark": "cross", "text": translate(message)} for message in against]


def checklist(application: Application, returned: tuple[str, CheckForm] | None) -> list[dict[str, Any]]:
    """Each line of the call's checklist with its verdict and its form."""
    given = {check.key: check for check in applications.checks(application)}
    lines = []
    for key, title in application.call.data.checks:
        check = given.get(key)
        held = {"verdict": check and check.verdict, "note": check and check.note}
        form = returned[1] if returned and returned[0] == key else CheckForm(prefix=f"{key}-", data=held)
        lines.append(
            {
                "key": key,
                "title": translate(title),
                "check": check,
                "form": form,
                "wrong": bool(form.errors),
                "mark": {"passed": "tick", "failed": "cross"}[check.verdict] if check else "ring",
                "url": url_for("checks.give", id=application.id, key=key),
            }
        )
    return lines

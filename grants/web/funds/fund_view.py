"""The pages of funds: the list, and one fund with its calls, its awards and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from grants.forms.funds import EnvelopeForm, FundForm
from grants.models import Call, Fund
from grants.queries import history, withheld
from grants.queries.money import awards, funds
from grants.queries.money.funds import Stand
from grants.services.refusals import Refused
from grants.web.awards import listing
from grants.web.awards.listing import AwardRow
from grants.web.site.authorization import principal
from grants.web.site.formats import translate
from grants.web.site.pagination import Pages, page_position, pages
from grants.web.site.timeline import Entry, entries
from workflows.engine.roles import Role


@dataclass(frozen=True, slots=True)
class FundRow:
    """A fund of the list with its balances."""

    fund: Fund
    stand: Stand


@dataclass(frozen=True, slots=True)
class FundsPage:
    """Every fund that the reader may see. entire: with the figures of whole funds, not only of the reader's calls."""

    rows: Sequence[FundRow]
    entire: bool


@dataclass(frozen=True, slots=True)
class NewFundPage:
    """The form to record a contribution."""

    form: FundForm


@dataclass(frozen=True, slots=True)
class EnvelopeRow:
    """A call that takes its money from the fund, with the balances of this money."""

    call: Call
    stand: Stand


@dataclass(frozen=True, slots=True)
class FundPage:
    """One fund. form: to set envelopes, None for a reader who may not and for a fund without calls.

    entire: with the figures of the whole fund, not only of the reader's calls. apart: the titles of the calls in which
    the reader's organisation has applied, so that another person sets their envelopes.
    """

    fund: Fund
    apart: Sequence[str]
    entire: bool
    stand: Stand
    calls: Sequence[EnvelopeRow]
    form: EnvelopeForm | None
    awards: Sequence[AwardRow]
    events: Sequence[Entry]
    pages: Pages


def index() -> FundsPage:
    """Every fund with its remaining amount."""
    rows = funds.listed(principal())
    stands = funds.stands((fund.id for fund in rows), principal())
    return FundsPage([FundRow(fund, stands[fund.id]) for fund in rows], entire=funds.entire(principal()))


def show(fund: Fund, form: EnvelopeForm | None = None) -> FundPage:
    """The fund's page, with the envelope form if the reader may set envelopes. form: as sent, with its errors."""
    stand, calls = funds.divided(fund, principal())
    covered = [call for call, _ in calls if principal().covers(Role.FINANCE, call.id)]
    fundable = {call.id: call for call in covered if principal().judges(Role.FINANCE, call.id)}
    if form is None and fundable:
        form = envelope_form(fund, fundable)
    rows, after = awards.listed(principal(), fund=fund.id, before=page_position("before"))
    return FundPage(
        fund=fund,
        apart=[call.title for call in covered if call.id not in fundable],
        entire=funds.entire(principal()),
        stand=stand,
        calls=[EnvelopeRow(call, part) for call, part in calls],
        form=form,
        awards=listing.rows(rows),
        events=entries(history.of(fund, principal())),
        pages=pages(after, "funds.show", id=fund.id, _anchor="awards"),
    )


def envelope_form(fund: Fund, calls: Mapping[int, Call]) -> EnvelopeForm:
    """The form to allocate money of the fund to one of these calls, or to take it back."""
    return EnvelopeForm.over([(call.id, call.title) for call in calls.values()], fund.currency)


def reasons(form: EnvelopeForm, refused: Refused) -> list[str]:
    """Why money was not allocated or returned, without the amount that is left where the reader may not see it.

    That of the fund is for those who see the whole fund; that of a call is withheld where an application of it is
    hidden from the reader.
    """
    back = form.way.data == "back"
    if form.call.data not in withheld.of(principal()).calls if back else funds.entire(principal()):
        return [translate(reason) for reason in refused.reasons]
    return [gettext("Less than this amount is available.")]

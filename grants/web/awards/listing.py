"""The list of awards, also shown on the page of a fund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from grants.models import Award
from grants.queries.money import awards
from grants.queries.money.awards import Held
from grants.web.applications.status import award_step
from grants.web.site.components import Tab
from grants.web.site.pagination import Pages
from workflows.engine.steps import STEPS, Step


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One award of a list. held: its balances in the ledger."""

    award: Award
    step: Step
    held: Held


@dataclass(frozen=True, slots=True)
class AwardsPage:
    """The awards that the reader may see, at one stage."""

    rows: Sequence[AwardRow]
    tabs: Sequence[Tab]
    pages: Pages


def rows(found: Sequence[Award]) -> list[AwardRow]:
    """One row for each award, in the given order."""
    held = awards.held(award.id for award in found)
    return [
        AwardRow(award, award_step(STEPS[award.application.step], award.agreement.step), held[award.id])
        for award in found
    ]


def tabs(present: str) -> list[Tab]:
    """The stages that the list can be filtered by. present: the chosen one."""
    titles = {"": gettext("All"), "running": gettext("Active"), "ended": gettext("Ended")}
    return [
        Tab(title, url_for("awards.index", stage=stage or None), present=stage == present)
        for stage, title in titles.items()
    ]

"""Service health: each component with its value, its alarm and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, current_app, request

from grants.access.permissions import Permission
from grants.web.alarms.measurements import Measurement, measure
from grants.web.alarms.thresholds import THRESHOLDS, quantity
from grants.web.site.authorization import permitted
from grants.web.site.formats import current_instant
from grants.web.site.navigation import page
from workflows.engine.message import N_, Message

bp = Blueprint("alarms", __name__)
WORKING, ALARM, UNKNOWN = (N_("working"), "tick"), (N_("alarm"), "cross"), (N_("not known"), "ring")


@dataclass(frozen=True, slots=True)
class Row:
    """A component. state, mark: in words and as a mark. now, at: its value and the value of its alarm."""

    title: str
    state: str
    mark: str
    detail: Message
    now: Message | None
    at: Message
    day: Message | None
    remedy: str

    @classmethod
    def of(cls, found: Measurement) -> Row:
        """The row of a measurement."""
        threshold = THRESHOLDS[found.component]
        state, mark = ALARM if found.is_alarm else WORKING if found.is_known else UNKNOWN
        value = None if found.value is None else quantity(found.value, threshold.unit)
        at = quantity(threshold.at, threshold.unit)
        return cls(threshold.title, state, mark, found.detail, value, at, found.day, threshold.remedy)


@dataclass(frozen=True, slots=True)
class AlarmsPage:
    """All components, and those of them that need somebody to act. at: when they were measured."""

    at: datetime
    rows: Sequence[Row]
    alarms: Sequence[Row]
    working: int


@bp.get("/service-health")
@permitted(Permission.SEE_HEALTH)
def index() -> str:
    """Every component of the service; one that does not answer is a row like the others."""
    gunicorn = request.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn")
    rows = [Row.of(one) for one in measure(current_app.extensions["settings"], gunicorn=gunicorn)]
    alarms = [row for row in rows if row.mark == ALARM[1]]
    working = sum(row.mark == WORKING[1] for row in rows)
    return page("alarms/index.html", AlarmsPage(current_instant(), rows, alarms, working))

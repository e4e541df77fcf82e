"""Time limits in words: the same count on every page."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext, ngettext

from grants.web.site.formats import current_instant
from workflows.deadlines import Elapsed, TimeLimit, elapsed


def running(began: datetime, limit: TimeLimit | None) -> Elapsed:
    """How far a time limit has run by now."""
    return elapsed(began, current_instant(), limit)


def counted(run: Elapsed) -> str:
    """The present day or hour of those allowed, such as “day 12 of 14”; empty without a limit."""
    if run.limit is None:
        return ""
    if run.limit.hours:
        return gettext("hour %(number)s of %(limit)s", number=run.number, limit=run.limit.number)
    return gettext("day %(day)s of %(limit)s", day=run.number, limit=run.limit.number)


def overdue(run: Elapsed) -> str:
    """By how much a limit has been passed, such as “2 days overdue”; empty if it has not been."""
    if not run.late or run.limit is None:
        return ""
    if run.limit.hours:
        return str(ngettext("%(num)s hour overdue", "%(num)s hours overdue", run.late))
    return str(ngettext("%(num)s day overdue", "%(num)s days overdue", run.late))

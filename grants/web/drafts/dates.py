"""Dates of a proposal that its authors should look at before they submit it. They prevent nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from flask_babel import gettext

from grants.web.drafts.editor import OpenDraft
from grants.web.site.formats import day
from workflows.forms import values
from workflows.forms.completeness import Content, add_months


def doubtful(draft: OpenDraft, decision: date) -> tuple[str, ...]:
    """Sentences on dates that do not fit each other. decision: the day by which the call decides."""
    if draft.stage.question("starts_on") is None:
        return ()
    return tuple(_doubtful(draft.content, decision))


def _doubtful(content: Content, decision: date) -> Iterator[str]:
    starts = content.answers.get("starts_on")
    if not isinstance(starts, date):
        return
    if starts < decision:
        yield gettext(
            "The project starts on %(start)s. We might not have decided before %(day)s.",
            start=day(starts),
            day=day(decision),
        )
    months = content.answers.get("months")
    ends = add_months(starts, months) if months else None
    for number, row in enumerate(content.answers.get("activities") or (), 1):
        yield from _outside(number, _day(row, "start"), _day(row, "end"), starts=starts, ends=ends)


def _outside(
    number: int, begins: date | None, finishes: date | None, *, starts: date, ends: date | None
) -> Iterator[str]:
    if begins and begins < starts:
        yield gettext(
            "The activity in line %(number)s starts on %(day)s, before the first day of the project, %(start)s.",
            number=number,
            day=day(begins),
            start=day(starts),
        )
    if finishes and ends and finishes > ends:
        yield gettext(
            "The activity in line %(number)s ends on %(day)s, after the last day of the project, %(end)s.",
            number=number,
            day=day(finishes),
            end=day(ends),
        )


def _day(row: Any, key: str) -> date | None:
    with suppress(ValueError):
        return values.day(row.get(key))
    return None

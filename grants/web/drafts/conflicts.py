"""Compare two versions of a proposal: the saved one, and one that arrived after a conflicting save."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from grants.forms.proposals import Proposal, kept_texts, mark
from grants.models import Application, ApplicationSave
from grants.queries.applications.drafts import WRITABLE
from grants.web.drafts import replies
from grants.web.drafts.editor import OpenDraft
from grants.web.site.formats import day, translate
from workflows.forms import values
from workflows.forms.completeness import CATEGORIES
from workflows.forms.contents import REPLY
from workflows.programme import Question


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer that differs. mine, stored: its lines in each version; proposed: "mine", "stored" or empty."""

    key: str
    label: str
    mine: Sequence[str]
    stored: Sequence[str]
    proposed: str


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """A rejected save beside the saved version. settled: whether the person has already chosen."""

    application: Application
    title: str
    version: int
    row: ApplicationSave
    differences: tuple[Difference, ...]
    writable: bool
    settled: bool


def compared(application: Application, row: ApplicationSave) -> ComparisonPage:
    """Each differing answer in both versions, with a choice while the draft can still be changed."""
    draft = OpenDraft.of(application)
    mine, stored = Proposal(draft.stage, draft.currency, kept_texts(row.content)), draft.form()
    return ComparisonPage(
        application=application,
        title=draft.title,
        version=draft.row.version,
        row=row,
        differences=(*_answer(draft, row), *differences(mine, stored, _marks(row))),
        writable=application.step in WRITABLE and row.settled_at is None,
        settled=row.settled_at is not None,
    )


def differences(mine: Proposal, stored: Proposal, marks: Mapping[str, str]) -> Iterator[Difference]:
    """Each answer that differs.

    marks: hashes of the answers when the page was opened. If only one of the two versions has changed since, that one
    is proposed; if both have, neither is.
    """
    kept, current = mine.values(), stored.values()
    now_mine, now_stored = mine.marks(), stored.marks()
    for one in stored.asked:
        key = one.question.key
        if key in kept and kept[key] != current[key]:
            yield Difference(
                key=key,
                label=one.question.label,
                mine=shown(one.question, kept[key]),
                stored=shown(one.question, current[key]),
                proposed=_proposed(marks.get(key), now_mine[key], now_stored[key]),
            )


def _answer(draft: OpenDraft, row: ApplicationSave) -> Iterator[Difference]:
    """The answer to the officer's question, where it differs."""
    mine, stored = replies.kept_in(row), draft.reply
    if mine is not None and mine != stored and replies.comparable(draft.application):
        yield Difference(
            key=REPLY,
            label=replies.LABEL,
            mine=mine.split("\n") if mine else ["–"],
            stored=stored.split("\n") if stored else ["–"],
            proposed=_proposed(_marks(row).get(REPLY), mark(mine), mark(stored)),
        )


def _proposed(opened: str | None, mine: str, stored: str) -> str:
    """The version to propose, by the hashes of the answer when the page was opened and in each version."""
    return {(True, False): "mine", (False, True): "stored"}.get((mine != opened, stored != opened), "")


def shown(question: Question, value: Any) -> list[str]:
    """An answer as lines of text."""
    titles = dict(CATEGORIES) | dict(question.options)
    ticks = {column.key: column.title for column in question.columns if column.kind == "tick"}
    days = {column.key for column in question.columns if column.kind == "date"}
    if question.kind == "tick":
        return [gettext("confirmed") if value else gettext("not confirmed")]
    if question.kind == "date":
        return [_day(str(value or "")) or "–"]
    rows = value if isinstance(value, list) else str(value or "").split("\n")
    cells = [
        [_cell(key, cell, ticks=ticks, days=days, titles=titles) for key, cell in row.items() if cell or key in days]
        if isinstance(row, dict)
        else [_title(titles, row)]
        for row in rows
    ]
    return [" · ".join(filter(None, line)) for line in cells if any(line)] or ["–"]


def _cell(key: str, cell: str, *, ticks: dict[str, str], days: set[str], titles: dict[str, str]) -> str:
    if key in ticks:
        return translate(ticks[key])
    return (_day(cell) or "–") if key in days else _title(titles, cell)


def _day(written: str) -> str:
    """A day as pages show it; what is no day stays as it was written."""
    with suppress(ValueError):
        return day(values.day(written))
    return written


def _title(titles: dict[str, str], cell: str) -> str:
    return translate(titles[cell]) if cell in titles else cell


def _marks(row: ApplicationSave) -> dict[str, str]:
    """The hashes of the answers that the page showed; empty if missing or malformed."""
    sent = row.content.get("marks")
    try:
        found = json.loads(str(sent[0])) if isinstance(sent, list) and sent else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

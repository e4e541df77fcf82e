"""What a grantee writes in a report. Nothing is required here: a report may be saved half written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.validators import Length

from grants.forms.base import LINE, TEXT, AmountField, Form, cleaned, line, number
from grants.forms.questions import plain
from grants.models import Report, ReportFigure, ReportSpending

LONG = Length(max=TEXT, message=f"Write {TEXT:,} characters or fewer.")
SHORT = Length(max=LINE, message=f"Write {LINE} characters or fewer.")
WORDS = ("summary", "setbacks", "next_steps", "story", "story_by")


class FigureField(StringField):
    """A number as people type it, or nothing."""

    data: Decimal | None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; a sentence says what is wrong with it."""
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = round(number(valuelist[0]), 3)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else plain(self.data)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure or a budget line of the report with its two fields: the number, and the words beside it."""

    row: Any
    number: Field
    words: Field


class ReportForm(Form):
    """The words of a report. The fields for its figures and budget lines are added by `of`."""

    summary = TextAreaField("What was done", [LONG], filters=[cleaned])
    setbacks = TextAreaField("What did not work", [LONG], filters=[cleaned])
    next_steps = TextAreaField("What comes next", [LONG], filters=[cleaned])
    story = TextAreaField("A story in somebody’s own words", [LONG], filters=[cleaned])
    story_by = line("Who tells it", required=False)
    story_consent = BooleanField("They agree that we print their words and their name.")

    figures: tuple[Row, ...]
    spending: tuple[Row, ...]

    @classmethod
    def of(cls, report: Report, typed: Mapping[str, str] | None = None) -> ReportForm:
        """The form of this report as the request sent it, else as it is stored; or as it was `typed` another time."""
        made: type[ReportForm] = type("ReportForm", (cls,), _fields(report))
        form = made(**_stored(report))
        if typed is not None:
            form.process(MultiDict(typed), **_stored(report))
        form.figures = tuple(Row(f, form[_name(f, "actual")], form[_name(f, "source")]) for f in report.figures)
        form.spending = tuple(Row(s, form[_name(s, "spent")], form[_name(s, "explanation")]) for s in report.spending)
        if typed is None and request.method != "POST":
            form.recall(report.unread)
        return form

    @classmethod
    def as_stored(cls, report: Report) -> ReportForm:
        """The form with what is stored, whatever the request sent."""
        form = cls.of(report)
        form.process(None, **_stored(report))
        return form

    def values(self) -> dict[str, Any]:
        """What `services.reports.save` takes. What cannot be read is left as it was; the rest is kept."""
        words = {name: self[name].data or "" for name in WORDS if not self[name].errors}
        return {
            "texts": words | {"story_consent": bool(self.story_consent.data)},
            "figures": {row.row.id: _pair(row, row.row.actual, row.row.source) for row in self.figures},
            "spending": {row.row.id: _pair(row, row.row.spent, row.row.explanation) for row in self.spending},
            "unread": {f.name: str((f.raw_data or [""])[0])[:LINE] for f in self._numbers() if f.errors},
        }

    def recall(self, unread: Mapping[str, str]) -> None:
        """Show again what was typed as a number and cannot be read, with the sentence that says so."""
        for field in self._numbers():
            if field.name in unread:
                field.process(MultiDict({field.name: unread[field.name]}))
                field.errors = list(field.process_errors)

    def _numbers(self) -> list[Field]:
        return [row.number for row in (*self.figures, *self.spending)]

    def typed(self) -> dict[str, str]:
        """Everything as it was typed, by field, to be kept when the save came too late."""
        return {field.name: _text(field) for field in self if field.data is not False}


def _text(field: Any) -> str:
    return "yes" if field.data is True else str(field._value())  # noqa: SLF001 - WTForms' own name for a field's text


def _fields(report: Report) -> dict[str, Field]:
    """The fields of each figure and each budget line."""
    found: dict[str, Field] = {}
    for figure in report.figures:
        found |= {
            _name(figure, "actual"): FigureField(figure.indicator.name),
            _name(figure, "source"): _words("Where the number comes from"),
        }
    for spent in report.spending:
        found |= {
            _name(spent, "spent"): AmountField(spent.line.what, currency=report.award.currency, required=False),
            _name(spent, "explanation"): _words("Why, where it is more than 10 % over"),
        }
    return found


def _stored(report: Report) -> dict[str, Any]:
    """The values of a report by the form's fields."""
    places = get_currency_precision(report.award.currency)
    found: dict[str, Any] = {name: getattr(report, name) for name in (*WORDS, "story_consent")}
    for figure in report.figures:
        found |= {_name(figure, "actual"): figure.actual, _name(figure, "source"): figure.source}
    for spent in report.spending:
        money = None if spent.spent is None else round(spent.spent, places)
        found |= {_name(spent, "spent"): money, _name(spent, "explanation"): spent.explanation}
    return found


def _name(row: ReportFigure | ReportSpending, part: str) -> str:
    return f"{'figure' if isinstance(row, ReportFigure) else 'line'}_{row.id}_{part}"


def _words(label: str) -> StringField:
    return StringField(label, [SHORT], filters=[cleaned])


def _pair(row: Row, number_before: Decimal | None, words_before: str) -> tuple[Decimal | None, str]:
    return (
        number_before if row.number.errors else row.number.data,
        words_before if row.words.errors else row.words.data or "",
    )

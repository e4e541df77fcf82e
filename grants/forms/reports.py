"""The form of a report. No field is required, as an incomplete report may be saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from flask import request
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, StringField, TextAreaField

from grants.forms import questions
from grants.forms.base import LINE, AmountField, Form, at_most, fits, line
from grants.forms.cleaning import cleaned, on_one_line
from grants.forms.numerals import localized
from grants.forms.questions import plain
from grants.forms.rows import FIGURE
from grants.models import Report, ReportFigure, ReportSpending
from workflows.engine.message import Value

WORDS = ("summary", "setbacks", "next_steps", "story", "story_by")


class FigureField(StringField):
    """A number as people type it, with at most three decimals; optional."""

    data: Decimal | None  # type: ignore[assignment]

    def __init__(self, label: str, **kw: Any) -> None:
        super().__init__(label, render_kw=FIGURE, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse the number; raises ValidationError with the reason. A form without the field leaves it as it is."""
        if not valuelist:
            return
        self.data = None
        if valuelist[0].strip():
            self.data = questions.figure(valuelist[0])

    def value_of(self, text: str) -> Value:
        """The number of a text; raises ValidationError."""
        return questions.figure(text)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else localized(plain(self.data))


@dataclass(frozen=True, slots=True)
class Row:
    """A figure or budget line of the report with its two fields: the number, and the text beside it."""

    row: Any
    number: Field
    words: Field


class ReportForm(Form):
    """The texts of a report; `of` adds the fields for its figures and budget lines."""

    summary = TextAreaField(lazy_gettext("What was done"), [fits], filters=[cleaned])
    setbacks = TextAreaField(lazy_gettext("What did not work"), [fits], filters=[cleaned])
    next_steps = TextAreaField(lazy_gettext("Next steps"), [fits], filters=[cleaned])
    story = TextAreaField(lazy_gettext("A story in a person’s own words"), [fits], filters=[cleaned])
    story_by = line(lazy_gettext("Name and place"), required=False)
    story_consent = BooleanField(lazy_gettext("This person agrees that we may publish their words and name."))

    figures: tuple[Row, ...]
    spending: tuple[Row, ...]

    @classmethod
    def of(cls, report: Report, typed: Mapping[str, str] | None = None) -> ReportForm:
        """The form with the submitted values, else the stored ones. typed: values of a rejected save to show."""
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
        """The form with the stored values, whatever the request contains."""
        form = cls.of(report)
        form.process(None, **_stored(report))
        return form

    def values(self) -> dict[str, Any]:
        """The arguments of `services.reports.save`. A value that cannot be parsed keeps its stored value."""
        words = {name: self[name].data or "" for name in WORDS if not self[name].errors}
        return {
            "texts": words | {"story_consent": bool(self.story_consent.data)},
            "figures": {row.row.id: _pair(row, row.row.actual, row.row.source) for row in self.figures},
            "spending": {row.row.id: _pair(row, row.row.spent, row.row.explanation) for row in self.spending},
            "unread": {f.name: str((f.raw_data or [""])[0]) for f in self._numbers() if f.errors},
        }

    def recall(self, unread: Mapping[str, str]) -> None:
        """Show the stored texts that could not be parsed as numbers, with their errors."""
        for field in self._numbers():
            if field.name in unread:
                field.process(MultiDict({field.name: unread[field.name]}))
                field.errors = list(field.process_errors)

    def _numbers(self) -> list[Field]:
        return [row.number for row in (*self.figures, *self.spending)]

    def typed(self) -> dict[str, str]:
        """All input as typed, by field, to be kept if the save is rejected."""
        return {field.name: _text(field) for field in self if field.data is not False}


def _text(field: Any) -> str:
    return "yes" if field.data is True else str(field._value())  # noqa: SLF001 - WTForms' public name for a field's text


def _fields(report: Report) -> dict[str, Field]:
    """The fields of the figures and budget lines."""
    found: dict[str, Field] = {}
    for figure in report.figures:
        found |= {
            _name(figure, "actual"): FigureField(figure.indicator.name),
            _name(figure, "source"): _words(lazy_gettext("Source of the number")),
        }
    for spent in report.spending:
        found |= {
            _name(spent, "spent"): AmountField(spent.line.what, currency=report.award.currency, required=False),
            _name(spent, "explanation"): _words(lazy_gettext("Reason, if more than 10% over")),
        }
    return found


def _stored(report: Report) -> dict[str, Any]:
    """The stored values of a report, by field."""
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
    return StringField(label, [at_most(LINE)], filters=[cleaned, on_one_line])


def _pair(row: Row, number_before: Decimal | None, words_before: str) -> tuple[Decimal | None, str]:
    return (
        number_before if row.number.errors else row.number.data,
        words_before if row.words.errors else row.words.data or "",
    )

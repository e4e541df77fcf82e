"""Forms of a reviewer: declaration of conflicts, declining, the review itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, TextAreaField
from wtforms.validators import ValidationError

from grants.forms import entered
from grants.forms.base import TEXT, AmountField, Form, OptionField, at_most, needed
from grants.forms.cleaning import cleaned
from grants.models import Review
from workflows.engine.message import N_
from workflows.programme import Criterion
from workflows.rules.reviews import CONFLICTS

CONFIDENCE = (
    ("5", N_("Very confident: this is my own field")),
    ("4", N_("Confident")),
    ("3", N_("Fairly confident")),
    ("2", N_("Not very confident")),
    ("1", N_("Not confident")),
)
TEXTS = ("strengths", "concerns", "questions")


def text(label: str, *, missing: str = "", **kw: Any) -> TextAreaField:
    """A field of several paragraphs. missing: the error if it is required and empty."""
    short = at_most(TEXT)
    return TextAreaField(label, [needed(missing), short] if missing else [short], filters=[cleaned], **kw)


class ConflictForm(Form):
    """Five kinds of conflict and "None of these"; no box is ticked in advance."""

    member, author, person, money, applied = (BooleanField(lazy_gettext(sentence)) for _, sentence in CONFLICTS)
    none = BooleanField(lazy_gettext("I can judge the proposal fairly and will keep it confidential."))

    def kinds(self) -> list[str]:
        """The keys of the ticked conflicts."""
        return [key for key, _ in CONFLICTS if self[key].data]

    def answers(self) -> dict[str, bool]:
        """The answers to the fields of the transition: the ticked conflicts, or “None of these”."""
        return dict.fromkeys(self.kinds() or ["none"], True)

    def validate_none(self, field: Field) -> None:
        """Require an answer, and reject a conflict together with “None of these”."""
        if field.data and self.kinds():
            raise ValidationError(gettext("Select the conflicts of interest that apply or “None of these”, not both."))
        if not field.data and not self.kinds():
            raise ValidationError(gettext("Select what applies to you, or “None of these”."))


class StaffConflictForm(Form):
    """The kinds of conflict of interest of a member of staff; at least one is ticked."""

    member, author, person, money, applied = (BooleanField(lazy_gettext(sentence)) for _, sentence in CONFLICTS)

    def kinds(self) -> list[str]:
        """The keys of the ticked conflicts."""
        return [key for key, _ in CONFLICTS if self[key].data]

    def validate_member(self, field: Field) -> None:
        """Require at least one kind."""
        if not self.kinds():
            raise ValidationError(gettext("Select what applies to you."))


class LiftForm(Form):
    """Why a conflict of interest is lifted."""

    reason = text(lazy_gettext("Reason"), missing=lazy_gettext("Enter why this is not a conflict of interest."))


class ReviewForm(Form):
    """A review, possibly incomplete; `review_form` adds the score and comment of each criterion."""

    strengths = text(lazy_gettext("Strengths"))
    concerns = text(lazy_gettext("Concerns"))
    questions = text(lazy_gettext("Questions for the applicant"))
    fund = OptionField(lazy_gettext("Should the project be funded?"), choices={})
    confidence = OptionField(lazy_gettext("How confident are you?"), choices={})
    rubric: tuple[Criterion, ...] = ()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.fund.choices = {"yes": gettext("Yes"), "no": gettext("No")}
        self.confidence.choices = {key: gettext(title) for key, title in CONFIDENCE}
        for criterion in self.rubric:
            entered.note([self[f"comment_{criterion.key}"]], gettext(criterion.title))

    def facts(self, review: Review) -> dict[str, Any]:
        """The arguments of `services.reviews.save`; a value that cannot be parsed keeps its stored value."""
        before = held(review)
        given: dict[str, Any] = {
            name: before.get(name) if field.errors else field.data or None for name, field in self._fields.items()
        }
        scores = {
            key: (given[f"score_{key}"] and int(given[f"score_{key}"]), given[f"comment_{key}"] or "")
            for key in (criterion.key for criterion in self.rubric)
        }
        return {
            "scores": scores,
            "texts": {key: given[key] or "" for key in TEXTS},
            "fund": {"yes": True, "no": False}.get(given["fund"]),
            "amount": before["amount"] if self["amount"].errors else self["amount"].data,
            "amount_typed": self._unread(review),
            "confidence": given["confidence"] and int(given["confidence"]),
        }

    def _unread(self, review: Review) -> str:
        """What was typed as the amount and cannot be read; a form without the field leaves it as it is."""
        field = self["amount"]
        if not field.raw_data:
            return review.amount_typed
        return str(field.raw_data[0]) if field.errors else ""


def review_form(rubric: Iterable[Criterion], currency: str) -> type[ReviewForm]:
    """The form class of a call's rubric."""
    criteria = tuple(rubric)
    fields: dict[str, Any] = {
        "rubric": criteria,
        "amount": AmountField(
            gettext("Recommended amount, %(currency)s", currency=currency), currency=currency, required=False
        ),
    }
    for criterion in criteria:
        choices = {str(points): gettext(criterion.anchors[points]) for points in range(5, -1, -1)}
        fields[f"score_{criterion.key}"] = OptionField(gettext(criterion.title), choices=choices)
        fields[f"comment_{criterion.key}"] = text(gettext("Why this score?"))
    return type("FormOfThisRubric", (ReviewForm,), fields)


def filled(form: type[ReviewForm], review: Review) -> ReviewForm:
    """The form with the submitted values, else those of the review, and what was typed as its amount."""
    made = form(data=held(review))
    if review.amount_typed and not made["amount"].raw_data:
        made["amount"].process(MultiDict({"amount": review.amount_typed}), made["amount"].data)
        made["amount"].errors = list(made["amount"].process_errors)
    return made


def held(review: Review) -> dict[str, Any]:
    """The stored values of a review, by field."""
    values: dict[str, Any] = {key: getattr(review, key) for key in (*TEXTS, "amount")}
    values |= {
        "fund": None if review.fund is None else "yes" if review.fund else "no",
        "confidence": review.confidence and str(review.confidence),
    }
    for score in review.scores:
        values |= {
            f"score_{score.criterion}": None if score.points is None else str(score.points),
            f"comment_{score.criterion}": score.comment,
        }
    return values

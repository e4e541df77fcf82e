"""What a reviewer declares and writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, RadioField, TextAreaField
from wtforms.validators import Length, ValidationError

from grants.forms.base import TEXT, AmountField, Form, cleaned
from grants.models import Review
from grants.services.reviews import CONFLICTS
from workflows.programme import Criterion

CONFIDENCE = (
    ("5", "Certain: this is my own field"),
    ("4", "Sure"),
    ("3", "Fairly sure"),
    ("2", "Not very sure"),
    ("1", "Guessing"),
)
TEXTS = ("strengths", "concerns", "questions")


def text(label: str, **kw: Any) -> TextAreaField:
    """A field of paragraphs."""
    return TextAreaField(
        label, [Length(max=TEXT, message=f"Write {TEXT:,} characters or fewer.")], filters=[cleaned], **kw
    )


class ConflictForm(Form):
    """Five plain questions and "None of these", never ticked beforehand."""

    member, author, person, money, applied = (BooleanField(lazy_gettext(sentence)) for _, sentence in CONFLICTS)
    none = BooleanField(lazy_gettext("I can judge it fairly, and I will keep it to myself."))

    def kinds(self) -> list[str]:
        """Which of the five are true."""
        return [key for key, _ in CONFLICTS if self[key].data]

    def validate_none(self, field: Field) -> None:
        """One answer is needed, and they must not gainsay each other."""
        if field.data and self.kinds():
            raise ValidationError(gettext("You ticked a conflict and “None of these”. Leave one of them out."))
        if not field.data and not self.kinds():
            raise ValidationError(gettext("Tick what is true, or “None of these”."))


class DeclineForm(Form):
    """Why somebody would rather not, if they care to say."""

    reason = text(lazy_gettext("Why, if you like to say"))


class ReviewForm(Form):
    """A review as far as it is written; `review_form` adds score and comment of each criterion."""

    strengths = text(lazy_gettext("Strengths"))
    concerns = text(lazy_gettext("Concerns"))
    questions = text(lazy_gettext("Questions to the applicant"))
    fund = RadioField(lazy_gettext("Should it be funded?"), choices={}, validate_choice=False)
    confidence = RadioField(lazy_gettext("How sure are you?"), choices={}, validate_choice=False)
    rubric: tuple[Criterion, ...] = ()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.fund.choices = {"yes": gettext("Yes"), "no": gettext("No")}
        self.confidence.choices = {key: gettext(title) for key, title in CONFIDENCE}

    def facts(self, review: Review) -> dict[str, Any]:
        """The clean part of it, for `services.reviews.save`; what cannot be read stays as it was saved before."""
        held = {score.criterion: score for score in review.scores}
        scores = {}
        for criterion in self.rubric:
            points, comment = self[f"score_{criterion.key}"].data, self[f"comment_{criterion.key}"]
            before = held[criterion.key].comment if criterion.key in held else ""
            scores[criterion.key] = (
                int(points) if points in set("012345") else None,
                before if comment.errors else comment.data or "",
            )
        texts = {key: getattr(review, key) if self[key].errors else self[key].data or "" for key in TEXTS}
        sure = self.confidence.data
        return {
            "scores": scores,
            "texts": texts,
            "fund": {"yes": True, "no": False}.get(self.fund.data or ""),
            "amount": review.amount if self["amount"].errors else self["amount"].data,
            "confidence": int(sure) if sure in dict(CONFIDENCE) else None,
        }


def review_form(rubric: Iterable[Criterion], currency: str) -> type[ReviewForm]:
    """The form of a call's rubric."""
    criteria = tuple(rubric)
    fields: dict[str, Any] = {
        "rubric": criteria,
        "amount": AmountField(gettext("Amount that you would give"), currency=currency, required=False),
    }
    for criterion in criteria:
        choices = {str(points): gettext(criterion.anchors[points]) for points in range(5, -1, -1)}
        fields[f"score_{criterion.key}"] = RadioField(gettext(criterion.title), choices=choices, validate_choice=False)
        fields[f"comment_{criterion.key}"] = text(gettext("Why this score?"))
    return type("FormOfThisRubric", (ReviewForm,), fields)


def filled(form: type[ReviewForm], review: Review) -> ReviewForm:
    """The form with what the review holds, or with what was sent."""
    return form(data=held(review))


def held(review: Review) -> dict[str, Any]:
    """What a review holds, by the names of the form's fields."""
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

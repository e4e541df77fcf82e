"""Drafts, which change until they are sent, and submissions, which never change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from grants.db import Amount, Instant, Key, Model, Side, Stamp, Visibility, visible_through
from grants.models.persons import Person


class BudgetColumns:
    """The columns of a budget line. total: quantity × unit cost, rounded to the currency's decimal places."""

    position: Mapped[int]
    what: Mapped[str]
    category: Mapped[str]
    quantity: Mapped[Amount | None]
    unit_cost: Mapped[Amount | None]
    total: Mapped[Amount]


class IndicatorColumns:
    """The columns of an indicator: its baseline, its target, and how it is measured."""

    position: Mapped[int]
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(server_default="")
    baseline: Mapped[Amount | None]
    target: Mapped[Amount | None]
    how: Mapped[str] = mapped_column(server_default="")

    @property
    def less_is_better(self) -> bool:
        """Whether the target is below the baseline."""
        return self.baseline is not None and self.target is not None and self.target < self.baseline


class Draft(Model):
    """What the applicant has written and not sent, in the form of `workflows.forms.contents.packed`.

    One row per application, which keeps its version when the content is sent or made anew.
    """

    __tablename__ = "draft"
    visibility = visible_through("application_id", Side.APPLICANT)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), deferred=True)
    version: Mapped[int] = mapped_column()
    saved_at: Mapped[Stamp]
    title: Mapped[str | None] = column_property(content.column["answers"]["title"].astext)  # type: ignore[attr-defined]

    __mapper_args__ = {"version_id_col": version}


class Submission(Model):
    """What the applicant sent, for one stage. Rows are only added, never changed.

    number: counts the submissions of an application. sha256: of the content, the lines and the indicators, with `salt`
    and the answer to the question; without a salt, as releases up to 0.1 calculated it, without an answer. preserved:
    false if an earlier release changed the content after it was sent.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        CheckConstraint("number > 0", name="is_counted_from_one"),
        CheckConstraint("stage IN ('alert', 'statement', 'proposal')", name="stage_is_known"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$' OR (sha256 = '' AND NOT preserved)", name="sha256_is_a_hash"),
    )
    visibility = Visibility(root="submission")

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    stage: Mapped[str]
    sha256: Mapped[str]
    salt: Mapped[str] = mapped_column(server_default="")
    sent_at: Mapped[Instant]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    preserved: Mapped[bool] = mapped_column(server_default="true")

    person: Mapped[Person | None] = relationship()
    written: Mapped[SubmissionContent] = relationship()
    lines: Mapped[list[SubmissionLine]] = relationship(order_by="SubmissionLine.position")
    indicators: Mapped[list[SubmissionIndicator]] = relationship(order_by="SubmissionIndicator.position")


class SubmissionContent(Model):
    """The answers of a submission, and the applicant's answer in words to the question that it replies to.

    content: None if it was erased, or if an earlier release did not preserve it.
    """

    __tablename__ = "submission_content"
    visibility = visible_through("submission_id")

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    answer: Mapped[str] = mapped_column(server_default="")


class SubmissionLine(BudgetColumns, Model):
    """A line of the budget as submitted."""

    __tablename__ = "submission_line"
    __table_args__ = (
        UniqueConstraint("submission_id", "position"),
        CheckConstraint("total >= 0", name="costs_no_less_than_nothing"),
    )
    visibility = visible_through("submission_id")

    id: Mapped[Key]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))


class SubmissionIndicator(IndicatorColumns, Model):
    """An indicator as submitted."""

    __tablename__ = "submission_indicator"
    __table_args__ = (UniqueConstraint("submission_id", "position"),)
    visibility = visible_through("submission_id")

    id: Mapped[Key]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))

"""Assignments, conflicts of interest, reviews and scores."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Amount, Instant, Key, Model, Side, Stamp, visible_through
from grants.models.applications import Application
from grants.models.persons import Person
from grants.models.submissions import Submission
from workflows.engine.roles import Role


class Assignment(Model):
    """The invitation of a reviewer to one application in one stage, to review the submission that it names.

    Its flow is in `workflows/flows/assignment.py`. The reviewer sees the content of the application only in `ready` and
    `sent`, and only while they are appointed as a reviewer of its call.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        Index("assignment_current_key", "application_id", "stage", "person_id", unique=True),
        Index("assignment_own_idx", "person_id", "step", "application_id"),
        CheckConstraint(
            "step IN ('asked', 'ready', 'sent', 'declined', 'withdrawn', 'conflicted', 'released')",
            name="step_is_known",
        ),
        CheckConstraint("step NOT IN ('ready', 'sent') OR cleared_at IS NOT NULL", name="reads_after_declaring"),
    )
    visibility = visible_through("application_id", Side.OFFICE, own="person_id", role=Role.REVIEWER)

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    stage: Mapped[str]
    step: Mapped[str] = mapped_column(server_default="asked")
    step_at: Mapped[Stamp]
    due_on: Mapped[date]
    assigned_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[Stamp]
    cleared_at: Mapped[Instant | None]
    reason: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column()

    application: Mapped[Application] = relationship()
    submission: Mapped[Submission] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    review: Mapped[Review | None] = relationship(back_populates="assignment", uselist=False)
    __mapper_args__ = {"version_id_col": version}


class Conflict(Model):
    """A conflict of interest: the person cannot access the application until another person lifts it with a reason."""

    __tablename__ = "conflict"
    __table_args__ = (
        Index(
            "conflict_current_key",
            "application_id",
            "person_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        CheckConstraint(
            "lifted_by IS NULL OR (lifted_by <> person_id AND lifted_reason <> '')",
            name="lifted_by_another_with_a_reason",
        ),
    )
    visibility = visible_through("application_id", Side.OFFICE, own="person_id")

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kinds: Mapped[str]
    declared_at: Mapped[Stamp]
    lifted_at: Mapped[Instant | None]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_reason: Mapped[str] = mapped_column(server_default="")


class Review(Model):
    """The review of an assignment; a draft until it is submitted.

    amount_typed: what was typed as the amount, while that cannot be read; the amount then is the one before it.
    """

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint("confidence IS NULL OR confidence BETWEEN 1 AND 5", name="confidence_is_one_to_five"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount_is_no_less_than_nothing"),
        CheckConstraint("sent_at IS NULL OR (fund IS NOT NULL AND confidence IS NOT NULL)", name="sent_is_whole"),
        CheckConstraint("sent_at IS NULL OR amount_typed = ''", name="sent_is_read"),
    )
    visibility = visible_through("assignment_id", Side.OFFICE)

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    strengths: Mapped[str] = mapped_column(server_default="")
    concerns: Mapped[str] = mapped_column(server_default="")
    questions: Mapped[str] = mapped_column(server_default="")
    fund: Mapped[bool | None]
    amount: Mapped[Amount | None]
    confidence: Mapped[int | None]
    saved_at: Mapped[Stamp]
    sent_at: Mapped[Instant | None]
    amount_typed: Mapped[str] = mapped_column(server_default="")

    assignment: Mapped[Assignment] = relationship(back_populates="review")
    scores: Mapped[list[Score]] = relationship(back_populates="review", cascade="all, delete-orphan")

    @property
    def version(self) -> int:
        """The version shown on a page: the time of the last save, in microseconds."""
        return int(self.saved_at.timestamp() * 1_000_000)


class Score(Model):
    """A score from 0 to 5 for one criterion, with a comment."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("review_id", "criterion"),
        CheckConstraint("points IS NULL OR points BETWEEN 0 AND 5", name="points_are_zero_to_five"),
    )
    visibility = visible_through("review_id", Side.OFFICE)

    id: Mapped[Key]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    criterion: Mapped[str]
    points: Mapped[int | None]
    comment: Mapped[str] = mapped_column(server_default="")

    review: Mapped[Review] = relationship(back_populates="scores")

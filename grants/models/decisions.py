"""Recommendations of officers, and decisions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Amount, Key, Model, Side, Stamp, visible_through
from grants.models.persons import Person


class Recommendation(Model):
    """An officer's recommendation after the panel. The newest one of a stage applies, unless it was sent back."""

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("kind IN ('award', 'decline')", name="kind_is_known"),
        CheckConstraint("(kind = 'award') = (amount IS NOT NULL)", name="an_award_names_its_amount"),
    )
    visibility = visible_through("application_id", Side.OFFICE)

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[Amount | None]
    conditions: Mapped[str] = mapped_column(server_default="")
    feedback: Mapped[str] = mapped_column(server_default="")
    sent_back: Mapped[bool] = mapped_column(server_default="false")
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Stamp]

    person: Mapped[Person] = relationship()


class Decision(Model):
    """The decision on a submission: awarded, declined or not eligible, with the feedback for the applicant."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("kind IN ('award', 'decline', 'not_eligible')", name="kind_is_known"),
        CheckConstraint("kind = 'award' OR feedback <> ''", name="a_no_has_its_reasons"),
    )
    visibility = visible_through("application_id", Side.OFFICE, Side.APPLICANT)

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    kind: Mapped[str]
    feedback: Mapped[str] = mapped_column(server_default="")
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Stamp]

    person: Mapped[Person] = relationship()

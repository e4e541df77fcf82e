"""Reports of the grantee: created with their due dates at the award, then filled in with figures and text."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Amount, Answers, Instant, Key, Model, Side, Stamp, visible_through
from grants.models.awards import Award, AwardIndicator, AwardLine


class Report(Model):
    """A report that the grantee must submit. unread: by field, text that was entered but is not a number."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("award_id", "number"),
        CheckConstraint("kind IN ('interim', 'final')", name="kind_is_known"),
        CheckConstraint("step IN ('due', 'withdrawn') OR sent_at IS NOT NULL", name="sent_has_its_day"),
        CheckConstraint("step <> 'approved' OR (approved_by <> sent_by) IS TRUE", name="approved_by_another"),
        Index("report_step_idx", "step", "step_at", "id"),
    )
    visibility = visible_through("award_id", Side.APPLICANT, Side.OFFICE)

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    number: Mapped[int]
    title: Mapped[str]
    kind: Mapped[str]
    due_on: Mapped[date] = mapped_column(index=True)
    step: Mapped[str] = mapped_column(server_default="due")
    step_at: Mapped[Stamp]
    summary: Mapped[str] = mapped_column(server_default="")
    setbacks: Mapped[str] = mapped_column(server_default="")
    next_steps: Mapped[str] = mapped_column(server_default="")
    story: Mapped[str] = mapped_column(server_default="")
    story_by: Mapped[str] = mapped_column(server_default="")
    story_consent: Mapped[bool] = mapped_column(server_default="false")
    question: Mapped[str] = mapped_column(server_default="")
    unread: Mapped[Answers]
    saved_at: Mapped[Stamp]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Instant | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Instant | None]
    version: Mapped[int] = mapped_column()

    award: Mapped[Award] = relationship()
    figures: Mapped[list[ReportFigure]] = relationship(back_populates="report", order_by="ReportFigure.id")
    spending: Mapped[list[ReportSpending]] = relationship(back_populates="report", order_by="ReportSpending.id")
    __mapper_args__ = {"version_id_col": version}


class ReportFigure(Model):
    """The current value of an indicator."""

    __tablename__ = "report_figure"
    __table_args__ = (UniqueConstraint("report_id", "award_indicator_id"),)
    visibility = visible_through("report_id", Side.APPLICANT, Side.OFFICE)

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    award_indicator_id: Mapped[int] = mapped_column(ForeignKey("award_indicator.id"))
    actual: Mapped[Amount | None]
    source: Mapped[str] = mapped_column(server_default="")

    report: Mapped[Report] = relationship(back_populates="figures")
    indicator: Mapped[AwardIndicator] = relationship(lazy="joined", innerjoin=True)


class ReportSpending(Model):
    """The amount spent on a budget line since the project started."""

    __tablename__ = "report_spending"
    __table_args__ = (
        UniqueConstraint("report_id", "award_line_id"),
        CheckConstraint("spent IS NULL OR spent >= 0", name="spent_no_less_than_nothing"),
    )
    visibility = visible_through("report_id", Side.APPLICANT, Side.OFFICE)

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    award_line_id: Mapped[int] = mapped_column(ForeignKey("award_line.id"))
    spent: Mapped[Amount | None]
    explanation: Mapped[str] = mapped_column(server_default="")

    report: Mapped[Report] = relationship(back_populates="spending")
    line: Mapped[AwardLine] = relationship(lazy="joined", innerjoin=True)

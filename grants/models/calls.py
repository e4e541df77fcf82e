"""Calls: rounds of a programme with frozen rules, and applicants who have more time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Answers, Instant, Key, Model, Side, Stamp, Visibility, visible_through
from grants.models.funds import Fund
from grants.models.organisations import Organisation
from workflows.programme import CallRules
from workflows.stored_rules import upgraded


class Call(Model):
    """A call of a programme. Its rules start as a copy of the programme's rules and are frozen when it opens."""

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("step IN ('draft', 'open', 'closed')", name="step_is_known"),
        CheckConstraint("closes_at IS NULL OR closes_at > opens_at", name="closes_after_it_opens"),
        CheckConstraint("step = 'draft' OR opened_at IS NOT NULL", name="open_has_its_day"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_a_code"),
    )
    visibility = Visibility(root="call")

    id: Mapped[Key]
    programme: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    currency: Mapped[str] = mapped_column(server_default="USD")
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    step: Mapped[str] = mapped_column(server_default="draft")
    step_at: Mapped[Stamp]
    opens_at: Mapped[Instant]
    closes_at: Mapped[Instant | None]
    opened_at: Mapped[Instant | None]
    rules: Mapped[Answers]
    version: Mapped[int] = mapped_column()
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Stamp]

    fund: Mapped[Fund] = relationship()
    __mapper_args__ = {"version_id_col": version}

    def scheduled(self, at: datetime) -> bool:
        """Whether the call has been opened ahead of time: it accepts applications later than `at`."""
        return self.step == "open" and self.opens_at > at

    @property
    def data(self) -> CallRules:
        """The rules as a model, upgraded to the current schema; read once for each time that the row is read."""
        read: tuple[object, CallRules] | None = self.__dict__.get("_read")
        if read is None or read[0] is not self.rules:
            read = self.__dict__["_read"] = (self.rules, upgraded(self.rules))
        return read[1]


class MoreTime(Model):
    """A later deadline of a call for one applicant. Rows are only added; the latest deadline counts."""

    __tablename__ = "more_time"
    __table_args__ = (CheckConstraint("reason <> ''", name="given_for_a_reason"),)
    visibility = visible_through("call_id", Side.OFFICE)

    id: Mapped[Key]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    until: Mapped[Instant]
    reason: Mapped[str]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Stamp]

    organisation: Mapped[Organisation] = relationship()

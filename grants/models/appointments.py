"""Appointments of people to roles: everywhere, in one programme or in one call."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, and_, cast, func, or_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import GRANTS_NOW, Instant, Key, Model, Stamp, Visibility
from grants.models.persons import Person
from workflows.engine.roles import APPOINTED


class Appointment(Model):
    """The appointment of a person to a role. Without programme and call, it applies everywhere.

    ends_on: the first day, in UTC, on which it no longer counts; the clock then sets `ended_at`. reminded_days: of the
    newest reminder, how many days before the end it is due.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(f"role IN {tuple(map(str, APPOINTED))}", name="role_is_appointed"),
        CheckConstraint("programme IS NULL OR call_id IS NULL", name="one_scope"),
        CheckConstraint("ends_on > (created_at AT TIME ZONE 'UTC')::date", name="ends_after_it_begins"),
        CheckConstraint("reminded_days IS NULL OR ends_on IS NOT NULL", name="reminds_of_an_end"),
        Index(
            "appointment_current_key",
            "person_id",
            "role",
            "programme",
            "call_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    visibility = Visibility(root="appointment", own="person_id")

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    programme: Mapped[str | None]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    created_at: Mapped[Stamp]
    ended_at: Mapped[Instant | None]
    ends_on: Mapped[date | None]
    reminded_days: Mapped[int | None]

    person: Mapped[Person] = relationship()


TODAY = cast(func.timezone("UTC", GRANTS_NOW), Date)
"""The present day in UTC, by the clock of the database."""
IN_FORCE = and_(Appointment.ended_at.is_(None), or_(Appointment.ends_on.is_(None), Appointment.ends_on > TODAY))
"""The appointments that count now: neither ended nor over, also while the clock has not ended them yet."""

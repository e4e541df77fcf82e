"""Appointments of people to roles: everywhere, in one programme or in one call."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Instant, Key, Model, Stamp, Visibility
from grants.models.persons import Person
from workflows.engine.roles import APPOINTED


class Appointment(Model):
    """The appointment of a person to a role. Without programme and call, it applies everywhere."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(f"role IN {tuple(map(str, APPOINTED))}", name="role_is_appointed"),
        CheckConstraint("programme IS NULL OR call_id IS NULL", name="one_scope"),
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

    person: Mapped[Person] = relationship()

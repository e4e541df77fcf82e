"""The verification of organisations that registered themselves, or whose legal details have changed since."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Key, Model, Stamp, visible_through
from grants.models.organisations import Organisation
from grants.models.persons import Person


class Verification(Model):
    """How far the verification of an organisation is; one without a row was entered by the Foundation.

    due_on: by when the Foundation decides. note: its evidence, or its reason to refuse. by: the officer.
    """

    __tablename__ = "verification"
    __table_args__ = (
        CheckConstraint("step IN ('registered', 'verified', 'refused')", name="step_is_known"),
        CheckConstraint("step = 'registered' OR (note <> '' AND by IS NOT NULL)", name="settled_by_somebody"),
        Index("verification_open_idx", "due_on", postgresql_where=text("step = 'registered'")),
    )
    visibility = visible_through("organisation_id")

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    step: Mapped[str] = mapped_column(server_default="registered")
    step_at: Mapped[Stamp]
    due_on: Mapped[date]
    note: Mapped[str] = mapped_column(server_default="")
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Stamp]
    version: Mapped[int] = mapped_column()

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    officer: Mapped[Person | None] = relationship()
    __mapper_args__ = {"version_id_col": version}

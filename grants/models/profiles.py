"""The legal details of organisations, one row for each version."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Key, Model, Stamp, visible_through
from grants.models.organisations import Organisation
from grants.models.persons import Person


class Profile(Model):
    """One version of the legal details of an organisation. Rows are only added; the highest number counts.

    register: the code of a known register, or the name of another one as it was typed. identifier: the number as an
    open organisation identifier, or the number that the Foundation gives. by: None if the clock recorded it.
    """

    __tablename__ = "organisation_profile"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("number >= 1", name="is_counted_from_one"),
        CheckConstraint("legal_name <> ''", name="has_its_legal_name"),
        CheckConstraint("(register = '') = (register_number = '')", name="number_has_its_register"),
    )
    visibility = visible_through("organisation_id")

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    legal_name: Mapped[str]
    register: Mapped[str] = mapped_column(server_default="")
    register_number: Mapped[str] = mapped_column(server_default="")
    identifier: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    website: Mapped[str] = mapped_column(server_default="")
    since_at: Mapped[Stamp]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    organisation: Mapped[Organisation] = relationship()
    author: Mapped[Person | None] = relationship()

"""Organisations (chapters and others) and the people who act for them."""

from __future__ import annotations

from typing import Any, get_args

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    any_,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Instant, Key, Model, Stamp, Visibility, visible_through
from grants.models.persons import Person
from workflows.cases import Kind, Standing
from workflows.engine.rights import Right

KINDS: tuple[str, ...] = get_args(Kind)
STANDINGS: tuple[str, ...] = get_args(Standing)


class Organisation(Model):
    """An organisation that can apply. Names are sorted by `sort_key`, never by the server's collation.

    merged_into: the entry that is kept, of an organisation that was entered twice; it is not merged itself.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind_is_known"),
        CheckConstraint(f"standing IN {STANDINGS}", name="standing_is_known"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_is_a_code"),
        CheckConstraint(
            "(merged_into_id IS NULL) = (merged_at IS NULL) AND (merged_into_id IS NULL) = (merged_by_id IS NULL)"
            " AND (merged_into_id IS NULL) = (merged_reason = '')",
            name="merge_is_complete",
        ),
        CheckConstraint("merged_into_id <> id", name="merges_with_another"),
        UniqueConstraint("id", "is_kept", name="organisation_kept_key"),
        ForeignKeyConstraint(
            ["merged_into_id", "merged_into_kept"],
            ["organisation.id", "organisation.is_kept"],
            name="organisation_merged_into_fkey",
        ),
        Index("organisation_one_idx", text("coalesce(merged_into_id, id)")),
    )
    visibility = Visibility(root="organisation")

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    sort_key: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(server_default="chapter")
    standing: Mapped[str] = mapped_column(server_default="good_standing")
    country: Mapped[str]
    region: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    address: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[Stamp]
    version: Mapped[int] = mapped_column(server_default="1")
    merged_into_id: Mapped[int | None]
    merged_at: Mapped[Instant | None]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    merged_reason: Mapped[str] = mapped_column(server_default="")
    is_kept: Mapped[bool] = mapped_column(Computed("merged_into_id IS NULL", persisted=True), deferred=True)
    merged_into_kept: Mapped[bool | None] = mapped_column(
        Computed("CASE WHEN merged_into_id IS NOT NULL THEN true END", persisted=True), deferred=True
    )

    merged_into: Mapped[Organisation | None] = relationship(
        primaryjoin="Organisation.merged_into_id == remote(Organisation.id)",
        foreign_keys="Organisation.merged_into_id",
    )
    merged_by: Mapped[Person | None] = relationship()
    __mapper_args__ = {"version_id_col": version}


def entries(owner: Any) -> ColumnElement[Any]:
    """The ids of all entries of the organisation that this entry is one of, the kept one first, as an array.

    owner: the id of an entry, or the column with it.
    """
    return func.one_organisation(owner, type_=ARRAY(Integer))


def is_one_with(column: Any, owner: Any) -> ColumnElement[bool]:
    """Whether the id in this column and the other one are of the same organisation, also if it was entered twice.

    Whatever asks to which organisation a row belongs asks this, and no query compares the ids themselves.
    """
    return column == any_(entries(owner))


class Membership(Model):
    """A person who acts for an organisation, until `ended_at`.

    may_edit, may_submit, may_sign: their rights; every member may view. is_contact: named as one of the contacts, who
    decide about the people of the organisation. The rights of earlier releases were all of these.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "membership_current_key",
            "person_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    visibility = visible_through("organisation_id", own="person_id")

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[Stamp]
    ended_at: Mapped[Instant | None]
    may_edit: Mapped[bool] = mapped_column(server_default="true")
    may_submit: Mapped[bool] = mapped_column(server_default="true")
    may_sign: Mapped[bool] = mapped_column(server_default="true")
    is_contact: Mapped[bool] = mapped_column(server_default="true")

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()

    @property
    def rights(self) -> frozenset[Right]:
        """The rights of the member, with that to view and, of a contact, that to decide about people."""
        given = {right for right, column in COLUMNS.items() if getattr(self, column)}
        return frozenset({Right.VIEW} | given)

    @property
    def version(self) -> int:
        """A number that changes with the rights."""
        return sum(getattr(self, column) << place for place, column in enumerate(COLUMNS.values()))


COLUMNS = {
    Right.EDIT: "may_edit",
    Right.SUBMIT: "may_submit",
    Right.SIGN: "may_sign",
    Right.CONTACT: "is_contact",
}
"""The column of each right."""

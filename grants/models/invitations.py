"""Invitations by mail: to act for an organisation, or to a role of the Foundation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Instant, Key, Model, Stamp, Visibility
from grants.models.calls import Call
from grants.models.organisations import COLUMNS, Membership, Organisation
from grants.models.persons import Person
from workflows.engine.rights import Right
from workflows.engine.roles import APPOINTED


class Invitation(Model):
    """An invitation, open until it is accepted, withdrawn or ends.

    organisation_id: to act for this organisation with the rights; else to the role, with its scope as in Appointment.
    role_ends_on: the end of the role, as `ends_on` of Appointment.
    hands_over: the membership whose rights pass to the person who accepts, at the earliest on `starts_on`.
    token_sha256: of the link in the newest mail; the token itself is in that mail alone.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name="email_is_one"),
        CheckConstraint("(organisation_id IS NULL) <> (role IS NULL)", name="one_purpose"),
        CheckConstraint(f"role IN {tuple(map(str, APPOINTED))}", name="role_is_appointed"),
        CheckConstraint(
            "(programme IS NULL OR call_id IS NULL) AND (role IS NOT NULL OR (programme IS NULL AND call_id IS NULL))",
            name="one_scope",
        ),
        CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name="token_is_a_hash"),
        CheckConstraint("ends_at > created_at", name="ends_after_it_begins"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_somebody"),
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        CheckConstraint(
            "(hands_over IS NULL) = (starts_on IS NULL) AND (hands_over IS NULL OR organisation_id IS NOT NULL)",
            name="hand_over_has_its_day",
        ),
        CheckConstraint("role_ends_on IS NULL OR role IS NOT NULL", name="only_a_role_ends"),
        Index(
            "invitation_open_key",
            "organisation_id",
            "email",
            unique=True,
            postgresql_where=text("organisation_id IS NOT NULL AND accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )
    visibility = Visibility(root="invitation")

    id: Mapped[Key]
    email: Mapped[str]
    name: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str | None]
    programme: Mapped[str | None]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    may_edit: Mapped[bool] = mapped_column(server_default="false")
    may_submit: Mapped[bool] = mapped_column(server_default="false")
    may_sign: Mapped[bool] = mapped_column(server_default="false")
    is_contact: Mapped[bool] = mapped_column(server_default="false")
    invited_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_sha256: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[Stamp]
    ends_at: Mapped[Instant]
    accepted_at: Mapped[Instant | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[Instant | None]
    hands_over: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    starts_on: Mapped[date | None]
    role_ends_on: Mapped[date | None]

    organisation: Mapped[Organisation | None] = relationship()
    call: Mapped[Call | None] = relationship()
    giver: Mapped[Membership | None] = relationship()
    inviter: Mapped[Person] = relationship(foreign_keys=[invited_by])

    @property
    def rights(self) -> frozenset[Right]:
        """The rights that it gives in the organisation."""
        return frozenset({Right.VIEW} | {right for right, column in COLUMNS.items() if getattr(self, column)})

    @property
    def is_open(self) -> bool:
        """Whether it was neither accepted nor withdrawn; it may have ended."""
        return self.accepted_at is None and self.withdrawn_at is None

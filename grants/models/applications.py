"""Applications: one row, one reference number and one history from draft to closing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Amount, Instant, Key, Model, Side, Stamp, Visibility, visible_through
from grants.models.calls import Call
from grants.models.organisations import Organisation
from grants.models.submissions import Draft, Submission

WORDS = "plain(((title || ' '::text) || COALESCE(reference, ''::text)))"
"""The text that searches match. It is stored, because computing it for each row makes a search seven times slower."""

PARTS = ("created", "wrote", "submitted", "signed", "reported", "member")


class Application(Model):
    """An application in a call.

    title, summary, starts_on, months, asked: those of the newest submission, written when it is sent; empty before.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "step IN ('draft', 'withdrawn')"
            " OR (reference IS NOT NULL AND submitted_at IS NOT NULL AND submission_id IS NOT NULL)",
            name="sent_has_its_number",
        ),
        CheckConstraint("asked >= 0", name="asks_no_less_than_nothing"),
        CheckConstraint("months IS NULL OR months BETWEEN 0 AND 120", name="months_are_plausible"),
        CheckConstraint("stage IN ('alert', 'statement', 'proposal')", name="stage_is_known"),
        Index(
            "application_list_idx",
            "call_id",
            text("submitted_at DESC"),
            text("id DESC"),
            postgresql_where=text("step <> 'draft'"),
        ),
        Index(
            "application_sent_idx",
            text("submitted_at DESC"),
            text("id DESC"),
            postgresql_where=text("submitted_at IS NOT NULL"),
        ),
        Index("application_own_idx", "organisation_id", "id"),
        Index("application_step_idx", "step", "step_at", "id"),
        Index(
            "application_count_idx",
            "step",
            "call_id",
            "step_at",
            "id",
            "organisation_id",
            postgresql_where=text("submitted_at IS NOT NULL AND reference IS NOT NULL"),
        ),
    )
    visibility = Visibility(root="application")

    id: Mapped[Key]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reference: Mapped[str | None] = mapped_column(unique=True)
    stage: Mapped[str]
    step: Mapped[str] = mapped_column(server_default="draft")
    step_at: Mapped[Stamp]
    title: Mapped[str] = mapped_column(server_default="")
    summary: Mapped[str] = mapped_column(server_default="")
    starts_on: Mapped[date | None]
    months: Mapped[int | None]
    asked: Mapped[Amount] = mapped_column(server_default="0")
    created_at: Mapped[Stamp]
    submitted_at: Mapped[Instant | None]
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submission.id", name="application_submission_id_fkey", use_alter=True)
    )
    invited_until: Mapped[Instant | None]
    words: Mapped[str] = mapped_column(Computed(WORDS, persisted=True), deferred=True)
    version: Mapped[int] = mapped_column()

    call: Mapped[Call] = relationship()
    organisation: Mapped[Organisation] = relationship()
    submission: Mapped[Submission | None] = relationship(foreign_keys=[submission_id])
    draft: Mapped[Draft] = relationship(viewonly=True)
    __mapper_args__ = {"version_id_col": version}

    @property
    def discarded(self) -> bool:
        """Whether the applicant discarded it before submitting anything, so that nothing of its text is shown."""
        return self.step == "withdrawn" and self.submission_id is None

    @property
    def heading(self) -> str:
        """The title; until the first submission, the one in the draft. Empty if there is none or it was discarded."""
        if self.submission_id or self.discarded:
            return self.title
        return self.draft.title or ""


class ApplicationSave(Model):
    """The content of a save that conflicted with another person's save, kept so that no text is lost."""

    __tablename__ = "application_save"
    visibility = visible_through("application_id", Side.APPLICANT)

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Stamp]
    section: Mapped[str]
    on_version: Mapped[int]
    content: Mapped[dict[str, object]] = mapped_column(JSONB)
    settled_at: Mapped[Instant | None]

    @property
    def about_report(self) -> bool:
        """Whether it is the save of a report of the application, and not of its proposal."""
        return self.section.startswith("report:")


class Involvement(Model):
    """A part that a person had on the applicant's side of an application. Rows are only added, never changed.

    part: created (the draft), wrote, submitted, signed (the agreement), reported, or member (of the organisation, at
    any time since the draft began). Editing is a part of people without another one but member. since_at: when the
    person first had this part.
    """

    __tablename__ = "involvement"
    __table_args__ = (
        UniqueConstraint("application_id", "person_id", "part"),
        Index("involvement_own_idx", "person_id", "application_id"),
        CheckConstraint(f"part IN {PARTS}", name="part_is_known"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str]
    since_at: Mapped[Stamp]

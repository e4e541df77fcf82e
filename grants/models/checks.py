"""Eligibility checks."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Key, Model, Side, Stamp, visible_through
from grants.models.persons import Person


class Check(Model):
    """The result of one of the call's eligibility checks of a submission."""

    __tablename__ = "checked"
    __table_args__ = (
        UniqueConstraint("submission_id", "key"),
        CheckConstraint("verdict IN ('passed', 'failed')", name="verdict_is_known"),
        CheckConstraint("verdict = 'passed' OR note <> ''", name="a_failure_has_its_reason"),
    )
    visibility = visible_through("application_id", Side.OFFICE)

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    key: Mapped[str]
    verdict: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Stamp]

    person: Mapped[Person] = relationship()

    @property
    def version(self) -> int:
        """The version shown on a page: the time of the verdict, in microseconds; 0 stands for no verdict yet."""
        return int(self.at.timestamp() * 1_000_000)

"""Public figures of the Foundation, computed by the clock and stored in one row."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import PUBLIC, Amount, Instant, Model
from grants.models.calls import Call


class Figures(Model):
    """The figures of the public start page, as of `at`. They can be minutes old, and the page shows their time.

    awards, countries, promised (the amount awarded) and paid are those of the currency with the most awards.
    days: median time to a decision. funded, declined, not_eligible, undecided: numbers of applications of the call that
    closed last.
    """

    __tablename__ = "figures"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    visibility = PUBLIC

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    at: Mapped[Instant]
    currency: Mapped[str | None]
    awards: Mapped[int]
    countries: Mapped[int]
    promised: Mapped[Amount]
    paid: Mapped[Amount]
    days: Mapped[int | None]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    funded: Mapped[int]
    declined: Mapped[int]
    not_eligible: Mapped[int]
    undecided: Mapped[int]

    call: Mapped[Call | None] = relationship(lazy="joined")

    @property
    def sent(self) -> int:
        """Number of applications submitted to the call that closed last."""
        return self.funded + self.declined + self.not_eligible + self.undecided

"""What anybody may know of the whole, counted by the clock and kept in one row."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import PUBLIC, Amount, Instant, Model
from grants.models.calls import Call


class Figures(Model):
    """The figures of the first page as they stood `at`; they may be minutes old, and the page says when they are of.

    Of the currency most is given in: awards, in how many countries, promised and paid; half of all decisions took no
    longer than `days`. Of the call that closed last: what became of its proposals, `undecided` still wait.
    """

    __tablename__ = "figures"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    seen = PUBLIC

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
        """How many proposals the call that closed last was sent in all."""
        return self.funded + self.declined + self.not_eligible + self.undecided

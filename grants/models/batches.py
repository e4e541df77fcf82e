"""Batches of payments: prepared, approved and released by three people."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Amount, Instant, Key, Model, Side, Stamp, Visibility, visible_through
from grants.models.awards import Instalment
from grants.models.funds import Fund


class Batch(Model):
    """Payments of one fund that go to the bank together."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("step IN ('prepared', 'withdrawn') OR approved_by IS NOT NULL", name="approved_by_somebody"),
        CheckConstraint("step NOT IN ('released', 'paid') OR released_by IS NOT NULL", name="released_by_somebody"),
        CheckConstraint(
            "approved_by <> prepared_by AND released_by <> prepared_by AND released_by <> approved_by",
            name="three_people",
        ),
    )
    visibility = Visibility(root="batch")

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    step: Mapped[str] = mapped_column(server_default="prepared", index=True)
    step_at: Mapped[Stamp]
    prepared_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Stamp]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Instant | None]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[Instant | None]
    version: Mapped[int] = mapped_column()

    fund: Mapped[Fund] = relationship()
    payments: Mapped[list[Payment]] = relationship(back_populates="batch", order_by="Payment.id")
    __mapper_args__ = {"version_id_col": version}


class Payment(Model):
    """The payment of one instalment in one batch. Its step is the step of the batch."""

    __tablename__ = "payment"
    __table_args__ = (
        Index("payment_once_key", "instalment_id", unique=True, postgresql_where=text("NOT undone")),
        CheckConstraint("amount > 0", name="pays_something"),
    )
    visibility = visible_through("instalment_id", Side.APPLICANT, Side.OFFICE, Side.FINANCE)

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    instalment_id: Mapped[int] = mapped_column(ForeignKey("instalment.id"), index=True)
    amount: Mapped[Amount]
    currency: Mapped[str]
    undone: Mapped[bool] = mapped_column(server_default="false")
    paid_at: Mapped[Instant | None]

    batch: Mapped[Batch] = relationship(back_populates="payments")
    instalment: Mapped[Instalment] = relationship()

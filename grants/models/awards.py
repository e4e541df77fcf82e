"""Awards with their agreements, instalments and repayments."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from grants.db import Amount, Instant, Key, Model, Side, Stamp, visible_through
from grants.models.applications import Application
from grants.models.persons import Person
from grants.models.profiles import Profile
from grants.models.submissions import BudgetColumns, IndicatorColumns

EVERYBODY = (Side.APPLICANT, Side.OFFICE, Side.FINANCE)


class Award(Model):
    """An amount awarded to an application.

    conditions: the text of what the grantee must do before the first instalment. met_at, met_by: when and by whom the
    condition was confirmed as met. to_close: everything is reported, paid and returned, but the grant is still open.
    unused: unspent funds after the last approved report that have not been returned. back_by: the day by which the
    grantee must return them. profile_id: the legal details of the grantee that the award was
    decided on; None without any.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("amount > 0", name="gives_something"),
        CheckConstraint("ends_on > starts_on", name="ends_after_it_starts"),
        CheckConstraint("conditions <> '' OR met_at IS NULL", name="only_a_condition_is_met"),
        CheckConstraint("(met_at IS NULL) = (met_by IS NULL)", name="met_says_who_found_it"),
        Index("award_newest_idx", text("made_at DESC"), text("id DESC")),
        CheckConstraint("unused >= 0", name="leaves_no_less_than_nothing"),
        CheckConstraint("unused = 0 OR back_by IS NOT NULL", name="asks_back_by_a_day"),
        Index("award_unused_idx", "id", postgresql_where=text("unused > 0")),
        Index("award_to_close_idx", "application_id", postgresql_where=text("to_close")),
        Index("award_conditional_idx", "id", postgresql_where=text("conditions <> '' AND met_at IS NULL")),
    )
    visibility = visible_through("application_id", *EVERYBODY)

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[Amount]
    currency: Mapped[str]
    conditions: Mapped[str] = mapped_column(server_default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Stamp]
    met_at: Mapped[Instant | None]
    met_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_close: Mapped[bool] = mapped_column(server_default="false")
    unused: Mapped[Amount] = mapped_column(server_default="0")
    back_by: Mapped[date | None]
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("organisation_profile.id"))

    application: Mapped[Application] = relationship()
    profile: Mapped[Profile | None] = relationship()
    agreement: Mapped[Agreement] = relationship(back_populates="award", uselist=False)
    instalments: Mapped[list[Instalment]] = relationship(back_populates="award", order_by="Instalment.number")
    lines: Mapped[list[AwardLine]] = relationship(order_by="AwardLine.position")
    indicators: Mapped[list[AwardIndicator]] = relationship(order_by="AwardIndicator.position")

    @property
    def conditional(self) -> bool:
        """Whether there is a condition that is not confirmed as met."""
        return bool(self.conditions) and self.met_at is None


class AwardLine(BudgetColumns, Model):
    """A line of the budget of a grant, copied from the submission at the award; reports refer to it.

    total: amount requested. agreed: amount awarded; the agreed amounts add up to the award.
    """

    __tablename__ = "award_line"
    __table_args__ = (
        UniqueConstraint("award_id", "position"),
        CheckConstraint("agreed BETWEEN 0 AND total", name="agreed_within_what_was_asked"),
    )
    visibility = visible_through("award_id", Side.APPLICANT, Side.OFFICE)

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    agreed: Mapped[Amount]


class AwardIndicator(IndicatorColumns, Model):
    """An indicator of a grant, copied from the submission at the award; reports refer to it."""

    __tablename__ = "award_indicator"
    __table_args__ = (UniqueConstraint("award_id", "position"),)
    visibility = visible_through("award_id", Side.APPLICANT, Side.OFFICE)

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))


class Agreement(Model):
    """The grant agreement of an award, valid only with both signatures.

    signed_name, countersigned_name: as typed. signer, countersigner: the people with whose accounts that was done.
    divided_at: when the grantee last divided a partial award among the budget lines.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint(
            "step IN ('to_sign', 'withdrawn')"
            " OR (signed_by IS NOT NULL AND signed_name <> '' AND signed_at IS NOT NULL)",
            name="first_signature",
        ),
        CheckConstraint(
            "step <> 'signed'"
            " OR (countersigned_by IS NOT NULL AND countersigned_name <> '' AND countersigned_at IS NOT NULL)",
            name="second_signature",
        ),
        CheckConstraint("countersigned_by <> signed_by", name="two_people_sign"),
        Index("agreement_step_idx", "step", "award_id"),
    )
    visibility = visible_through("award_id", *EVERYBODY)

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    step: Mapped[str] = mapped_column(server_default="to_sign")
    step_at: Mapped[Stamp]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_name: Mapped[str] = mapped_column(server_default="")
    signed_at: Mapped[Instant | None]
    countersigned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    countersigned_name: Mapped[str] = mapped_column(server_default="")
    countersigned_at: Mapped[Instant | None]
    divided_at: Mapped[Instant | None]
    version: Mapped[int] = mapped_column()

    award: Mapped[Award] = relationship(back_populates="agreement")
    signer: Mapped[Person | None] = relationship(foreign_keys=signed_by)
    countersigner: Mapped[Person | None] = relationship(foreign_keys=countersigned_by)
    __mapper_args__ = {"version_id_col": version}

    @property
    def stage(self) -> str:
        """The stage in its flow: `conditional` until the condition of the award is met, else empty."""
        return "conditional" if self.award.conditional else ""


class Instalment(Model):
    """A planned share of an award: planned until its conditions are met, then payable, even after it has been paid.

    It is withdrawn if the award is declined or revoked before anything is paid.
    waits: payable and not in a batch. The database maintains this column, because only a few of all payable instalments
    are still waiting.
    """

    __tablename__ = "instalment"
    __table_args__ = (
        UniqueConstraint("award_id", "number"),
        CheckConstraint("amount > 0", name="pays_something"),
        CheckConstraint("step IN ('planned', 'payable', 'withdrawn')", name="step_is_known"),
        Index("instalment_waiting_idx", "award_id", postgresql_where=text("waits")),
    )
    visibility = visible_through("award_id", *EVERYBODY)

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    number: Mapped[int]
    amount: Mapped[Amount]
    conditions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    step: Mapped[str] = mapped_column(server_default="planned")
    step_at: Mapped[Stamp]
    waits: Mapped[bool] = mapped_column(FetchedValue())
    version: Mapped[int] = mapped_column()

    award: Mapped[Award] = relationship(back_populates="instalments")
    __mapper_args__ = {"version_id_col": version}


class Repayment(Model):
    """Unspent funds that the grantee returned. Rows are only added, never changed, as in the ledger.

    received_on, reference: the date and the reference on the bank statement.
    """

    __tablename__ = "repayment"
    __table_args__ = (
        UniqueConstraint("award_id", "reference"),
        CheckConstraint("amount > 0", name="brings_something"),
        CheckConstraint("reference <> ''", name="is_found_on_the_statement"),
    )
    visibility = visible_through("award_id", *EVERYBODY)

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    amount: Mapped[Amount]
    currency: Mapped[str]
    received_on: Mapped[date]
    reference: Mapped[str]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Stamp]

"""Example snapshots: the project of the story, with invented people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from reports.snapshots import (
    AwardLetter,
    BudgetLine,
    Condition,
    DeclineLetter,
    Duty,
    Feedback,
    ImpactReport,
    Indicator,
    Instalment,
    PaymentMade,
    Person,
    Quote,
    Receipt,
    Recipient,
    Score,
    SubmittedFile,
)
from reports.snapshots.facts import Language

CHAPTER = "Internet Society Madagascar Chapter"
PROJECT = "Community networks in three remote farming communities"
REFERENCE = "BTN-26-0001"
OFFICER = Person(name="Nia Okello (demo)", title="chargée de programme", email="grants@example.org")
DIRECTOR = Person(name="A. Rivera (demo)", title="Directrice des programmes")


def award_letter(language: Language = "fr", **changes: object) -> AwardLetter:
    """The award letter of the story; `changes` replace fields."""
    letter = AwardLetter(
        number="L-2026-0012",
        language=language,
        issued_on=date(2026, 1, 12),
        demo=True,
        recipient=Recipient(
            name=CHAPTER,
            attention="Hanta Rakoto (demo)",
            address=("Lot II M 12, Analakely", "Antananarivo 101", "Madagascar"),
        ),
        project=PROJECT,
        call="Beyond the Net 2026",
        reference=REFERENCE,
        check_url="https://grants.example/v/L-2026-0012",
        amount=Decimal("12322.00"),
        currency="USD",
        months=12,
        starts_on=date(2026, 2, 1),
        ends_on=date(2027, 1, 31),
        reviewers_count=3,
        instalments=(
            Instalment(
                number=1,
                amount=Decimal("7393.20"),
                conditions=(Condition(key="agreement_signed"), Condition(key="bank_verified")),
            ),
            Instalment(
                number=2,
                amount=Decimal("4928.80"),
                conditions=(Condition(key="report_approved", report="interim", due_on=date(2026, 8, 15)),),
            ),
        ),
        duties=(
            Duty(by=date(2026, 1, 26), deed="sign_agreement", about="G-2026-0009"),
            Duty(by=date(2026, 1, 26), deed="give_bank_details", about=CHAPTER),
            Duty(by=date(2026, 8, 15), deed="send_report", report="interim"),
            Duty(by=date(2027, 3, 2), deed="send_report", report="final"),
        ),
        contact=OFFICER,
        signatory=DIRECTOR,
    )
    return AwardLetter.model_validate({**letter.model_dump(), **changes})


def decline_letter(language: Language = "fr", **changes: object) -> DeclineLetter:
    """A decline letter with the reviewers' comments."""
    letter = DeclineLetter(
        number="L-2026-0013",
        language=language,
        issued_on=date(2026, 1, 12),
        demo=True,
        recipient=Recipient(name="Example Society (demo)", attention="T. Exemple (demo)", address=("1 rue Exemple",)),
        project="Une station de mesure pour la capitale",
        call="Beyond the Net 2026",
        reference="BTN-26-0002",
        check_url="https://grants.example/v/L-2026-0013",
        received=31,
        funded=9,
        score=Score(own=Decimal("3.1"), funded_average=Decimal("4.2"), most=Decimal(5)),
        feedback=(
            Feedback(heading="Ce qui est fort", text="Le besoin est montré par des mesures de latence sur six mois."),
            Feedback(
                heading="Ce qui a manqué",
                text="Les accords avec les écoles ne sont pas joints.\nLe budget compte deux fois le transport.",
            ),
        ),
        appeal_until=date(2026, 2, 1),
        next_call="le prochain appel ouvre le 1er septembre 2026",
        contact=OFFICER,
        signatory=DIRECTOR,
    )
    return DeclineLetter.model_validate({**letter.model_dump(), **changes})


def receipt(language: Language = "fr", **changes: object) -> Receipt:
    """The acknowledgement of the story's proposal, with two files."""
    letter = Receipt(
        number="R-2025-0040",
        language=language,
        issued_on=date(2025, 11, 30),
        demo=True,
        recipient=Recipient(name=CHAPTER, attention="Hanta Rakoto (demo)"),
        project=PROJECT,
        call="Beyond the Net 2026",
        reference=REFERENCE,
        check_url="https://grants.example/v/R-2025-0040",
        submitted_at=datetime(2025, 11, 30, 20, 41, 7, tzinfo=UTC),
        submitted_by="Hanta Rakoto (demo)",
        submitted_sha256=sha256(b"the proposal").hexdigest(),
        asked=Decimal("12322.00"),
        currency="USD",
        files=(
            SubmittedFile(name="devis-antennes.pdf", size=182_400, sha256=sha256(b"antennas").hexdigest()),
            SubmittedFile(name="lettre-du-fokontany.pdf", size=2_310_000, sha256=sha256(b"village").hexdigest()),
        ),
        answer_by=date(2026, 1, 15),
        contact=OFFICER,
    )
    return Receipt.model_validate({**letter.model_dump(), **changes})


def impact_report(language: Language = "en", **changes: object) -> ImpactReport:
    """The impact report of the story; people, measures and setbacks are invented."""
    report = ImpactReport(
        number="R-2027-0003",
        language=language,
        issued_on=date(2027, 3, 9),
        demo=True,
        title=PROJECT,
        chapter=CHAPTER,
        country_code="MG",
        country="Madagascar",
        reference=REFERENCE,
        programme="Beyond the Net, large grants",
        starts_on=date(2026, 2, 1),
        ends_on=date(2027, 1, 31),
        currency="USD",
        awarded=Decimal("12322.00"),
        paid=Decimal("12322.00"),
        returned=Decimal("318.40"),
        indicators=(
            Indicator(
                name="Households connected",
                baseline=Decimal(0),
                target=Decimal(90),
                actual=Decimal(96),
                source="count by the village committees, January 2027",
            ),
            Indicator(
                name="Download",
                unit="Mbps",
                baseline=Decimal("6.54"),
                target=Decimal("15.00"),
                actual=Decimal("17.08"),
                source="median of 30 days of M-Lab tests at three places",
            ),
            Indicator(
                name="Cost per person and month",
                unit="USD",
                baseline=Decimal("7.20"),
                target=Decimal("4.32"),
                actual=Decimal("4.66"),
                source="survey of 84 households, July 2026",
                less_is_better=True,
            ),
            Indicator(name="People trained", baseline=Decimal(0), target=Decimal(60), actual=Decimal(57)),
        ),
        budget=(
            BudgetLine(
                what="Antennas, routers and masts",
                category="Equipment",
                approved=Decimal("6400.00"),
                used=Decimal("7120.50"),
                explanation="Customs duty on the second delivery",
            ),
            BudgetLine(
                what="Link to the exchange in Antananarivo",
                category="Connectivity",
                approved=Decimal("2400.00"),
                used=Decimal("2160.00"),
            ),
            BudgetLine(
                what="Three workshops for village technicians",
                category="Training and events",
                approved=Decimal("1900.00"),
                used=Decimal("1398.10"),
                explanation="Two were held in the same week and shared the journey",
            ),
            BudgetLine(
                what="Journeys to the villages", category="Travel", approved=Decimal("1122.00"), used=Decimal("1025.00")
            ),
            BudgetLine(what="Bookkeeping", category="Indirect", approved=Decimal("500.00"), used=Decimal("300.00")),
        ),
        payments=(
            PaymentMade(paid_on=date(2026, 2, 3), amount=Decimal("7393.20")),
            PaymentMade(paid_on=date(2026, 9, 4), amount=Decimal("4928.80")),
        ),
        summary="Three farming communities now run their own network, from a shared link to the capital.",
        story="Before the project the nearest signal was a two-hour walk from the rice fields.\n"
        "Each village chose a committee, which keeps the keys, collects the fee and pays one technician. "
        "The masts stand on the roofs of two schools and a grain store.\n"
        "Prices at the market are now known before the ox carts leave.",
        quotes=(
            Quote(
                words="We used to learn the price of rice when we had already carried it to town.",
                name="V. Rasoa (demo)",
                role="rice grower",
                consent=True,
            ),
        ),
        did_not_work="The second delivery waited nine weeks at customs, and the third village went on air in November "
        "instead of July.\n"
        "The price per month fell by a third and not by the two fifths we promised.\n"
        "Three of the sixty trainees left for work in town before the last workshop.",
        next_steps="The committees meet every three months, and the fee covers the link and one technician. "
        "A fourth village has asked to join and pays for its own mast.",
        sources="Targets as agreed at the award; figures from the final report of 26 February 2027, approved; "
        "money from the ledger on 9 March 2027.",
        check_url="https://grants.example/v/R-2027-0003",
    )
    return ImpactReport.model_validate({**report.model_dump(), **changes})

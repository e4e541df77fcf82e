"""The proposals of the demonstration are consistent: amounts, organisations, reviews, and days of the play."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from config import ROOT
from grants.demo import content
from grants.demo.proposals import FOLDER, Proposal, read
from grants.demo.story import closing
from workflows.forms.rubrics import LARGE

KEYS = sorted(path.stem for path in FOLDER.glob("*.json"))
REFERENCE = ROOT / "grants" / "reference"
SATURDAY, MONDAY = date(2026, 11, 28), 0
every = pytest.mark.parametrize("key", KEYS)


def column(name: str, key: str) -> list[str]:
    """One column of a file of published facts."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as rows:
        return [row[key] for row in csv.DictReader(rows)]


def total(proposal: Proposal) -> Decimal:
    """The amount that the budget requests."""
    return sum((line.total for line in proposal.lines), Decimal(0))


@every
def test_a_real_chapter_requests_a_published_amount(key: str) -> None:
    proposal = read(key)
    published = [Decimal(amount) for amount in column("projects.csv", "amount") if amount]

    assert "(demo)" in proposal.organisation or proposal.organisation in column("chapters.csv", "chapter")
    assert "(demo)" in proposal.organisation or total(proposal) in published


@every
def test_people_are_marked_as_invented(key: str) -> None:
    proposal = read(key)
    names = [*proposal.people, *(str(row[0]) for row in proposal.tables.get("team", ()))]

    assert [name for name in names if not name.endswith("(demo)")] == []


@every
def test_activities_are_within_the_project(key: str) -> None:
    proposal = read(key)

    assert all(0 <= first < last <= proposal.months * 30 for _, first, last, _ in proposal.tables["activities"])
    assert proposal.starts_on(SATURDAY).weekday() == MONDAY


@every
def test_reviews_score_every_criterion_and_recommend_no_more_than_requested(key: str) -> None:
    proposal, wanted = read(key), [criterion.key for criterion in LARGE]

    assert all([*review.points] == wanted for review in proposal.reviews)
    assert all((review.amount or 0) <= total(proposal) for review in proposal.reviews)


def test_no_two_reviews_have_the_same_text() -> None:
    texts = [text for key in KEYS for review in read(key).reviews for text in (review.strengths, review.concerns)]

    assert len(texts) == len(set(texts)) > 0


def test_the_reports_spend_what_has_been_paid() -> None:
    interim, final = ([Decimal(one) for one in spent] for spent in (content.SPENT_INTERIM, content.SPENT_FINAL))

    assert sum(interim) <= Decimal("7393.20")
    assert sum(final) == total(read("madagascar"))
    assert all(before <= after for before, after in zip(interim, final, strict=True))


def test_calls_close_on_a_friday() -> None:
    assert closing(datetime(2026, 11, 28, 9, 30, tzinfo=UTC)) == datetime(2026, 12, 4, 23, 59, tzinfo=UTC)
    assert closing(datetime(2026, 12, 4, 9, 30, tzinfo=UTC)) == datetime(2026, 12, 4, 23, 59, tzinfo=UTC)

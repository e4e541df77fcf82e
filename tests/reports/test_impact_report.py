"""The impact report of a grant: findings in words, what did not work, and pages that hold together."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

import reports
from reports.impact import Impact
from reports.snapshots import BudgetLine, ImpactReport, Indicator, PaymentMade
from reports.snapshots.facts import Language
from reports.wording import wording
from tests.reports import examples, reading

pytestmark = pytest.mark.sweep


def impact(report: ImpactReport) -> Impact:
    return Impact(report, wording(report.language))


def goals(*actual: int | None) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            name=f"Goal {index}", baseline=Decimal(0), target=Decimal(10), actual=None if now is None else Decimal(now)
        )
        for index, now in enumerate(actual, 1)
    )


@pytest.mark.parametrize(
    ("actual", "finding"),
    [
        ((), "No measurable targets were set for this project."),
        ((10, 12), "All targets were reached."),
        ((10, 9, None), "One of three targets was reached. Targets not reached: “Goal 2”; “Goal 3”."),
        ((0,) * 6, "No target was reached: “Goal 1”; “Goal 2”; “Goal 3”; “Goal 4”; …."),
        ((0,), "The target was not reached: “Goal 1”."),
    ],
)
def test_the_finding_is_said_in_words(actual: tuple[int | None, ...], finding: str) -> None:
    assert impact(examples.impact_report(indicators=goals(*actual))).finding() == finding


@pytest.mark.parametrize(
    ("language", "start"), [("fr", "Deux objectifs sur quatre"), ("es", "Se alcanzaron dos de las cuatro metas")]
)
def test_the_finding_is_said_in_the_reader_s_language(language: Language, start: str) -> None:
    assert impact(examples.impact_report(language)).finding().startswith(start)


def test_a_goal_of_less_is_reached_from_above() -> None:
    now = [Decimal("7.20"), Decimal("4.66"), Decimal("4.32"), Decimal("4.00")]
    prices = [
        Indicator(name="Price", baseline=Decimal("7.20"), target=Decimal("4.32"), actual=actual, less_is_better=True)
        for actual in now
    ]

    rows = list(impact(examples.impact_report(indicators=prices)).rows())

    assert [(row.reached, row.verdict) for row in rows] == [
        (False, "not reached, 0%"),
        (False, "not reached, 88%"),
        (True, "reached, 100%"),
        (True, "reached, 111%"),
    ]


def test_a_goal_to_stay_where_one_was_has_no_percentage() -> None:
    stays = Indicator(name="Uptime", baseline=Decimal(99), target=Decimal(99), actual=Decimal(99))

    (row,) = impact(examples.impact_report(indicators=(stays,))).rows()

    assert (row.verdict, row.reached) == ("reached", True)


def test_the_report_has_a_cover_its_figures_and_its_story() -> None:
    printed = reading.printed(examples.impact_report)
    words = reading.words(printed.pdf)

    assert printed.pages == 3
    assert words.count("USD 12,322 Paid, of USD 12,322 awarded") == 1
    assert words.count("2 of 4 Targets reached") == 1
    assert words.count("Cost per person and month, USD 7.20 4.32 4.66 not reached, 88%") == 1
    assert words.count("Total 12,322.00 12,003.60") == 1
    assert words.count("What did not work The second delivery waited nine weeks at customs") == 1
    assert words.count("V. Rasoa (demo), rice grower, quoted with consent") == 1
    assert words.count("Impact report R-2027-0003 · demonstration data") == 2


@pytest.mark.parametrize(
    ("name", "unit", "label"),
    [
        ("Foyers connectés", "foyers", "Foyers connectés"),
        ("Household connections", "households", "Household connections"),
        ("Number of people trained", "people", "Number of people trained"),
        ("Download", "Mbps", "Download, Mbps"),
        ("Homes", "h", "Homes, h"),
        ("People trained", "", "People trained"),
    ],
)
def test_a_unit_that_the_name_contains_is_not_repeated(name: str, unit: str, label: str) -> None:
    goal = Indicator(name=name, unit=unit, baseline=Decimal(0), target=Decimal(1), actual=None)

    assert goal.label == label


def test_charts_say_in_words_what_they_show() -> None:
    tags = reading.tagged(reading.printed(examples.impact_report).pdf).tags

    figures = [tag.alternative.replace("\N{NO-BREAK SPACE}", " ") for tag in tags if tag.alternative]

    assert figures == [
        "World map with Madagascar marked.",
        "Households connected: reached, 107%.",
        "Download, Mbps: reached, 125%.",
        "Cost per person and month, USD: not reached, 88%.",
        "People trained: not reached, 95%.",
        "Of USD 12,322.00, USD 12,322.00 was paid and USD 318.40 of it was returned; USD 0.00 was not paid.",
        "Payments over time: USD 7,393.20 on 3 Feb 2026 and USD 4,928.80 on 4 Sept 2026.",
        "Antennas, routers and masts: USD 7,120.50 spent of USD 6,400.00 allocated.",
        "Link to the exchange in Antananarivo: USD 2,160.00 spent of USD 2,400.00 allocated.",
        "Three workshops for village technicians: USD 1,398.10 spent of USD 1,900.00 allocated.",
        "Journeys to the villages: USD 1,025.00 spent of USD 1,122.00 allocated.",
        "Bookkeeping: USD 300.00 spent of USD 500.00 allocated.",
        "Map of the region around Madagascar, which is marked.",
    ]


def test_a_report_with_nothing_measured_nothing_paid_and_no_place_on_the_map_prints() -> None:
    report = examples.impact_report(
        indicators=(), budget=(), payments=(), quotes=(), paid=0, returned=0, country_code="AQ", country="Antarctica"
    )

    assert reports.render(report).pages == 2


def test_short_texts_are_set_larger_and_fill_their_page() -> None:
    """Until c30e42a the last page of most reports was half empty."""
    short = reading.printed(examples.impact_report)
    long = reports.render(examples.impact_report(next_steps="We go on. " * 100))

    assert (short.pages, long.pages) == (3, 3)
    assert reading.lowest_text(short.pdf, page=3) > 0.8
    assert impact(examples.impact_report(next_steps="We go on. " * 100)).setting() == ""


def test_a_budget_that_does_not_fit_continues_on_the_next_page_and_the_story_follows_it() -> None:
    goals, lines = examples.impact_report().indicators, examples.impact_report().budget
    report = examples.impact_report("fr", indicators=(*goals, *goals), budget=(*lines, *lines))

    printed = reports.render(report)

    assert printed.pages == 4
    assert reading.lowest_text(printed.pdf, page=2) > 0.85
    assert re.search("Ligne budgétaire .* Total .* Le projet .* Ce qui a été fait", reading.words(printed.pdf, first=3))


def test_a_report_that_fits_only_in_the_smaller_type_has_it() -> None:
    lines = examples.impact_report().budget
    report = examples.impact_report(budget=(*lines, *lines[:3]))

    assert reports.render(report).pages == 3


def test_a_very_long_report_loses_nothing_and_stays_on_its_pages() -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
    report = examples.impact_report(
        title=word,
        chapter=word,
        indicators=tuple(
            Indicator(
                name=f"{word} {index}", unit=word, baseline=Decimal(0), target=Decimal(10**14), actual=Decimal(10**14)
            )
            for index in range(10)
        ),
        budget=tuple(
            BudgetLine(what=f"{word} {index}", category=word, approved=Decimal(10**12), used=Decimal(10**13))
            for index in range(24)
        ),
        story="\n".join(f"{word} {index}" for index in range(16)),
        did_not_work="\n".join(f"{word} {index}" for index in range(16)),
    )

    printed = reports.render(report)

    assert reading.outside_the_margins(printed.pdf, margin=19.5) == []
    assert [reading.words(printed.pdf).count(f"gesellschaft {index}") >= 3 for index in range(10)] == [True] * 10


def test_payments_close_together_keep_their_bars_and_are_all_named_in_the_alternative() -> None:
    days = [date(2026, 3, day) for day in range(1, 13)]
    payments = tuple(PaymentMade(paid_on=day, amount=Decimal(100)) for day in days)

    chart = impact(examples.impact_report(payments=payments, paid="1200.00")).over_time()

    assert chart.count("<rect") == 12
    assert chart.count("USD\u00a0100.00 on ") == 12


def test_a_grant_without_returns_does_not_mention_them() -> None:
    kept, partly = (
        reading.words(reports.render(examples.impact_report("en", **changes)).pdf) for changes in ({"returned": 0}, {})
    )

    assert "returned" in partly
    assert "returned" not in kept


def test_two_payments_of_one_day_are_one_bar_with_their_sum() -> None:
    day = date(2026, 6, 13)
    halves = (PaymentMade(paid_on=day, amount=Decimal("7393.20")), PaymentMade(paid_on=day, amount=Decimal("4928.80")))
    report = examples.impact_report(payments=halves, paid=Decimal("12322.00"), awarded=Decimal("12322.00"))

    drawing = str(Impact(report, wording(report.language)).over_time())

    assert drawing.count("<rect") == 1
    assert "12,322.00" in drawing.partition("</title>")[2]
    assert "7,393.20" in drawing.partition("</title>")[0]

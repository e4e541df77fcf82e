"""No text makes a document endless: what is too long is refused, and what forms accept is printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

import reports
from reports import Unprintable, engine, limits, pages
from reports.snapshots import BudgetLine, Feedback, ImpactReport, Indicator, PaymentMade, Quote, Snapshot
from tests.reports import examples
from workflows.forms import extent
from workflows.forms.completeness import LINE, ROWS

pytestmark = pytest.mark.sweep

STORIES = ("summary", "story", "did_not_work", "next_steps")
LINE_ENDS, WORD = "a\n" * 5_000, "W" * 10_000


def grant_report(text: str, line: str) -> ImpactReport:
    """An impact report with as much as forms accept: of text, of rows, and in every line."""
    amount = Decimal(1_000)
    changes: dict[str, Any] = {
        **dict.fromkeys(STORIES, text),
        **dict.fromkeys(("title", "chapter", "programme"), line),
        "quotes": (Quote(words=text, name=line, consent=True),),
        "indicators": (Indicator(name=line, unit=line, baseline=Decimal(0), target=amount, actual=amount, source=line),)
        * ROWS,
        "budget": (BudgetLine(what=line, category="other", approved=amount, used=amount, explanation=line),)
        * extent.BUDGET_LINES,
        "payments": tuple(PaymentMade(paid_on=date(2026, 3, 1) + timedelta(n), amount=amount) for n in range(12)),
        "awarded": amount * 12,
        "paid": amount * 12,
        "returned": Decimal(0),
    }
    return examples.impact_report("en", **changes)


def full(unit: str) -> tuple[str, str]:
    """A text with the most lines and characters, and a line with the most characters."""
    return "\n".join([(unit * 99)[:99]] * extent.LINES), (unit * LINE)[:LINE].strip()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (dict.fromkeys(STORIES, LINE_ENDS), "and at most 5,200 can be printed. Shorten them."),
        ({"story": WORD}, "A word has 10,000 characters, and at most 400 can be printed."),
        ({"story": "\u0441" * 10_000}, "A word has 10,000 characters, and at most 400 can be printed."),
    ],
)
def test_what_is_clearly_too_long_is_refused_before_it_is_laid_out(
    changes: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[str] = []
    monkeypatch.setattr(engine, "print_html", lambda html, **_: laid_out.append(html))

    with pytest.raises(Unprintable, match=reason):
        reports.render(examples.impact_report("en", **changes))

    assert laid_out == []


def test_without_the_limit_it_would_be_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: with a tenth of the lines, which have sixty pages."""
    report = examples.impact_report("en", **dict.fromkeys(STORIES, LINE_ENDS[:1_000]))

    assert reports.render(report, limited=False).pages > 50
    monkeypatch.setitem(limits.MOST_PAGES, "impact_report", 13)
    with pytest.raises(Unprintable, match="Its texts have"):
        reports.render(report)


@pytest.mark.parametrize(
    "make", [examples.award_letter, examples.decline_letter, examples.receipt, examples.impact_report]
)
def test_a_document_has_as_many_pages_as_its_kind_may_have(
    make: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    report, most = make("en"), reports.render(make("en")).pages
    monkeypatch.setattr(limits, "check_length", lambda _: None)
    monkeypatch.setitem(limits.MOST_PAGES, report.kind, most)
    reports.render(report)
    monkeypatch.setitem(limits.MOST_PAGES, report.kind, most - 1)

    with pytest.raises(Unprintable, match=f"The document has {most} pages, and at most {most - 1} are allowed."):
        reports.render(report)


def test_every_kind_of_document_has_a_limit() -> None:
    assert limits.MOST_PAGES.keys() == pages.STYLESHEETS.keys()


def test_letters_are_printed_at_every_limit_of_their_forms() -> None:
    text, line = full("W")
    feedback = (Feedback(text=text),)

    assert reports.render(examples.decline_letter("en", project=line, call=line, feedback=feedback)).pages < 8
    assert reports.render(examples.award_letter("en", project=line, call=line, conditions=(text,))).pages < 8


def test_what_earlier_releases_accepted_is_ordered_so_that_the_grant_can_be_closed() -> None:
    """A budget had no limit of lines, and a summary 20,000 characters; the page of failures says what is too long."""
    line = examples.impact_report("en").budget[0]

    report = examples.impact_report("en", budget=(line,) * 121, summary="x " * 9_999 + "xx")

    assert reports.render(report).pages < 20
    with pytest.raises(Unprintable, match="Shorten"):
        reports.render(examples.impact_report("en", budget=(line,) * 5_000))


@pytest.mark.sweep
@pytest.mark.parametrize("unit", ["word ", "W"])
def test_an_impact_report_is_printed_at_every_limit_of_its_forms(unit: str) -> None:
    assert 60 < reports.render(grant_report(*full(unit))).pages <= limits.MOST_PAGES["impact_report"]

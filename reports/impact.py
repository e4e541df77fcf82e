"""What an impact report shows: findings in words, rows of its tables, and its drawings, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from reports.charts.indicators import indicator_bar, share_of_the_way
from reports.charts.money import award_bar, line_bar
from reports.charts.timeline import Paid, payments_over_time
from reports.charts.world import dot_map
from reports.snapshots import BudgetLine, ImpactReport, Indicator
from reports.wording import Wording

MOST_NAMES = 4
"""Goals named in the sentence above their table; more would be the table again."""

LONG_TITLE, VERY_LONG_TITLE = 60, 120
"""Characters from which a title on the cover is set smaller, and smaller again."""


KEPT = {
    "impact.money_bar": "impact.money_bar_kept",
    "impact.money_finding": "impact.money_finding_kept",
    "impact.money_finding_all": "impact.money_finding_all_kept",
}
"""The same sentences for a grant of which nothing came back."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of the table of goals."""

    name: str
    start: str
    target: str
    now: str
    reached: bool
    verdict: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class Spent:
    """A row of the table of the budget."""

    line: BudgetLine
    bar: Markup


class Impact:
    """One report, ready for its template."""

    def __init__(self, report: ImpactReport, words: Wording) -> None:
        self._report, self._words, self._say = report, words, words.say

    def title_size(self) -> str:
        """How large the title stands on the cover, by its length."""
        length = len(self._report.title)
        return "largest" if length <= LONG_TITLE else "large" if length <= VERY_LONG_TITLE else "small"

    def cover_figures(self) -> Iterator[tuple[str, str]]:
        """Up to four figures of the cover, each with its words."""
        report, say = self._report, self._say
        awarded = self._words.whole_amount(report.awarded, report.currency)
        yield self._words.whole_amount(report.paid, report.currency), say("impact.paid", awarded=awarded)
        if report.indicators:
            reached = sum(indicator.reached for indicator in report.indicators)
            yield say("impact.of", some=reached, all=len(report.indicators)), say("impact.goals")
        for indicator in [one for one in report.indicators if one.actual is not None][: 1 if report.returned else 2]:
            promised = say("impact.promised", name=self._name(indicator), target=self._words.number(indicator.target))
            yield self._words.number(indicator.actual or Decimal()), promised
        if report.returned:
            yield self._words.percent(report.returned / report.paid), say("impact.came_back")

    def finding(self) -> str:
        """What the table of goals shows, in words."""
        goals = self._report.indicators
        reached = sum(goal.reached for goal in goals)
        if not goals:
            return self._say("impact.none_measured")
        if reached == len(goals):
            return self._say("impact.all_reached")
        names = [goal.name for goal in goals if not goal.reached]
        missed = self._words.one_by_one([*names[:MOST_NAMES], *["…"][: len(names) > MOST_NAMES]])
        if not reached:
            return self._say("impact.none_reached", names=missed)
        return self._words.count("impact.some_reached", reached, all=self._words.in_words(len(goals)), names=missed)

    def money_finding(self) -> Markup:
        """What was paid and what came back, in words."""
        everything = self._report.paid == self._report.awarded
        return self.money_in_words("impact.money_finding_all" if everything else "impact.money_finding")

    def measured_how(self) -> Iterator[tuple[str, str]]:
        """Names of indicators and where their figures come from."""
        return ((goal.name, goal.source) for goal in self._report.indicators if goal.source)

    def goals(self) -> Iterator[Goal]:
        """The indicators, in their order."""
        for indicator in self._report.indicators:
            share = self._share(indicator)
            verdict = self._verdict(indicator, share)
            name = self._name(indicator)
            yield Goal(
                name=name,
                start=self._words.number(indicator.baseline),
                target=self._words.number(indicator.target),
                now="\u2013" if indicator.actual is None else self._words.number(indicator.actual),
                reached=indicator.reached,
                verdict=verdict,
                bar=indicator_bar(
                    share=share,
                    reached=indicator.reached,
                    alternative=self._say("impact.bar", name=name, verdict=verdict),
                    mirrored=indicator.less_is_better,
                    ink="paper",
                ),
            )

    def money_bar(self) -> Markup:
        """What was paid, what came back, what was never paid, as one bar."""
        report = self._report
        return award_bar(
            paid=report.paid,
            returned=report.returned,
            payable=Decimal(),
            planned=report.awarded - report.paid,
            alternative=self.money_in_words("impact.money_bar"),
            ink="paper",
        )

    def money_in_words(self, key: str) -> Markup:
        """A sentence about the sums of this grant; where nothing came back, nothing is said of it."""
        report = self._report
        key = key if report.returned else KEPT[key]
        sums = {"awarded": report.awarded, "paid": report.paid, "returned": report.returned}
        sums["unpaid"] = report.awarded - report.paid
        return self._say(key, **{name: self._amount(amount) for name, amount in sums.items()})

    def money_parts(self) -> Iterator[tuple[str, str, str]]:
        """The parts of the bar: which (its swatch has the same name), amount, words."""
        report, say = self._report, self._say
        parts = (
            ("paid", report.paid - report.returned, say("impact.part_kept")),
            ("returned", report.returned, say("impact.part_returned")),
            ("planned", report.awarded - report.paid, say("impact.part_unpaid")),
        )
        for part, amount, words in parts:
            if amount or part == "paid":
                yield part, self._amount(amount), words

    def over_time(self) -> Markup:
        """The payments where their days stand in the period; those of one day are one bar."""
        report, words, say = self._report, self._words, self._say
        listed = words.all_of(
            say("impact.payment", amount=self._amount(one.amount), day=words.plain_day(one.paid_on))
            for one in report.payments
        )
        by_day: dict[date, Decimal] = {}
        for one in report.payments:
            by_day[one.paid_on] = by_day.get(one.paid_on, Decimal()) + one.amount
        return payments_over_time(
            [Paid(on, together, self._amount(together)) for on, together in by_day.items()],
            starts_on=report.starts_on,
            ends_on=report.ends_on,
            say_day=words.plain_day,
            alternative=say("impact.over_time_chart", payments=listed),
            ink="paper",
        )

    def budget(self) -> Iterator[Spent]:
        """The budget lines with a bar each, all on one axis."""
        lines = self._report.budget
        most = max((max(line.approved, line.used) for line in lines), default=Decimal())
        for line in lines:
            alternative = self._say(
                "impact.line_bar", what=line.what, used=self._amount(line.used), approved=self._amount(line.approved)
            )
            yield Spent(
                line, line_bar(approved=line.approved, used=line.used, most=most, alternative=alternative, ink="paper")
            )

    def world(self) -> Markup:
        """The map of the cover, the country marked."""
        alternative = self._say("impact.map", country=self._report.country)
        return dot_map(
            {self._report.country_code: 1.0},
            alternative=alternative,
            largest=11,
            land="sea-land",
            mark="sun",
            ink="paper",
        )

    def surroundings(self) -> Markup:
        """The map around the country."""
        code, alternative = self._report.country_code, self._say("impact.where_map", country=self._report.country)
        return dot_map({code: 1.0}, alternative=alternative, largest=6, around=code, ink="paper")

    def _share(self, goal: Indicator) -> Decimal | None:
        return None if goal.actual is None else share_of_the_way(goal.baseline, goal.target, goal.actual)

    def _verdict(self, goal: Indicator, share: Decimal | None) -> Markup:
        if share is None:
            return self._say("impact.not_measured")
        key = "impact.reached" if goal.reached else "impact.not_yet"
        if goal.baseline == goal.target:
            return self._say(f"{key}_plain")
        return self._say(key, share=self._words.percent(share))

    def _name(self, goal: Indicator) -> str:
        return f"{goal.name}, {goal.unit}" if goal.unit else goal.name

    def _amount(self, amount: Decimal) -> Markup:
        return self._words.amount(amount, self._report.currency)

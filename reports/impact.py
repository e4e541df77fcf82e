"""The findings, table rows and drawings of an impact report, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from reports.catalogues import N_
from reports.charts.indicators import indicator_bar, share_of_the_way
from reports.charts.money import award_bar, line_bar
from reports.charts.timeline import Paid, payments_over_time
from reports.charts.world import dot_map
from reports.snapshots import BudgetLine, ImpactReport, Indicator
from reports.wording import Wording

MOST_NAMES = 4
"""Number of targets named in the sentence above their table, which lists them all."""

LONG_TITLE, VERY_LONG_TITLE = 60, 120
"""Lengths, in characters, above which a title on the cover is set in a smaller and in the smallest size."""

SHORT_TEXTS = 1_600
"""Number of characters up to which the texts of a report, set in a larger type, leave room on their page."""


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """A row of the table of targets."""

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
    """What the template of an impact report calls."""

    def __init__(self, report: ImpactReport, words: Wording) -> None:
        self._report, self._words = report, words

    def title_size(self) -> str:
        """The size of the title on the cover, by its length."""
        length = len(self._report.title)
        return "largest" if length <= LONG_TITLE else "large" if length <= VERY_LONG_TITLE else "small"

    def setting(self) -> str:
        """How the texts of the project are set: short ones in a larger type, so that they fill their page.

        Without a budget they begin on the page of the figures, which has room for less.
        """
        report = self._report
        texts = (
            report.summary,
            report.story,
            report.did_not_work,
            report.next_steps,
            *(q.words for q in report.quotes),
        )
        short = report.budget and not report.picture and sum(map(len, texts)) <= SHORT_TEXTS
        return "short" if short else ""

    def cover_figures(self) -> Iterator[tuple[str, str]]:
        """Up to four figures of the cover, each with its meaning."""
        report, words = self._report, self._words
        awarded = words.whole_amount(report.awarded, report.currency)
        # Translators: below an amount, "USD 7,000".
        meaning = words.gettext("Paid, of %(awarded)s awarded", awarded=awarded)
        yield words.whole_amount(report.paid, report.currency), meaning
        if report.indicators:
            reached, total = sum(indicator.reached for indicator in report.indicators), len(report.indicators)
            # Translators: below two numbers, "2 of 4".
            meaning = words.gettext("Targets reached")
            # Translators: two numbers, "2 of 4", above "Targets reached".
            yield words.gettext("%(some)s of %(all)s", some=reached, all=total), meaning
        measured = [indicator for indicator in report.indicators if indicator.actual is not None]
        for indicator in measured[: 1 if report.returned else 2]:
            target = words.number(indicator.target)
            name = self._label(indicator)
            name = name[:1].upper() + name[1:]
            # Translators: below a number, "96".
            meaning = words.gettext("%(name)s (target:\u00a0%(target)s)", name=name, target=target)
            yield words.number(indicator.actual or Decimal()), meaning
        if report.returned:
            # Translators: below a percentage, "2%".
            meaning = words.gettext("Share of the amount paid that was returned")
            yield words.percent(report.returned / report.paid), meaning

    def finding(self) -> Markup:
        """What the table of targets shows, as a sentence."""
        indicators, words = self._report.indicators, self._words
        reached = sum(indicator.reached for indicator in indicators)
        if not indicators:
            return words.gettext("No measurable targets were set for this project.")
        if reached == len(indicators):
            return words.ngettext("The target was reached.", "All targets were reached.", reached)
        # Translators: the quotation marks of the language.
        names = [words.gettext("“%(quotation)s”", quotation=one.name) for one in indicators if not one.reached]
        missed = words.one_by_one([*names[:MOST_NAMES], *["…"][: len(names) > MOST_NAMES]])
        if not reached:
            return words.ngettext(
                "The target was not reached: %(names)s.", "No target was reached: %(names)s.", len(names), names=missed
            )
        some = words.ngettext(
            # Translators: "number" is a number in words, "Number" the same with a capital.
            "%(Number)s of %(all)s targets was reached.",
            "%(Number)s of %(all)s targets were reached.",
            reached,
            all=words.in_words(len(indicators)),
        )
        rest = words.ngettext(
            "Target not reached: %(names)s.", "Targets not reached: %(names)s.", len(names), names=missed
        )
        return Markup(" ").join((some, rest))

    def money_finding(self) -> Markup:
        """What was paid and returned, as a sentence; a grant without returns is described without them."""
        report = self._report
        if report.paid == report.awarded:
            whole = N_("The full %(awarded)s was paid.")
            whole_returned = N_("The full %(awarded)s was paid and %(returned)s was returned.")
            return self._with_sums(whole_returned if report.returned else whole)
        part = N_("%(paid)s of %(awarded)s was paid.")
        part_returned = N_("%(paid)s of %(awarded)s was paid and %(returned)s was returned.")
        return self._with_sums(part_returned if report.returned else part)

    def scale(self) -> Markup:
        """The head of the bars of the targets, which is the scale of the percentages beside them."""
        none, whole = (self._words.percent(Decimal(share)) for share in (0, 1))
        return self._words.gettext("From baseline (%(none)s) to target (%(whole)s)", none=none, whole=whole)

    def measured_how(self) -> Iterator[tuple[str, str]]:
        """Names of the indicators and how each was measured."""
        return ((one.name, one.source) for one in self._report.indicators if one.source)

    def rows(self) -> Iterator[IndicatorRow]:
        """The indicators, in their order."""
        for indicator in self._report.indicators:
            share = self._share(indicator)
            verdict = self._verdict(indicator, share)
            name = self._label(indicator)
            yield IndicatorRow(
                name=name,
                start=self._words.number(indicator.baseline),
                target=self._words.number(indicator.target),
                now="\u2013" if indicator.actual is None else self._words.number(indicator.actual),
                reached=indicator.reached,
                verdict=verdict,
                bar=indicator_bar(
                    share=share,
                    reached=indicator.reached,
                    alternative=self._words.gettext("%(name)s: %(verdict)s.", name=name, verdict=verdict),
                    mirrored=indicator.less_is_better,
                    ink="paper",
                    right_to_left=self._words.right_to_left,
                ),
            )

    def money_has_parts(self) -> bool:
        """Whether the award has more than one part; a bar of one part would show nothing."""
        return bool(self._report.returned) or self._report.paid < self._report.awarded

    def money_bar(self) -> Markup:
        """One bar for the award: what was paid, returned and not paid."""
        report = self._report
        returned = N_("Of %(awarded)s, %(paid)s was paid and %(returned)s of it was returned; %(unpaid)s was not paid.")
        kept = N_("Of %(awarded)s, %(paid)s was paid and %(unpaid)s was not.")
        return award_bar(
            paid=report.paid,
            returned=report.returned,
            payable=Decimal(),
            planned=report.awarded - report.paid,
            alternative=self._with_sums(returned if report.returned else kept),
            ink="paper",
            right_to_left=self._words.right_to_left,
        )

    def money_parts(self) -> Iterator[tuple[str, str, str]]:
        """The parts of the bar: name (also of its swatch), amount and meaning."""
        report, gettext = self._report, self._words.gettext
        # Translators: three parts of an award, each after its amount.
        kept = gettext("paid and not returned") if report.returned else gettext("paid")
        parts = (
            ("paid", report.paid - report.returned, kept),
            ("returned", report.returned, gettext("returned")),
            ("planned", report.awarded - report.paid, gettext("not paid")),
        )
        for part, amount, meaning in parts:
            if amount or part == "paid":
                yield part, self._amount(amount), meaning

    def over_time(self) -> Markup:
        """The payments on a time axis; payments of the same day share a bar."""
        report, words = self._report, self._words
        listed = words.all_of(
            # Translators: a payment, "USD 7,000.00 on 3 Feb 2026".
            words.gettext("%(amount)s on %(day)s", amount=self._amount(one.amount), day=words.plain_day(one.paid_on))
            for one in report.payments
        )
        by_day: dict[date, Decimal] = {}
        for one in report.payments:
            by_day[one.paid_on] = by_day.get(one.paid_on, Decimal()) + one.amount
        return payments_over_time(
            [Paid(on, together, self._amount(together)) for on, together in by_day.items()],
            starts_on=report.starts_on,
            ends_on=report.ends_on,
            format_day=words.plain_day,
            alternative=words.gettext("Payments over time: %(payments)s.", payments=listed),
            height=62,
            ink="paper",
            right_to_left=words.right_to_left,
        )

    def budget(self) -> Iterator[Spent]:
        """The budget lines with a bar each, all on one scale."""
        lines = self._report.budget
        most = max((max(line.approved, line.used) for line in lines), default=Decimal())
        for line in lines:
            alternative = self._words.gettext(
                # Translators: a line of the budget and two amounts.
                "%(line)s: %(used)s spent of %(approved)s allocated.",
                line=line.what,
                used=self._amount(line.used),
                approved=self._amount(line.approved),
            )
            bar = line_bar(
                approved=line.approved,
                used=line.used,
                most=most,
                alternative=alternative,
                ink="paper",
                right_to_left=self._words.right_to_left,
            )
            yield Spent(line, bar)

    def overspent(self) -> bool:
        """Whether the bars of the budget show spending above an approved amount."""
        return any(line.used > line.approved for line in self._report.budget)

    def world(self) -> Markup:
        """The world map of the cover, with the country marked."""
        alternative = self._words.gettext("World map with %(country)s marked.", country=self._report.country)
        return dot_map(
            {self._report.country_code: 1.0},
            alternative=alternative,
            largest=11,
            land="sea-land",
            mark="sun",
            ink="paper",
        )

    def surroundings(self) -> Markup:
        """The map of the region around the country."""
        code, country = self._report.country_code, self._report.country
        alternative = self._words.gettext("Map of the region around %(country)s, which is marked.", country=country)
        return dot_map({code: 1.0}, alternative=alternative, largest=6, around=code, ink="paper")

    def _label(self, one: Indicator) -> Markup:
        """The name of an indicator with its unit, unless the name contains it."""
        return self._words.in_line(one.name, one.unit if one.label != one.name else "")

    def _share(self, one: Indicator) -> Decimal | None:
        return None if one.actual is None else share_of_the_way(one.baseline, one.target, one.actual)

    def _verdict(self, indicator: Indicator, share: Decimal | None) -> Markup:
        words = self._words
        if share is None:
            return words.gettext("not measured")
        if indicator.baseline == indicator.target:
            return words.gettext("reached") if indicator.reached else words.gettext("not reached")
        percent = words.percent(share)
        if indicator.reached:
            # Translators: the status of a target, "reached, 106%" of the way from baseline to target.
            return words.gettext("reached, %(percent)s", percent=percent)
        return words.gettext("not reached, %(percent)s", percent=percent)

    def _with_sums(self, message: str) -> Markup:
        """A message about the sums of this grant."""
        report = self._report
        sums = {"awarded": report.awarded, "paid": report.paid, "returned": report.returned}
        sums["unpaid"] = report.awarded - report.paid
        return self._words.gettext(message, **{name: self._amount(amount) for name, amount in sums.items()})

    def _amount(self, amount: Decimal) -> Markup:
        return self._words.amount(amount, self._report.currency)

"""The words of a language: sentences from `templates/documents/words/`, numbers and days as CLDR writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision
from markupsafe import Markup, escape

from reports import DOCUMENTS
from reports.snapshots.facts import Language
from reports.typography import french

# English letters write days as "1 February 2026", as most chapters do.
_LOCALES: Mapping[Language, str] = {"en": "en_GB", "fr": "fr", "es": "es"}


class Wording:
    """One language: `say` gives a sentence, the other methods write numbers, amounts and days into it.

    Sentences and values are plain text; what comes back is escaped Markup.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self.locale = Locale.parse(_LOCALES[language])
        with (DOCUMENTS / "words" / f"{language}.toml").open("rb") as file:
            self.phrases = dict(_flattened(tomllib.load(file)))
        self.numbers = self.say("numbers").split(" ")
        if language == "fr":
            self.phrases = {key: french(phrase) for key, phrase in self.phrases.items()}

    def say(self, key: str, **values: object) -> Markup:
        """The sentence of this key with its values set in; raises KeyError for an unknown key or a missing value."""
        return escape(self.phrases[key]).format(**values)

    def category(self, key: str) -> Markup:
        """A budget category in words; one that is no key of ours is words already."""
        return self.say(f"category.cost_{key}") if f"category.cost_{key}" in self.phrases else escape(key)

    def count(self, key: str, number: int, **values: object) -> Markup:
        """The sentence for so many; `{count}` is the number in figures, `{number}` and `{Count}` in words."""
        form = self.locale.plural_form(number)
        chosen = f"{key}.{form}" if f"{key}.{form}" in self.phrases else f"{key}.other"
        words = self.in_words(number)
        return self.say(chosen, count=self.number(number), number=words, Count=words[:1].upper() + words[1:], **values)

    def in_words(self, number: int) -> str:
        """A small number in words, from thirteen on in figures."""
        return self.numbers[number] if number < len(self.numbers) else self.number(number)

    def all_of(self, parts: Iterable[str]) -> Markup:
        """The parts as a list in a sentence: a, b and c."""
        listed = format_list([escape(part) for part in parts], locale=self.locale)
        return Markup(listed)  # noqa: S704 (the parts are escaped, and what CLDR puts between them is text)

    def one_by_one(self, parts: Iterable[str]) -> Markup:
        """The parts after each other, for parts that are phrases of their own: a; b; c."""
        first, *rest = map(escape, parts)
        for part in rest:
            first = self.say("also", before=first, next=part)
        return first

    def number(self, value: Decimal | int) -> str:
        """A number with this language's separators and the decimals it has."""
        places = max(0, -int(Decimal(value).as_tuple().exponent))
        return str(format_decimal(value, format=_pattern(places), locale=self.locale))

    def percent(self, share: Decimal) -> str:
        """A share (1 is all of it) as whole per cent, rounded down: what is not quite all never reads 100 %."""
        return str(format_percent(share.quantize(Decimal("0.01"), rounding=ROUND_FLOOR), locale=self.locale))

    def figures(self, amount: Decimal, currency: str) -> str:
        """An amount as figures alone, with the currency's own number of decimals, for columns that name it."""
        return str(format_decimal(amount, format=_pattern(get_currency_precision(currency)), locale=self.locale))

    def amount(self, amount: Decimal, currency: str) -> Markup:
        """An amount with its code, on one line: "USD 12,322.00", "12 322,00 USD"."""
        return self.say("amount", figures=self.figures(amount, currency), currency=currency)

    def whole_amount(self, amount: Decimal, currency: str) -> Markup:
        """An amount without cents, rounded to the nearest, for covers and surveys."""
        whole = amount.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return self.say("amount", figures=self.number(whole), currency=currency)

    def amount_in_full(self, amount: Decimal, currency: str) -> str:
        """An amount with the currency's name: "12,322.00 US dollars"."""
        return str(format_currency(amount, currency, locale=self.locale, format_type="name"))

    def day(self, day: date) -> Markup:
        """A day in full: "1 February 2026", "1er février 2026" with the letters raised."""
        return self._first(day, format_date(day, "long", locale=self.locale))

    def short_day(self, day: date) -> Markup:
        """A day with its month cut short: "1 Feb 2026"."""
        return self._first(day, format_date(day, "d MMM y", locale=self.locale))

    def size(self, octets: int) -> Markup:
        """The size of a file, in steps of a thousand."""
        for unit, step in (("megabytes", 1_000_000), ("kilobytes", 1_000)):
            if octets >= step:
                return self.say(f"size.{unit}", count=self.number(round(Decimal(octets) / step, 1)))
        return self.say("size.bytes", count=self.number(octets))

    def plain_day(self, day: date) -> str:
        """A day with its month cut short, as text without marks, for labels in drawings."""
        return self.short_day(day).replace("<sup>", "").replace("</sup>", "")

    def moment(self, moment: datetime) -> Markup:
        """An instant in UTC to the second."""
        there = moment.astimezone(UTC)
        return self.say("moment", day=self.day(there.date()), time=f"{there:%H:%M:%S}")

    def _first(self, day: date, text: str) -> Markup:
        if self.language == "fr" and day.day == 1:
            return Markup("1<sup>er</sup>") + text.removeprefix("1")
        return escape(text)


@cache
def wording(language: Language) -> Wording:
    """The wording of a language, read once per process."""
    return Wording(language)


def _pattern(places: int) -> str:
    return "#,##0." + "0" * places if places else "#,##0"


def _flattened(table: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value).strip()

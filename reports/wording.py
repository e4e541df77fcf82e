"""The texts of a language: translated messages, and numbers, amounts and dates as CLDR formats them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent, get_currency_precision
from babel.support import NullTranslations
from markupsafe import Markup, escape

from reports.catalogues import N_, translations
from reports.snapshots.facts import Language
from reports.typography import elided, isolated, left_to_right, runs_right_to_left

# English letters write dates as "1 February 2026", as most chapters do.
_LOCALES: Mapping[Language, str] = {"en": "en_GB", "fr": "fr", "es": "es", "ar": "ar"}

CATEGORIES: Mapping[str, str] = {
    "equipment": N_("Equipment"),
    "connectivity": N_("Connectivity"),
    "services": N_("Professional services"),
    "staff": N_("Staff"),
    "training": N_("Training and events"),
    "travel": N_("Travel"),
    "communication": N_("Communications"),
    "indirect": N_("Indirect costs"),
    "other": N_("Other"),
}
"""The budget categories of the application form (workflows/forms/completeness.py)."""

SIZES = ((1_000_000, N_("%(count)s MB")), (1_000, N_("%(count)s kB")))
"""Units for the sizes of files, the largest first."""


class Wording:
    """One language: the four functions of gettext, and methods that format numbers, amounts and dates.

    Messages and values are plain text; the result is escaped Markup.
    """

    def __init__(self, language: Language, catalogue: NullTranslations | None = None) -> None:
        self.language = language
        self.locale = Locale.parse(_LOCALES[language])
        self.right_to_left = self.locale.text_direction == "rtl"
        self.catalogue = catalogue or translations(language)
        # Translators: the numbers from 0 to 12 in words, separated by spaces.
        numbers = self.pgettext("numbers", "no one two three four five six seven eight nine ten eleven twelve")
        self.numbers = numbers.split(" ")

    def gettext(self, message: str, /, **values: object) -> Markup:
        """The message in this language with its values filled in; raises KeyError if a value is missing."""
        text = self.catalogue.gettext(message)
        return self._filled(elided(text, values) if self.language == "fr" else text, values)

    def ngettext(self, singular: str, plural: str, number: int, /, **values: object) -> Markup:
        """The message in the plural form that this language uses for the number.

        `%(count)s` is the number in figures, `%(number)s` in words, `%(Number)s` in words with a capital.
        """
        forms = {
            "count": self.number(number),
            "number": self.in_words(number),
            "Number": self.in_words(number, capital=True),
        }
        return self._filled(self.catalogue.ngettext(singular, plural, number), {**forms, **values})

    def pgettext(self, context: str, message: str, /, **values: object) -> Markup:
        """The message as translated in this context, with its values filled in."""
        return self._filled(str(self.catalogue.pgettext(context, message)), values)

    def data(self, text: str) -> Markup:
        """A name or title as it was written; on pages from right to left it keeps its own direction within a line."""
        return escape(isolated(text) if self.right_to_left and type(text) is str else text)

    def own(self, text: str) -> Markup:
        """A text of any length as it was written, in its own direction on each of its lines."""
        against = self.direction(text)
        return Markup("<span{}>{}</span>").format(against, text) if against else escape(text)

    def direction(self, text: str) -> Markup:
        """The attribute of an element whose text, of any length, runs against the direction of the page, or nothing."""
        return Markup(' dir="ltr"') if self.right_to_left and not runs_right_to_left(text) else Markup()

    def category(self, key: str) -> Markup:
        """The name of a budget category; a text that is not one of the keys is returned as it is."""
        return self.gettext(CATEGORIES[key]) if key in CATEGORIES else escape(key)

    def in_words(self, number: int, *, capital: bool = False) -> str:
        """A number up to twelve in words, a larger one in figures; with a capital to begin a sentence."""
        words = self.numbers[number] if number < len(self.numbers) else self.number(number)
        return words[:1].upper() + words[1:] if capital else words

    def in_words_together(self, *numbers: int) -> list[str]:
        """The numbers of one sentence: all in words, or all in figures if one of them is above twelve."""
        short = all(number < len(self.numbers) for number in numbers)
        return [self.in_words(number) if short else self.number(number) for number in numbers]

    def all_of(self, parts: Iterable[str]) -> Markup:
        """The parts as a list in a sentence: a, b and c."""
        listed = format_list([escape(part) for part in parts], locale=self.locale)
        return Markup(listed)  # noqa: S704 (the parts are escaped, and what CLDR puts between them is text)

    def one_by_one(self, parts: Iterable[str]) -> Markup:
        """The parts separated by semicolons, for parts that may contain commas: a; b; c."""
        first, *rest = map(escape, parts)
        for part in rest:
            # Translators: two elements of a list, or the elements so far and the next one.
            first = self.gettext("%(before)s; %(next)s", before=first, next=part)
        return first

    def in_line(self, *parts: str) -> Markup:
        """Facts of one line, separated by commas; empty ones are left out."""
        first, *rest = (self.data(part) for part in parts if part)
        for part in rest:
            # Translators: two facts of a line, or the facts so far and the next one.
            first = self.gettext("%(before)s, %(next)s", before=first, next=part)
        return first

    def number(self, value: Decimal | int) -> str:
        """A number with the separators of this language and as many decimals as the value has."""
        places = max(0, -int(Decimal(value).as_tuple().exponent))
        return str(format_decimal(value, format=_pattern(places), locale=self.locale))

    def percent(self, share: Decimal) -> str:
        """A share (1 is the whole) as a percentage, rounded; what is less than the whole never reads 100 %."""
        return str(format_percent(rounded(share), locale=self.locale))

    def figures(self, amount: Decimal, currency: str) -> str:
        """An amount without its currency, with the decimals of the currency, for columns that name it."""
        return str(format_decimal(amount, format=_pattern(get_currency_precision(currency)), locale=self.locale))

    def amount(self, amount: Decimal, currency: str) -> Markup:
        """An amount with its currency code, never split over two lines: "USD 12,322.00", "12 322,00 USD"."""
        return self._with_currency(self.figures(amount, currency), currency)

    def whole_amount(self, amount: Decimal, currency: str) -> Markup:
        """An amount rounded to the nearest unit, for covers and overviews."""
        return self._with_currency(self.number(amount.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), currency)

    def day(self, day: date) -> Markup:
        """A date in full on one line: "1 February 2026", in French "1er février 2026" with "er" raised."""
        return self._date(day, format_date(day, "long", locale=self.locale))

    def short_day(self, day: date) -> Markup:
        """A date with its month abbreviated: "1 Feb 2026"."""
        return self._date(day, format_date(day, "d MMM y", locale=self.locale))

    def plain_day(self, day: date) -> str:
        """A date with its month abbreviated, without markup, for labels in drawings."""
        return self.short_day(day).replace("<sup>", "").replace("</sup>", "")

    def moment(self, moment: datetime) -> Markup:
        """An instant in UTC to the second."""
        there = moment.astimezone(UTC)
        return self.gettext("%(day)s at %(time)s\u00a0UTC", day=self.day(there.date()), time=f"{there:%H:%M:%S}")

    def size(self, octets: int) -> Markup:
        """The size of a file, in steps of a thousand."""
        for octets_in_unit, message in SIZES:
            if octets >= octets_in_unit:
                return self.gettext(message, count=self.number(round(Decimal(octets) / octets_in_unit, 1)))
        return self.ngettext("%(count)s byte", "%(count)s bytes", octets)

    def _date(self, day: date, text: str) -> Markup:
        """A formatted date, never split over two lines; French writes the first of a month as an ordinal."""
        text = text.replace(" ", "\u00a0")
        if self.language == "fr" and day.day == 1:
            return Markup("1<sup>er</sup>") + text.removeprefix("1")
        return escape(text)

    def _with_currency(self, figures: str, currency: str) -> Markup:
        # Translators: an amount, for example USD 1,000.00; the space between the two does not break.
        amount = self.gettext("%(currency)s\u00a0%(figures)s", currency=currency, figures=figures)
        return Markup(left_to_right(amount)) if self.right_to_left else amount  # noqa: S704 (marks around Markup)

    def _filled(self, text: str, values: Mapping[str, object]) -> Markup:
        """The text with its values, which are data if they are plain text and messages if they are Markup."""
        if self.right_to_left:
            values = {name: self.data(value) if type(value) is str else value for name, value in values.items()}
        return escape(text) % values


def rounded(share: Decimal) -> Decimal:
    """A share (1 is the whole) rounded to hundredths; what is less than the whole stays less than the whole."""
    hundredths = share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return min(hundredths, Decimal("0.99")) if share < 1 else hundredths


@cache
def wording(language: Language) -> Wording:
    """The wording of a language, made once per process."""
    return Wording(language)


def _pattern(places: int) -> str:
    return "#,##0." + "0" * places if places else "#,##0"

"""Messages in the language of their reader: the catalogues of pages, mails and rules, and the formats of values.

The English text of a message is its key. `CONTRIBUTING.md` ("Add a sentence to a page or mail") says how the catalogues
in `grants/translations/` are updated. Nothing is compiled ahead: a catalogue is read once per process. Pages and mails
differ in nothing but the way they show an instant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from unicodedata import bidirectional
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location
from babel.numbers import format_decimal, get_currency_precision
from babel.support import NullTranslations

from config import LANGUAGES, TRANSLATIONS
from reports.catalogues import read
from workflows.engine.message import Message, Money, Value

DOMAIN = "messages"
DAYS = {"en": "d MMMM y"}
"""The format of a date in full where it is not the locale’s long format; for `en` that is American."""
INSTANTS = {
    "en": "{day} at {time}",
    "fr": "{day} à {time}",
    "es": "{day} a las {time}",
    "ar": "{day}، الساعة {time}",
}
"""How a mail writes an instant, as letters do."""
THERE = {
    "en": " ({day} at {time} in {city})",
    "fr": " ({day} à {time}, heure de {city})",
    "es": " ({day} a las {time}, hora de {city})",
    "ar": " ({day}، الساعة {time} بتوقيت {city})",
}
"""What follows for a reader whose clock differs from UTC."""
KEPT = 2_000
"""Dates and amounts that stay formatted in a process."""
CURRENCY_AFTER = frozenset({"fr", "es"})
"""The languages that write the currency after the amount, in mails and pages as in letters."""
RIGHT_TO_LEFT = frozenset(code for code, name in LANGUAGES.items() if bidirectional(name[0]) in {"R", "AL"})
"""The languages whose own name is written from right to left."""
EITHER_WAY, LEFT_TO_RIGHT, END = "\N{FIRST STRONG ISOLATE}", "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def po_file(language: str) -> Path:
    """The catalogue of a language; the source language, English, has none."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def translations(language: str) -> NullTranslations:
    """The translations into a language, read once per process; the English texts for a language without a catalogue."""
    return read(po_file(language), language) if po_file(language).is_file() else NullTranslations()


@dataclass(frozen=True, slots=True)
class Wording:
    """What a reader's language needs: its code, its translations, and how an instant is shown."""

    language: str
    catalogue: NullTranslations
    instant: Callable[[datetime], str]

    def translate(self, message: Message | str) -> str:
        """A message translated, with its values formatted; a text of a table is a message without values."""
        if isinstance(message, str):
            message = Message(message)
        if message.plural:
            text = str(self.catalogue.ngettext(message.text, message.plural, message.number))
        else:
            text = self.catalogue.gettext(message.text)
        if not message.values:
            return text.replace("%%", "%")
        return text % {name: self.shown(value) for name, value in message.values.items()}

    def shown(self, value: Value) -> str:
        """A value in the format of the language. Between texts of the other direction, data keeps its own."""
        match value:
            case Message():
                return self.translate(value)
            case Money(total, currency):
                return amount(total, currency, self.language)
            case datetime():
                return self.instant(value)
            case date():
                return day(value, self.language)
            case Decimal():
                return number(value, self.language)
            case _:
                return isolated(value, self.language) if isinstance(value, str) else str(value)


def of_mail(language: str, zone: str = "UTC") -> Wording:
    """The wording of a mail; English for a language without translated mails, so that a mail never mixes two.

    zone: of the recipient, in which an instant stands beside UTC where the two differ.
    """
    known = language if language in LANGUAGES else "en"

    def instant(at: datetime) -> str:
        utc, own = at.astimezone(UTC), at.astimezone(ZoneInfo(zone))
        text = _instant(INSTANTS[known], utc, known, zone=" UTC")
        if own.utcoffset() == utc.utcoffset():
            return text
        city = get_timezone_location(zone, locale=known, return_city=True)
        return text + _instant(THERE[known], own, known, city=city)

    return Wording(known, translations(known), instant)


def _instant(form: str, at: datetime, language: str, *, zone: str = "", city: str = "") -> str:
    return form.format(day=day(at.date(), language), time=left_to_right(f"{at:%H:%M}{zone}", language), city=city)


def isolated(text: str, language: str) -> str:
    """Data inside a text of a right-to-left language: neither changes the order of the other's words and signs.

    The marks are those of Unicode, because the same texts stand in pages, attributes, subjects of mails and plain text.
    Addresses have none, because programs that make links of them could take the mark for a part of the address.
    """
    plain = language not in RIGHT_TO_LEFT or not text or "://" in text or "@" in text
    return text if plain else f"{EITHER_WAY}{text}{END}"


def left_to_right(text: str, language: str) -> str:
    """A time of day, a negative amount or a code inside a text of a right-to-left language."""
    return f"{LEFT_TO_RIGHT}{text}{END}" if language in RIGHT_TO_LEFT else text


@lru_cache(maxsize=KEPT)
def date_as(on: date, pattern: str, language: str) -> str:
    """A date in a format of Babel's. A page shows the same few dates many times."""
    return str(format_date(on, pattern, locale=language))


def day(on: date, language: str) -> str:
    """A date in full: "1 March 2027", "1er mars 2027", "1 de marzo de 2027"."""
    text = date_as(on, DAYS.get(language, "long"), language)
    return text.replace("1 ", "1er ", 1) if language == "fr" and on.day == 1 else text


@lru_cache(maxsize=KEPT)
def amount(value: Decimal, currency: str, language: str, *, code: bool = True, cents: bool = True) -> str:
    """Money with the decimals of its currency: "USD 1,234.50", "1 234,50 USD". code: with the currency.

    Without cents, a whole amount has no decimals; one that is not whole is never rounded.
    """
    digits = get_currency_precision(currency) if cents or value % 1 else 0
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = format_decimal(value or Decimal(0), pattern, locale=language).replace("-", "\N{MINUS SIGN}")
    if code:
        text = "\N{NO-BREAK SPACE}".join((text, currency) if language in CURRENCY_AFTER else (currency, text))
    return left_to_right(text, language)


def number(value: Decimal | float, language: str, places: int | None = None) -> str:
    """A number without trailing zeros, or rounded to so many decimals."""
    if places is not None:
        return str(format_decimal(value, f"#,##0.{'0' * places}", locale=language))
    return str(format_decimal(Decimal(value).normalize(), locale=language))

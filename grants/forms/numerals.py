"""The one reader of numbers as people type them, and the one writer of numbers into fields.

What a lone comma or dot before three digits means depends on the writer's language. A number that has two readings in
it is refused with both. `grants/static/js/numerals.js` reads the numbers of a budget by the same rules; the cases that
both must agree on are in `tests/web/numerals.txt`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal, get_currency_symbol, get_decimal_symbol, list_currencies
from flask_babel import get_locale, gettext
from flask_login import current_user
from wtforms.validators import ValidationError

from config import NAMES
from grants.forms.places import NUMBER

LARGEST = Decimal(10) ** 12
DIGITS = 30
"""Most digits accepted after the decimal separator; no stored number has more."""
GROUP = 3
"""Digits of a group of thousands."""
CENTS = 2

THOUSANDS, DECIMALS, BOTH = "thousands", "decimals", "both"


@dataclass(frozen=True, slots=True)
class Habits:
    """What a lone comma and a lone dot before exactly three digits are: "thousands", "decimals" or "both".

    A separator of decimals is ambiguous, too, where the last digit is zero, as few people write 1.500 for 1.5.
    """

    comma: str
    dot: str

    def __and__(self, other: Habits) -> Habits:
        """The habits of a person who may follow either."""
        return Habits(
            *(here if here == there else BOTH for here, there in zip(self._pair(), other._pair(), strict=True))
        )

    def of(self, sign: str) -> str:
        """What this sign is."""
        return self.comma if sign == "," else self.dot

    def _pair(self) -> tuple[str, str]:
        return self.comma, self.dot


ENGLISH = Habits(comma=THOUSANDS, dot=DECIMALS)
HABITS = {
    "en": ENGLISH,
    "ar": ENGLISH,
    "fr": Habits(comma=DECIMALS, dot=BOTH),
    # Decimals have a comma in Spain and South America, and a dot in Mexico and Central America.
    "es": Habits(comma=BOTH, dot=THOUSANDS),
}
"""The habits of the writers of each language; in any other language both signs are ambiguous."""

ALIKE = str.maketrans(
    "\N{FULLWIDTH COMMA}\N{FULLWIDTH FULL STOP}\N{ARABIC COMMA}"
    "\N{ARABIC THOUSANDS SEPARATOR}"
    "'\N{LEFT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}\N{PRIME}`"
    "\N{MINUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH PLUS SIGN}",
    ",.,’’’’’’--+",
)
"""Signs that are read as another."""

GROUPED = re.compile(r"([1-9]\d{0,2}(?:([ ’.,])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,\u066b](\d+))?", re.ASCII)
"""Groups of thousands with one sign between them, then decimals after another sign."""
LAKHS = re.compile(r"([1-9]\d?(?:,\d\d)+,\d{3})(?:[.\u066b](\d+))?", re.ASCII)
"""The groups of India: 12,34,567.00."""
UNGROUPED = re.compile(r"(\d*)[.,\u066b](\d+)", re.ASCII)
EXPONENT = re.compile(r"[\d.,\u066b]+e[+-]?\d+", re.IGNORECASE | re.ASCII)
SIGN = r"([^\d\s.,\u066b’+-][^\d\s,\u066b’+-]{0,5})"
CURRENCY = re.compile(rf"{SIGN} ?([+-]?.*\d)|([+-]?.*\d) ?{SIGN}", re.ASCII)
"""A number with a sign or code of a currency before or after it."""


def number(text: str, wrong: str = "", *, currency: str = "") -> Decimal:
    """Parse a number as people type it; raises ValidationError with the reason, which is `wrong` for other texts.

    A space, an apostrophe, a comma or a dot separates thousands, in whole groups only; a comma or a dot separates the
    decimals. What cannot be a group is decimals. currency: its sign or code may stand beside the number.
    """
    shown = _shown(text)
    digits = _without_currency(_ascii(shown).translate(ALIKE), currency)
    sign = digits[:1] if digits[:1] in ("+", "-") else ""
    digits = digits[len(sign) :].lstrip(" ")
    plain = _plain(digits, shown, sign.replace("+", ""))
    if plain is None:
        if EXPONENT.fullmatch(digits):
            raise ValidationError(gettext("Enter the number in full, such as 100,000."))
        raise ValidationError(wrong or gettext(NUMBER))
    value = Decimal(f"{'-' if sign == '-' else ''}{plain}")
    if value.copy_abs() >= LARGEST:
        raise ValidationError(gettext("Enter a number below 1,000,000,000,000."))
    return value


def digits(text: str) -> int | None:
    """A number of up to nine digits of any script, without sign, separators or blanks; None for any other text."""
    plain = _ascii(text)
    return int(plain) if re.fullmatch(r"\d{1,9}", plain, re.ASCII) else None


def written(value: Decimal, places: int, *, group: bool = True) -> str:
    """A number with so many decimals, as the reader's language writes it, in a form that `number` parses back.

    Zeros at the end of more than two decimals are omitted. Three decimals that could be thousands get a fourth, zero.
    """
    value = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    patterns = _pattern(places, group=group), _pattern(places, group=False), f"0.{'0' * (places + 1)}"
    texts = (str(format_decimal(value, pattern, locale=language())) for pattern in patterns)
    return next((text for text in texts if _parses_back(text, value)), f"{value:f}")


def localized(text: str) -> str:
    """A stored number, in plain digits with a dot, as `written` writes it; any other text unchanged."""
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d{1,9})?", text, re.ASCII):
        return text
    return written(Decimal(text), len(text.partition(".")[2]), group=False)


def habits() -> Habits:
    """The habits of the writer: those of the language of the page, and of the person's own where that is another."""
    page = HABITS.get(language(), Habits(BOTH, BOTH))
    own = current_user.language if current_user and current_user.is_authenticated else ""
    return page & HABITS.get(own, page)


def limits(places: int, *, least: int | None = None, most: int | None = None, currency: str = "") -> dict[str, str]:
    """The attributes from which the script of the page sees whether a field would accept a number.

    places: decimals at most. currency: whose signs may stand beside it.
    """
    found = {
        "places": places,
        "least": least,
        "most": most,
        "signs": " ".join(sorted(signs(currency))) if currency else None,
    }
    return {f"data-{name}": str(value) for name, value in found.items() if value is not None}


def signs(currency: str) -> frozenset[str]:
    """What may stand beside an amount in this currency, in capital letters: its code and its signs."""
    found = {_shown(get_currency_symbol(currency, language)).upper() for language in NAMES}
    return frozenset({currency, *found, *("$" for sign in found if "$" in sign)})


def language() -> str:
    """The language of the page; English outside a request."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


def _shown(text: str) -> str:
    """The text on one line, without invisible characters, as errors quote it."""
    return " ".join("".join(sign for sign in text if unicodedata.category(sign) != "Cf").split())


def _ascii(text: str) -> str:
    """The text with the digits of every script, such as Arabic, as the digits 0 to 9."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _without_currency(text: str, currency: str) -> str:
    """The number alone. Raises ValidationError for another currency than that of the field."""
    found = CURRENCY.fullmatch(text) if currency else None
    if found is None:
        return text
    sign = (found[1] or found[4]).upper()
    if sign in signs(currency):
        return found[2] or found[3]
    if sign in list_currencies() or any(unicodedata.category(one) == "Sc" for one in sign):
        raise ValidationError(gettext("Enter the amount in %(currency)s.", currency=currency))
    return text


def _plain(text: str, shown: str, sign: str) -> str | None:
    """The number with at most a dot before its decimals; None for a text of no known form."""
    if re.fullmatch(r"\d+", text, re.ASCII):
        return text
    if found := GROUPED.fullmatch(text):
        groups, between, decimals = found.groups()
        whole = groups.replace(between, "")
        if decimals is None and between in ",." and groups.count(between) == 1:
            return _three_digits(text, whole, shown, sign)
        return _joined(whole, decimals)
    if found := LAKHS.fullmatch(text):
        return _joined(found[1].replace(",", ""), found[2])
    return _with_decimals(text)


def _joined(whole: str, decimals: str | None) -> str | None:
    if decimals is None:
        return whole
    return f"{whole or 0}.{decimals}" if len(decimals) <= DIGITS else None


def _three_digits(text: str, thousands: str, shown: str, sign: str) -> str:
    """A number such as 1,500 or 1.234, by the habits of the writer; raises ValidationError if it has two readings."""
    point = re.sub("[.,]", ".", text)
    meant = habits().of("," if "," in text else ".")
    if meant == THOUSANDS:
        return thousands
    if meant == DECIMALS and not text.endswith("0"):
        return point
    decimals = point.rstrip("0").rstrip(".") if text.endswith("0") else f"{point}0"
    raise ValidationError(
        gettext(
            "“%(number)s” can mean %(thousands)s or %(decimals)s. Enter one of these instead.",
            number=shown,
            thousands=f"{sign}{thousands}",
            decimals=f"{sign}{decimals}".replace(".", get_decimal_symbol(language())),
        )
    )


def _with_decimals(text: str) -> str | None:
    """A number with decimals and without groups; None for another, and for "01,500", which has neither form."""
    found = UNGROUPED.fullmatch(text)
    if found is None:
        return None
    whole, decimals = found.groups()
    if len(decimals) == GROUP and whole.startswith("0") and whole.strip("0") and "\u066b" not in text:
        return None
    return _joined(whole, decimals)


def _pattern(places: int, *, group: bool) -> str:
    """A pattern of Babel with so many decimals; zeros at the end of more than two are omitted."""
    decimals = "." + ("0" if places <= CENTS else "#") * places if places else ""
    return f"{'#,##' if group else ''}0{decimals}"


def _parses_back(text: str, value: Decimal) -> bool:
    try:
        return number(text) == value
    except ValidationError:
        return False

"""Field types of all snapshots (clean text, exact amounts) and the parts that letters share.

Text is cleaned here too, because a snapshot can be older than the current forms. Cleaning is idempotent: a snapshot
that is stored and read again is equal to the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from babel.numbers import get_currency_precision, list_currencies
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Language = Literal["en", "fr", "es", "ar"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""The languages of documents, in their order."""

# Controls and surrogates are never printed, and directional formatting characters could make a letter read differently
# from the stored text.
NEVER_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_KNOWN_CURRENCIES = frozenset(list_currencies())


class Fact(BaseModel):
    """An immutable part of a snapshot; unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def clean(value: object) -> object:
    """Text in Unicode composed form, without control and directional formatting characters; line breaks are kept."""
    if not isinstance(value, str):
        return value
    lines = unicodedata.normalize("NFC", value.replace("\t", " ")).splitlines()
    return "\n".join(NEVER_PRINTED.sub("", line).strip(" ") for line in lines).strip("\n")


def one_line(value: object) -> object:
    """Cleaned text on one line; narrow and no-break spaces are kept."""
    value = clean(value)
    return re.sub(r"[ \n]+", " ", value) if isinstance(value, str) else value


def fits_currency(amount: Decimal, currency: str) -> bool:
    """Whether the amount has at most as many decimals as its currency (JPY 0, USD 2, KWD 3)."""
    exponent = amount.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= get_currency_precision(currency)


def _not_a_float(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("write an amount as text or decimal, not a float")  # noqa: TRY004 (what pydantic collects)
    return value


def _known_currency(code: str) -> str:
    if code not in _KNOWN_CURRENCIES:
        raise ValueError(f"{code} is not an ISO 4217 currency code")
    return code


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isascii() or " " in url:
        raise ValueError("a web address starts with http:// or https:// and has no spaces")
    return url


Line = Annotated[str, BeforeValidator(one_line), StringConstraints(min_length=1, max_length=400)]
LineOrNothing = Annotated[str, BeforeValidator(one_line), StringConstraints(max_length=400)]
Sentences = Annotated[str, BeforeValidator(one_line), StringConstraints(min_length=1, max_length=12_000)]
# As long as the longest answer that a draft keeps; what is too long for a document is refused when it is printed.
Text = Annotated[str, BeforeValidator(clean), StringConstraints(min_length=1, max_length=20_000)]
TextOrNothing = Annotated[str, BeforeValidator(clean), StringConstraints(max_length=12_000)]
Amount = Annotated[Decimal, BeforeValidator(_not_a_float), Field(ge=0, max_digits=18, allow_inf_nan=False)]
Quantity = Annotated[Decimal, BeforeValidator(_not_a_float), Field(max_digits=18, allow_inf_nan=False)]
Currency = Annotated[str, AfterValidator(_known_currency)]
# A longer address needs a QR code too fine for telephones and more space than the foot of a letter has.
WebAddress = Annotated[str, StringConstraints(max_length=96), AfterValidator(_web_address)]
# Documents of earlier releases have none, and are printed again as they were.
Code = Annotated[
    str, StringConstraints(pattern=r"^([0-9A-HJKMNP-TV-Z]{13})?$"), Field(exclude_if=lambda code: not code)
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


FOUNDATION = "Internet Society Foundation"
FOUNDATION_IN: Mapping[str, str] = {"ar": "مؤسسة مجتمع الإنترنت"}
"""The name of the Foundation in the languages that write it in their own script."""


class Foundation(Fact):
    """The sender of a document."""

    name: Line


def name_of_foundation(language: str) -> str:
    """The name of the Foundation as a text of this language writes it."""
    return FOUNDATION_IN.get(language, FOUNDATION)


def foundation_of(facts: dict[str, Any]) -> Foundation:
    """The sender of a document with these facts, one of which is its language."""
    return Foundation(name=name_of_foundation(facts.get("language", "")))


class Recipient(Fact):
    """The addressee: an organisation, the person for whose attention the letter is, and the address."""

    name: Line
    attention: LineOrNothing = ""
    address: tuple[Line, ...] = Field(default=(), max_length=6)
    salutation: Literal["madam", "sir", "neutral"] = "neutral"


class Person(Fact):
    """A staff member named in a letter: the contact or the signatory."""

    name: Line
    title: Line
    email: LineOrNothing = ""


class Letter(Fact):
    """The fields of all letters: number, date, sender, recipient, project and the address for verification.

    code: shows, with the number, that somebody holds the letter. sealed: the file is signed before it is sent, which
    the foot of the letter states. check_url: printed as text and as a QR code.
    """

    schema_number: Literal[1] = 1
    number: Line
    code: Code = ""
    version: int = Field(default=1, ge=1)
    language: Language
    issued_on: date
    demo: bool = False
    sealed: bool = True
    foundation: Foundation = Field(default_factory=foundation_of)
    recipient: Recipient
    project: Line
    call: Line
    reference: Line
    check_url: WebAddress

"""The words of each language: complete, with the same values, typeset as the language wants it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import reports
from reports.snapshots.facts import Language, Recipient
from reports.snapshots.letters import ConditionKey, DeedKey, ReportName
from reports.typography import french
from reports.wording import wording
from workflows.proposal import CATEGORIES

LANGUAGES: tuple[Language, ...] = get_args(Language)
every_language = pytest.mark.parametrize("language", LANGUAGES)
FORMS = {"zero", "one", "two", "few", "many", "other"}


def placeholders(phrase: str) -> set[str]:
    """Names of the values in a phrase; a number may stand in figures or in words."""
    names = {name for _, name, _, _ in Formatter().parse(phrase) if name}
    return names - {"count", "number", "Count"}


def phrases(language: Language) -> dict[str, set[str]]:
    """Key → placeholders, the plural forms of a key being one key; an unused value may be left out of a form."""
    found: dict[str, set[str]] = {}
    for key, phrase in wording(language).phrases.items():
        stem, _, form = key.rpartition(".")
        found.setdefault(stem if form in FORMS else key, set()).update(placeholders(phrase))
    return found


@every_language
def test_every_language_says_the_same_things_with_the_same_values(language: Language) -> None:
    english, here = phrases("en"), phrases(language)

    # Not every language greets a person by name.
    greetings = {key for key in english if key.startswith("salutation.")}
    assert set(here) == set(english)
    assert {key: here[key] for key in here.keys() - greetings} == {
        key: english[key] for key in english.keys() - greetings
    }


@every_language
def test_every_plural_form_of_the_language_has_its_sentence(language: Language) -> None:
    keys = set(wording(language).phrases)
    counted = {key.rpartition(".")[0] for key in keys if key.endswith(".other")}

    # CLDR gives French and Spanish a form "many" for whole millions, which letters do not count up to.
    forms = set(wording(language).locale.plural_form.tags) - {"many"} | {"other"}

    assert [(key, form) for key in sorted(counted) for form in sorted(forms) if f"{key}.{form}" not in keys] == []


@every_language
def test_every_key_a_snapshot_may_hold_has_words(language: Language) -> None:
    salutations = get_args(Recipient.model_fields["salutation"].annotation)
    kinds = {"condition": get_args(ConditionKey), "deed": get_args(DeedKey), "report": get_args(ReportName)}
    wanted = [f"{kind}.{key}" for kind, keys in kinds.items() for key in keys]
    wanted += [f"salutation.{key}" for key in salutations]
    wanted += [f"category.cost_{key}" for key, _ in CATEGORIES]

    assert [key for key in wanted if key not in wording(language).phrases] == []


def test_every_phrase_is_used() -> None:
    folders = (reports.DOCUMENTS, Path(reports.__file__).parent)
    sources = "".join(
        path.read_text("utf-8") for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".html"}
    )
    built = ("salutation", "condition", "deed", "report", "size", "category")

    unused = [key for key in phrases("en") if key.split(".")[0] not in built and f'"{key}"' not in sources]

    assert [key for key in unused if f'"{key.removesuffix("_plain")}' not in sources] == []


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Prêt ? Oui !", "Prêt\u202f? Oui\u202f!"),
        ("un ; deux : trois", "un\u202f; deux\u202f: trois"),
        ("« mot »", "«\u202fmot\u202f»"),
        ("à 12:30, https://x.org/?a=1", "à 12:30, https://x.org/?a=1"),
    ],
)
def test_french_spaces_are_narrow_and_do_not_break(typed: str, printed: str) -> None:
    assert french(typed) == printed


def test_no_french_phrase_keeps_an_ordinary_space_before_double_punctuation() -> None:
    assert [phrase for phrase in wording("fr").phrases.values() if re.search(r"[ \u00a0][;:?!»]|« ", phrase)] == []


@pytest.mark.parametrize(
    ("language", "amount"),
    [("en", "USD\u00a012,322.00"), ("fr", "12\u202f322,00\u202fUSD"), ("es", "12.322,00\u00a0USD")],
)
def test_an_amount_stays_on_one_line(language: Language, amount: str) -> None:
    assert wording(language).amount(Decimal("12322.00"), "USD") == amount


@pytest.mark.parametrize(
    ("currency", "figures"),
    [("JPY", "1,234,568"), ("USD", "1,234,567.80"), ("KWD", "1,234,567.800")],
)
def test_figures_have_the_decimals_of_the_currency(currency: str, figures: str) -> None:
    assert wording("en").figures(Decimal("1234567.8"), currency) == figures


def test_the_first_of_a_month_is_written_as_french_writes_it() -> None:
    words = wording("fr")

    assert words.day(date(2026, 2, 1)) == "1<sup>er</sup> février 2026"
    assert words.short_day(date(2026, 2, 1)) == "1<sup>er</sup> févr. 2026"
    assert words.plain_day(date(2026, 2, 1)) == "1er févr. 2026"
    assert words.day(date(2026, 2, 11)) == "11 février 2026"


def test_an_instant_is_written_in_utc_to_the_second() -> None:
    moment = datetime(2025, 11, 30, 20, 41, 7, tzinfo=UTC)

    assert wording("es").moment(moment) == "30 de noviembre de 2025, 20:41:07 UTC"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(1, "One"), (3, "Three"), (12, "Twelve"), (13, "13")],
)
def test_small_numbers_are_words(number: int, sentence: str) -> None:
    assert wording("en").count("award.reviewers", number).split(" ")[0] == sentence


@pytest.mark.parametrize(("octets", "size"), [(999, "999 bytes"), (182_400, "182.4 kB"), (2_310_000, "2.3 MB")])
def test_sizes_are_in_steps_of_a_thousand(octets: int, size: str) -> None:
    assert wording("en").size(octets) == size


def test_values_are_escaped_and_phrases_are_not_filled_twice() -> None:
    said = wording("en").say("award.subject", project="<b>{name}</b>")

    assert said == "Your project “&lt;b&gt;{name}&lt;/b&gt;” is funded"

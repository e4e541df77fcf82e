"""Numbers, amounts, dates and sentences in each language, formatted as the language requires."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pytest

from reports.sentences import CONDITIONS, REPORT_APPROVED, REPORT_DUE, TASKS, Sentences
from reports.snapshots.facts import Language
from reports.snapshots.letters import ActionKey, ConditionKey, ReportName
from reports.typography import french, starts_with_vowel
from reports.wording import CATEGORIES, wording
from workflows.forms.completeness import CATEGORIES as CATEGORIES_OF_FORMS


def test_every_key_that_a_snapshot_can_hold_has_a_message() -> None:
    reports = set(get_args(ReportName))

    assert {*CONDITIONS, "report_approved"} == set(get_args(ConditionKey))
    assert {*TASKS, "send_report"} == set(get_args(ActionKey))
    assert (set(REPORT_APPROVED), set(REPORT_DUE)) == (reports, reports)
    assert list(CATEGORIES) == [key for key, _ in CATEGORIES_OF_FORMS]


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


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Aminata", True),
        ("Élodie", True),
        ("Yves", True),
        ("Hélène", True),
        ("Hanta", False),
        ("Ouattara", False),
        ("Yasmine", False),
        ("Mialy", False),
        ("أمينة", False),
        ("", False),
    ],
)
def test_french_shortens_de_before_the_sound_of_a_vowel(name: str, *, short: bool) -> None:
    assert starts_with_vowel(name) is short


@pytest.mark.parametrize(
    ("name", "line"), [("Aminata", "À l’attention d’Aminata"), ("Hanta", "À l’attention de Hanta")]
)
def test_an_address_names_a_person_as_french_writes_it(name: str, line: str) -> None:
    assert Sentences(wording("fr")).attention(name) == line


@pytest.mark.parametrize(
    ("share", "percent"), [("1.247", "125%"), ("0.996", "99%"), ("0.884", "88%"), ("0.885", "89%"), ("1", "100%")]
)
def test_a_percentage_is_rounded_but_only_the_whole_is_100(share: str, percent: str) -> None:
    assert wording("en").percent(Decimal(share)) == percent


def test_numbers_of_a_sentence_are_all_words_or_all_figures() -> None:
    words = wording("en")

    assert words.in_words_together(12, 1) == ["twelve", "one"]
    assert words.in_words_together(31, 9) == ["31", "9"]


@pytest.mark.parametrize(
    ("language", "amount"),
    [
        ("en", "USD\u00a012,322.00"),
        ("fr", "12\u202f322,00\u202fUSD"),
        ("es", "12.322,00\u00a0USD"),
        ("ar", "\u2066\u2068USD\u2069\u00a0\u206812,322.00\u2069\u2069"),
    ],
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

    assert words.day(date(2026, 2, 1)) == "1<sup>er</sup>\u00a0février\u00a02026"
    assert words.short_day(date(2026, 2, 1)) == "1<sup>er</sup>\u00a0févr.\u00a02026"
    assert words.plain_day(date(2026, 2, 1)) == "1er\u00a0févr.\u00a02026"
    assert words.day(date(2026, 2, 11)) == "11\u00a0février\u00a02026"


def test_a_date_in_arabic_has_western_digits() -> None:
    assert wording("ar").day(date(2027, 3, 1)) == "1\u00a0مارس\u00a02027"


def test_an_instant_is_written_in_utc_to_the_second() -> None:
    moment = datetime(2025, 11, 30, 20, 41, 7, tzinfo=UTC)

    assert wording("es").moment(moment) == "30\u00a0de\u00a0noviembre\u00a0de\u00a02025 a las 20:41:07\u00a0UTC"


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("en", 1, "One"),
        ("en", 3, "Three"),
        ("en", 12, "Twelve"),
        ("en", 13, "13"),
        ("fr", 12, "Douze"),
        ("es", 1, "Una"),
        ("ar", 3, "ثلاثة"),
        ("ar", 12, "اثني\u00a0عشر"),
    ],
)
def test_numbers_up_to_twelve_are_written_in_words(language: Language, number: int, words: str) -> None:
    assert wording(language).in_words(number, capital=True) == words
    assert wording(language).in_words(number) == words.lower()


@pytest.mark.parametrize(
    ("language", "octets", "size"),
    [
        ("en", 1, "1 byte"),
        ("en", 999, "999 bytes"),
        ("en", 182_400, "182.4 kB"),
        ("en", 2_310_000, "2.3 MB"),
        ("fr", 0, "0 octet"),
        ("fr", 2, "2 octets"),
        ("ar", 182_400, "\u2068182.4\u2069 كيلوبايت"),
    ],
)
def test_sizes_are_in_steps_of_a_thousand(language: Language, octets: int, size: str) -> None:
    assert wording(language).size(octets) == size


def test_values_are_escaped_and_messages_are_not_filled_in_twice() -> None:
    text_found = wording("fr").gettext("Impact report %(number)s: %(project)s", number="1", project="<b>%(number)s</b>")

    assert text_found == "Rapport d’impact 1\u202f: &lt;b&gt;%(number)s&lt;/b&gt;"


def test_a_message_without_one_of_its_values_is_an_error() -> None:
    with pytest.raises(KeyError, match="day"):
        wording("es").gettext("By %(day)s")

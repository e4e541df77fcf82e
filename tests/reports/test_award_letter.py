"""The award letter: its text in three languages, its length of one page, and its resistance to hostile fields."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import segno
from PIL import ImageOps

import reports
from reports import pages
from reports.snapshots import Condition, Duty, Instalment, Recipient
from reports.snapshots.facts import Language
from tests.reports import examples, reading

pytestmark = pytest.mark.sweep

HOSTILE = '<img src="http://127.0.0.1:9/x"><script>alert(1)</script>&amp; {name} {{ it.number }} {% raw %} \\u202e'


def test_the_french_letter_contains_the_facts_of_the_story() -> None:
    written = (Path(__file__).parent / "award_letter_fr.txt").read_text("utf-8")

    heard = reading.read_aloud(reading.printed(examples.award_letter).pdf)

    assert heard.replace(" ,", ",").replace("1 er", "1er") == " ".join(written.split())


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "has awarded Internet Society Madagascar Chapter a grant of USD 12,322.00 for this project",
        ),
        ("en", "Amount USD 12,322.00 Duration 12 months From 1 Feb 2026 To 31 Jan 2027"),
        ("en", "By 2 March 2027: submit the final report."),
        ("es", "concede a Internet Society Madagascar Chapter una subvención de 12.322,00 USD"),
        ("es", "Importe 12.322,00 USD Duración 12 meses Desde 1 feb 2026 Hasta 31 ene 2027"),
        ("es", "A más tardar el 2 de marzo de 2027: presentar el informe final."),
    ],
)
def test_the_letter_is_in_the_readers_language(language: Language, sentence: str) -> None:
    printed = reports.render(examples.award_letter(language))

    assert reading.words(printed.pdf).count(sentence) == 1
    assert printed.pages == 1


@pytest.mark.parametrize(
    ("currency", "amount", "column", "full"),
    [
        ("JPY", "1250000", "1,250,000", "JPY 1,250,000"),
        ("KWD", "1250.500", "1,250.500", "KWD 1,250.500"),
        ("USD", "0.05", "0.05", "USD 0.05"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str, column: str, full: str) -> None:
    one = (Instalment(number=1, amount=Decimal(amount)),)
    letter = examples.award_letter("en", amount=amount, currency=currency, instalments=one)

    words = reading.words(reports.render(letter).pdf)

    assert words.count(f"Amount {full} Duration") == 1
    assert words.count(f"1 {column} immediately") == 1


def test_markup_in_a_field_is_printed_and_never_interpreted() -> None:
    letter = examples.award_letter("en", project=HOSTILE, conditions=(HOSTILE,))

    words = reading.words(reports.render(letter).pdf)

    assert words.replace(" ", "").count(HOSTILE.replace(" ", "")) == 2


def test_a_long_letter_is_set_more_tightly_to_fit_one_page() -> None:
    conditions = ("Open the workshops to the neighbouring villages.", "Publish the measurements under an open licence.")
    letter = examples.award_letter("fr", conditions=conditions)

    printed = reports.render(letter)

    assert printed.pages == 1
    assert reading.words(printed.pdf).count(conditions[1]) == 1


def test_a_letter_too_long_for_one_page_continues_and_loses_nothing() -> None:
    conditions = tuple(f"Condition {index}: " + "measure, write down and publish. " * 8 for index in range(12))
    letter = examples.award_letter("fr", conditions=conditions)

    printed = reports.render(letter)
    words = reading.words(printed.pdf)

    assert printed.pages == 2
    assert [words.count(f"Condition {index}:") for index in range(12)] == [1] * 12
    assert words.count("Données de démonstration.") == 2
    assert (words.count("page 1"), words.count("page 2")) == (1, 1)


@pytest.mark.parametrize("title", ["Réseau " * 50, "w" * 400, "long-" * 79, "a\u0301\u0302\u0303" * 90])
def test_no_title_overflows_the_page(title: str) -> None:
    recipient = Recipient(name=title, attention=title, address=(title,))
    letter = examples.award_letter("fr", project=title, call=title, recipient=recipient)

    printed = reports.render(letter)

    assert reading.outside_the_margins(printed.pdf, margin=24) == []


@pytest.mark.parametrize(
    "name",
    [
        "Ελληνική Εταιρεία",
        "Интернет-общество",
        "جمعية الإنترنت",
        "इंटरनेट सोसायटी",
        "ইন্টারনেট",
        "อินเทอร์เน็ต",
        "የኢንተርኔት ማኅበር",
        "Hội Internet",
    ],
)
def test_a_name_prints_in_its_own_script(name: str) -> None:
    printed = reports.render(examples.award_letter("fr", recipient=Recipient(name=name)))

    assert printed.pages == 1


def test_every_condition_and_task_has_a_text() -> None:
    keys = ("agreement_signed", "bank_verified", "certificate_received", "co_funding_confirmed")
    conditions = tuple(Condition(key=key) for key in keys)  # type: ignore[arg-type]
    day = examples.award_letter().starts_on
    progress = Condition(key="report_approved", report="progress", report_number=2, due_on=day)
    one = (Instalment(number=1, amount=Decimal("12322.00"), conditions=(*conditions, progress)),)
    duties = (Duty(by=day, deed="answer_letter"), Duty(by=day, deed="send_certificate", about="ethics"))

    words = reading.words(reports.render(examples.award_letter("en", instalments=one, duties=duties)).pdf)

    assert words.count(
        "the agreement is signed by both parties, your bank details are verified, we have received your certificate, "
        "your co-funding is confirmed and your progress report 2, due on 1 February 2026, is approved"
    )
    assert words.count("By 1 February 2026: reply to this letter.") == 1
    assert words.count("By 1 February 2026: send the certificate (ethics).") == 1


@pytest.mark.parametrize("address", ["https://grants.example/v/L-2026-0012", "https://x.org/" + "v" * 82])
def test_the_qr_code_in_the_footer_is_the_address_module_for_module(address: str) -> None:
    modules = [[bool(dark) for dark in row] for row in segno.make_qr(address, error="m", mask=pages.MASK).matrix]
    points_to_the_inch, millimetre = 400, 400 / 25.4

    page = reading.picture(reports.render(examples.award_letter(check_url=address)).pdf, dpi=points_to_the_inch)

    left, top, right, bottom = (round(edge * millimetre) for edge in (24, 269, 42, 296))
    foot = page.crop((left, top, right, bottom)).point(lambda grey: 255 * (grey < 128))
    code = ImageOps.invert(foot.crop(foot.getbbox()))
    greys, step = code.tobytes(), code.width / len(modules)
    middles = [int((index + 0.5) * step) for index in range(len(modules))]
    dark = [[greys[y * code.width + x] < 128 for x in middles] for y in middles]
    assert code.width == pytest.approx(15 * millimetre, abs=3)
    assert dark == modules


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You requested USD 20,000.00."),
        ("fr", "Vous avez demandé 20 000,00 USD."),
        ("es", "Usted solicitó 20.000,00 USD."),
    ],
)
def test_the_letter_of_a_partial_award_says_so(language: Language, sentence: str) -> None:
    part, whole = (pages.html(examples.award_letter(language, asked=asked)) for asked in (Decimal(20_000), None))

    assert sentence in reading.plain(part)
    assert sentence[:10] not in reading.plain(whole)


def test_a_requested_amount_must_be_higher_than_the_partial_award() -> None:
    with pytest.raises(ValueError, match="more than the award"):
        examples.award_letter(asked=Decimal(12_322))

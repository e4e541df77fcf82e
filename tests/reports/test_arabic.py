"""Documents in Arabic: their text, the direction of every part, and charts in the order of reading."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

import reports
from reports import engine, pages
from reports import wording as wording_module
from reports.charts.world import dot_map
from reports.impact import Impact
from reports.sentences import Sentences, link
from reports.snapshots import Feedback, Indicator, Recipient, Snapshot
from reports.typography import isolated, runs_right_to_left
from reports.wording import wording
from tests.reports import examples, reading

pytestmark = pytest.mark.sweep

LETTERS = (examples.award_letter, examples.decline_letter, examples.receipt)
AWARD = partial(examples.award_letter, "ar")
RECEIPT = partial(examples.receipt, "ar")
IMPACT = partial(examples.impact_report, "ar")


@pytest.mark.parametrize(
    "sentence",
    [
        "مؤسسة مجتمع الإنترنت",
        "عناية: Hanta Rakoto (demo)",
        "تحية طيبة وبعد،",
        "عُرض مقترحكم على ثلاثة مقيّمين مستقلين.",
        "توقيع الطرفين على الاتفاقية والتحقق من بياناتكم المصرفية",
        "اعتماد تقريركم المرحلي، المستحق في 15 أغسطس 2026",
        "في موعد أقصاه 26 يناير 2026: توقيع الاتفاقية G-2026-0009 عبر الإنترنت.",
        "الخطاب L-2026-0012، الإصدار 1 · مختوم إلكترونيًا (PAdES).",
    ],
)
def test_the_award_letter_is_in_arabic(sentence: str) -> None:
    assert reading.arabic(reading.printed(AWARD).pdf).count(reading.folded(sentence)) == 1


def test_the_receipt_names_the_instant_with_western_digits() -> None:
    text = reading.arabic(reading.printed(RECEIPT).pdf)

    assert reading.folded("في 30 نوفمبر 2025، الساعة 20:41:07 بتوقيت UTC") in text
    assert not [digit for digit in text if unicodedata.category(digit) == "Nd" and not digit.isascii()]


@pytest.mark.parametrize("make", LETTERS)
def test_a_letter_in_arabic_has_one_page_and_its_margins(make: Callable[..., Snapshot]) -> None:
    printed = reports.render(make("ar"))

    assert printed.pages == 1
    assert reading.outside_the_margins(printed.pdf, margin=24) == []


def test_the_award_letter_in_arabic_has_room_for_a_condition_and_a_partial_award() -> None:
    assert reports.render(AWARD(asked=Decimal(20_000), conditions=("نشر القياسات كل ثلاثة أشهر.",))).pages == 1


@pytest.mark.parametrize("make", [*LETTERS, examples.impact_report])
def test_only_arabic_pages_run_from_right_to_left(make: Callable[..., Snapshot]) -> None:
    arabic, french = (pages.html(make(language)) for language in ("ar", "fr"))

    assert '<html lang="ar" dir="rtl">' in arabic
    assert '<html lang="fr">' in french
    assert not set("\u2066\u2068\u2069") & set(french)


def test_arabic_letters_are_set_in_the_fonts_of_the_script() -> None:
    fonts = {name.removeprefix("font ") for name in reports.render(AWARD()).made_with if name.startswith("font ")}

    assert fonts == {f"{family} {weight}" for family in list(engine.FAMILIES)[:4] for weight in ("Regular", "Bold")}


def test_without_their_fonts_arabic_letters_are_set_in_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "RIGHT_TO_LEFT", dict.fromkeys(pages.RIGHT_TO_LEFT, "letter.css"))

    fonts = [name for name in reports.render(AWARD()).made_with if name.startswith("font ")]

    assert "font Noto Naskh Arabic Bold" not in fonts


def test_a_letter_without_a_glyph_in_an_arabic_name_is_refused() -> None:
    with pytest.raises(reports.Unprintable, match="U\\+10ABCD"):
        reports.render(AWARD(recipient=Recipient(name="فرع \U0010abcd")))


def test_head_and_foot_stand_on_the_side_where_reading_begins() -> None:
    arabic, french = (reading.picture(reports.render(examples.receipt(one)).pdf, dpi=40) for one in ("ar", "fr"))

    def darkest_side(page: object) -> list[str]:
        width, height = page.size  # type: ignore[attr-defined]
        bands = ((0, 0.12), (0.9, 1))
        halves = [
            [page.crop((left, int(top * height), left + width // 2, int(end * height))) for left in (0, width // 2)]  # type: ignore[attr-defined]
            for top, end in bands
        ]
        ink = [[sum(255 - grey for grey in half.tobytes()) for half in pair] for pair in halves]
        return ["left" if left > right else "right" for left, right in ink]

    assert (darkest_side(arabic), darkest_side(french)) == (["right", "right"], ["left", "left"])


@pytest.mark.parametrize(
    ("text", "right_to_left"),
    [("شبكة", True), ("12 شارع", True), ("Réseau", False), ("101 Antananarivo", False), ("12", False), ("", False)],
)
def test_a_text_runs_as_its_first_letter_does(text: str, *, right_to_left: bool) -> None:
    assert runs_right_to_left(text) is right_to_left


def test_data_keeps_its_own_direction_and_messages_do_not_mark_each_other() -> None:
    words = wording("ar")

    assert words.data("101 Antananarivo") == "\u2068101 Antananarivo\u2069"
    assert Sentences(words).attention("<i>") == f"عناية: {isolated('&lt;i&gt;')}"
    assert words.gettext("%(by)s: %(task)s", by=words.gettext("paid"), task=words.gettext("returned")) == "مدفوع: مُعاد"
    assert wording("en").data("101 Antananarivo") == "101 Antananarivo"


def in_order(*words: str) -> bool:
    """Whether the words of an address stand from left to right in a letter in Arabic."""
    pdf = reports.render(AWARD(recipient=Recipient(name="A", address=(" ".join(words),)))).pdf
    edges = [reading.left_edge(pdf, word) for word in words]
    return edges == sorted(edges)


def test_an_address_that_begins_with_a_number_keeps_its_order() -> None:
    assert in_order("101", "Antananarivo")


def test_without_marks_of_direction_the_number_would_stand_after_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording_module, "isolated", str)

    assert not in_order("101", "Antananarivo")


def test_paragraphs_of_another_direction_keep_it_and_an_address_begins_at_its_scheme() -> None:
    points = (Feedback(text="Not shown."), Feedback(text="غير مثبت."))

    page = pages.html(examples.decline_letter("ar", feedback=points))

    assert '<p dir="ltr">Not shown.</p>' in page
    assert "<p>غير مثبت.</p>" in page
    assert link("https://127.0.0.1/v/1") == '<a href="https://127.0.0.1/v/1" dir="ltr">127.0.0.1/v/1</a>'


def test_the_unit_of_an_indicator_follows_an_arabic_comma() -> None:
    goal = Indicator(name="السرعة", unit="Mbps", baseline=Decimal(0), target=Decimal(2), actual=Decimal(1))

    (row,) = Impact(IMPACT(indicators=(goal,)), wording("ar")).rows()

    assert row.name == "\u2068السرعة\u2069، \u2068Mbps\u2069"


def test_labels_stand_at_the_mirrored_place_and_are_not_mirrored_themselves() -> None:
    chart = str(Impact(IMPACT(), wording("ar")).over_time())

    texts = reading.shapes(chart, "text")
    assert (texts[0]["x"], texts[0]["text-anchor"]) == ("480", "end")
    assert "USD\u00a07,393.20</text>" in chart


def test_the_map_of_the_world_is_not_mirrored() -> None:
    svg = str(Impact(IMPACT(), wording("ar")).world())

    assert (
        svg.partition("</title>")[2]
        == str(dot_map({"MG": 1.0}, alternative="", largest=11, land="sea-land", mark="sun", ink="paper")).partition(
            "</title>"
        )[2]
    )

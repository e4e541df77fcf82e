"""Days, instants, amounts and numbers in mails, in the language and the time zone of their reader."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from grants.language import of_mail
from workflows.engine.message import Message, Money


@pytest.mark.parametrize(
    ("language", "text_found"),
    [
        ("en", "USD\xa01,234.50 on 1 March 2027, 1 March 2027 at 14:30 UTC, 0.5"),
        ("fr", "1\u202f234,50\xa0USD on 1er mars 2027, 1er mars 2027 à 14:30 UTC, 0,5"),
        ("es", "1.234,50\xa0USD on 1 de marzo de 2027, 1 de marzo de 2027 a las 14:30 UTC, 0,5"),
        (
            "ar",
            "\u2066USD\xa01,234.50\u2069 on 1 مارس 2027, 1 مارس 2027، الساعة \u206614:30 UTC\u2069, 0.5",
        ),
    ],
)
def test_values_are_written_in_the_readers_language(language: str, text_found: str) -> None:
    at = datetime(2027, 3, 1, 14, 30, tzinfo=UTC)
    message = Message(
        "%(sum)s on %(day)s, %(at)s, %(share)s",
        sum=Money(Decimal("1234.5"), "USD"),
        day=date(2027, 3, 1),
        at=at,
        share=Decimal("0.5"),
    )

    assert of_mail(language).translate(message) == text_found


@pytest.mark.parametrize(
    ("language", "zone", "written"),
    [
        ("en", "UTC", "1 March 2027 at 23:30 UTC"),
        ("en", "Africa/Abidjan", "1 March 2027 at 23:30 UTC"),
        ("en", "Indian/Antananarivo", "1 March 2027 at 23:30 UTC (2 March 2027 at 02:30 in Antananarivo)"),
        ("fr", "Africa/Tunis", "1er mars 2027 à 23:30 UTC (2 mars 2027 à 00:30, heure de Tunis)"),
        ("es", "America/Bogota", "1 de marzo de 2027 a las 23:30 UTC (1 de marzo de 2027 a las 18:30, hora de Bogotá)"),
        (
            "ar",
            "Asia/Aden",
            "1 مارس 2027، الساعة \u206623:30 UTC\u2069 (2 مارس 2027، الساعة \u206602:30\u2069 بتوقيت عدن)",
        ),
    ],
)
def test_an_instant_stands_in_utc_and_in_the_time_zone_of_the_recipient(language: str, zone: str, written: str) -> None:
    message = Message("%(at)s", at=datetime(2027, 3, 1, 23, 30, tzinfo=UTC))

    assert of_mail(language, zone).translate(message) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "IXP (Mombasa) by Ann, ann@example.org, https://grants.example.org/1"),
        ("ar", "\u2068IXP (Mombasa)\u2069 by \u2068Ann\u2069, ann@example.org, https://grants.example.org/1"),
    ],
)
def test_data_keeps_its_direction_between_words_of_the_other(language: str, written: str) -> None:
    """A title that ends with a bracket would otherwise show it at its wrong end; an address stays a link."""
    message = Message(
        "%(title)s by %(name)s, %(email)s, %(address)s",
        title="IXP (Mombasa)",
        name="Ann",
        email="ann@example.org",
        address="https://grants.example.org/1",
    )

    assert of_mail(language).translate(message) == written

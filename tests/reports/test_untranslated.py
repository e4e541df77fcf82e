"""No document contains text that is neither a message of the catalogues nor data of its snapshot.

A made-up language wraps every message in ⟦ ⟧; letters outside these brackets must come from the snapshot.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import get_args

import pytest
from babel.lists import format_list
from babel.support import NullTranslations
from pydantic import BaseModel

from reports import pages, samples
from reports.charts.shaping import as_drawn
from reports.snapshots import Condition, Duty, Instalment, Snapshot, SubmittedFile
from reports.snapshots.facts import Language
from reports.wording import Wording
from tests.reports import examples

READ = {"alt", "content", "data-page", "data-running", "title", "aria-label"}
"""Attributes whose value a person reads."""

KEYS = {"kind", "language", "key", "deed", "report", "salutation", "currency", "country_code"}
"""Fields of snapshots that hold codes, which must not be printed as they are."""

DAY = date(2026, 2, 1)
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Bracketed(NullTranslations):
    """Every message in English, in brackets; the list of numbers is split and stays without brackets."""

    def gettext(self, message: str) -> str:
        """The message in brackets."""
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The plural form of English in brackets."""
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        """The message in brackets, whatever its context."""
        return message if context == "numbers" else f"⟦{message}⟧"


def bracketed(language: Language) -> Wording:
    return Wording(language, Bracketed())


def texts(html: str) -> Iterator[str]:
    """The text of a page in its order, then each attribute that is read."""
    root = ET.fromstring(html)  # noqa: S314 (our own template)
    yield "\n".join(root.itertext())
    for element in root.iter():
        yield from (value for name, value in element.items() if name in READ)


def outside(text: str) -> str:
    """What is outside the outermost brackets."""
    depth, found = 0, []
    for character in text:
        depth += (character == "⟦") - (character == "⟧")
        found.append(character if depth == 0 and character != "⟧" else "\n" if depth == 0 else "")
    assert depth == 0
    return "".join(found)


def data(value: object, words: Wording) -> Iterator[str]:
    """The texts and formatted dates in a snapshot."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in KEYS:
                yield from data(getattr(value, name), words)
    elif isinstance(value, tuple):
        for one in value:
            yield from data(one, words)
    elif isinstance(value, datetime):
        yield from data(value.date(), words)
    elif isinstance(value, date):
        yield from (re.sub("<.*?>", "\n", str(day)) for day in (words.day(value), words.short_day(value)))
        yield from (words.plain_day(value), value.isoformat())
        yield from as_drawn(words.plain_day(value)).split("\N{NO-BREAK SPACE}")
    elif isinstance(value, str):
        yield from (line for line in value.splitlines() if line)


def untranslated(html: str, snapshot: Snapshot) -> list[str]:
    """Words of the page that are neither in brackets nor data of the snapshot."""
    words = bracketed(snapshot.language)
    known = sorted({*data(snapshot, words), format_list(["", ""], locale=words.locale).strip()}, key=len, reverse=True)
    remaining = []
    for text in texts(html):
        rest = outside(text)
        for one in known:
            rest = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", "", rest)
        remaining += re.findall(r"[^\W\d_]+", rest)
    return remaining


def full_award_letter(language: Language) -> Snapshot:
    """A letter with every condition and every task."""
    keys = ("agreement_signed", "award_condition_met", "bank_verified", "certificate_received", "co_funding_confirmed")
    conditions = [Condition(key=key) for key in keys]  # type: ignore[arg-type]
    conditions.append(Condition(key="report_approved", report="progress", report_number=2, due_on=DAY))
    one = Instalment(number=1, amount=Decimal("12322.00"), conditions=tuple(conditions))
    duties = (
        Duty(by=DAY, deed="answer_letter"),
        Duty(by=DAY, deed="send_certificate", about="ethics"),
        Duty(by=DAY, deed="send_report", report="progress", report_number=3),
    )
    return examples.award_letter(
        language, instalments=(one,), duties=duties, asked=Decimal(20_000), conditions=("Publish the measurements.",)
    )


def snapshots() -> Iterable[Snapshot]:
    yield from samples.all_kinds()
    for language in LANGUAGES:
        for make in (examples.award_letter, examples.decline_letter, examples.receipt, examples.impact_report):
            yield make(language)
        yield full_award_letter(language)
        yield examples.award_letter(language, instalments=(Instalment(number=1, amount=Decimal("12322.00")),))
        yield examples.receipt(language, files=(SubmittedFile(name="f", size=1, sha256="0" * 64),))
        yield examples.impact_report(language, indicators=(), returned=0)
        yield from (examples.receipt(language, stage=stage) for stage in ("alert", "statement"))
        yield examples.decline_letter(language, stage="statement", so_far=True)
        yield examples.decline_letter(language, eligible=False)


@pytest.mark.parametrize("snapshot", list(snapshots()), ids=lambda one: f"{one.kind} {one.language}")
def test_every_text_is_a_message_or_data(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "wording", bracketed)

    html = pages.html(snapshot)

    assert html.count("⟦") > 10
    assert untranslated(html, snapshot) == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("<p>Forgotten</p></body>", ["Forgotten"]),
        ('<img src="" alt="A forgotten picture"/></body>', ["A", "forgotten", "picture"]),
        ("<p>agreement_signed</p></body>", ["agreement", "signed"]),
    ],
)
def test_without_a_catalogue_a_text_is_found(written: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "wording", bracketed)
    snapshot = examples.receipt()

    html = pages.html(snapshot).replace("</body>", written)

    assert untranslated(html, snapshot) == found


def test_untranslated_documents_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: in English, without brackets, every sentence counts as hard-coded in the template."""
    monkeypatch.setattr(pages, "wording", lambda language: Wording(language, NullTranslations()))
    snapshot = examples.decline_letter("en")

    assert len(untranslated(pages.html(snapshot), snapshot)) > 50

"""No page and no mail contains text that is neither a message of the catalogues nor data, and no two texts touch.

A made-up language wraps every message in ⟦ ⟧. Letters outside these brackets must be data: texts that the database or a
form holds, names of countries, dates and codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any
from zoneinfo import available_timezones

import pytest
from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from babel.support import NullTranslations
from flask import Flask
from sqlalchemy import String, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from werkzeug.test import TestResponse

from config import LANGUAGES, NAMES
from grants import language
from grants.db import db
from grants.models import Invitation, Organisation, Outbox, Person, Registration, Report
from grants.outside.servers import Postgres
from grants.services import registers
from grants.web.links.link_view import masked
from grants.web.site import formats
from tests import provider
from tests.access.stage import REDIRECTS, Stage, played
from tests.access.table import rows
from tests.web.spacing import glued
from workflows.engine.message import Message

READ = {"title", "alt", "aria-label", "placeholder"}
UNREAD = {"script", "style", "template"}
WORD = re.compile(r"[^\W\d_]{2,}")
RANDOM = re.compile("[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}|[A-Z2-9]{4}(?:-[A-Z2-9]{4}){5}")
"""The key of an authenticator app, and a recovery code."""
READERS = {"own", "rev", "off", "app", "fin", "aud", "adm", "anon"}
"""Who reads the pages, as the access tests name them."""


class Bracketed(NullTranslations):
    """Every message in English, in brackets that leave out its values: these must be messages or data themselves."""

    def gettext(self, message: str) -> str:
        """The message in brackets."""
        return "⟦" + VALUE.sub(r"⟧\g<0>⟦", message) + "⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The plural form of English in brackets."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The message in brackets, whatever its context."""
        return self.gettext(message)

    ugettext, ungettext, upgettext = gettext, ngettext, pgettext


VALUE = re.compile(r"%\(\w+\)[sd]")


class Texts(HTMLParser):
    """The texts of a page that a person reads, and the attributes that are read aloud or shown."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.attributes: list[str] = []
        self.nodes: list[str] = []
        self._unread = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes that are read, and the value of a button."""
        self._unread += tag in UNREAD
        given = dict(attrs)
        wanted = READ | ({"value"} if tag == "input" and given.get("type") in {"submit", "button"} else set())
        self.attributes += [value for name, value in attrs if name in wanted and value]

    def handle_endtag(self, tag: str) -> None:
        """Leave a part that is not read."""
        self._unread -= tag in UNREAD

    def handle_data(self, data: str) -> None:
        """Keep a text that is not drawn by chance."""
        if not self._unread and data.strip() and not RANDOM.fullmatch(data.strip()):
            self.nodes.append(data)


def outside(text: str) -> str:
    """What is outside the outermost brackets."""
    depth, found = 0, []
    for character in text:
        depth += (character == "⟦") - (character == "⟧")
        found.append(character if depth == 0 and character != "⟧" else "\x1f" if depth == 0 else "")
    return "".join(found)


def data() -> set[str]:
    """The texts that people typed or the system numbered: all of the database but messages and keys, line by line."""
    found: set[str] = set()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if column is Report.__table__.c.title:
                continue  # a report has the title of its programme, which is a message
            if isinstance(column.type, (String, Text)) and column.name not in KEYS:
                found |= {str(value) for value in db.session.scalars(select(column).distinct()) if value}
            elif isinstance(column.type, JSONB) and column.name in TYPED:
                found |= {text for value in db.session.scalars(select(column)) for text in leaves(value)}
    found |= {registers.ours(id) for id in db.session.scalars(select(Organisation.id))}
    for address in (Person.email, Invitation.email, Registration.email):
        found |= {masked(one) for one in db.session.scalars(select(address))}
    lines = {" ".join(line.split()) for text in found for line in text.splitlines()}
    return {line for line in lines if WORD.search(line) and (line in LOWER or not re.fullmatch("[a-z_]+", line))}


KEYS = {"kind", "role", "step", "stage", "standing", "state", "verdict", "step_from", "step_to", "key", "audience"}
"""Columns of keys, which must never be shown as they are."""
LOWER = {"fibre", "households", "records"}
"""What people typed in lower case without a space, as keys are."""
TYPED = {"answers", "words", "content"}
"""Columns of JSON that hold what people typed."""


def leaves(value: Any) -> Iterator[str]:
    """The texts in a JSON value."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value


@cache
def constants() -> frozenset[str]:
    """Words of the locale, and names: days, months, countries, codes, the Foundation, languages."""
    english = Locale("en")
    named = [*english.territories.values(), *english.months["format"]["wide"].values()]
    named += [*english.months["format"]["abbreviated"].values(), *english.days["format"]["abbreviated"].values()]
    zones = [key for key in get_global("zone_territories") if key in available_timezones() and "Etc" not in key]
    cities = (get_timezone_location(key, locale=english, return_city=True) for key in zones)
    named += [*NAMES.values(), *cities, *(english.languages[one] for one in LANGUAGES)]
    named += [*(str(Locale(one).display_name) for one in LANGUAGES), provider.NAME, provider.ISSUER]
    codes = "ValueError UTC USD LDC SIDS PDF JPEG PNG WebP TIFF DOCX ODT XLSX ODS kB MB Foundation Grants English"
    return frozenset(word for text in (*named, codes) for word in WORD.findall(text))


@pytest.fixture(scope="module")
def stage(
    flow_row: Flask, postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The world of the access tests, read in the made-up language."""
    folder = tmp_path_factory.mktemp("untranslated")
    with played(flow_row, postgres, template, folder) as stage, pytest.MonkeyPatch.context() as patch:
        patch.setattr(formats, "translations", lambda _: Bracketed())
        yield stage


def untranslated(html: str, known: set[str], words: frozenset[str]) -> set[str]:
    """The texts with a word that is outside brackets and neither data nor a known word."""
    page = Texts(html)
    bare = outside("\x1f".join(page.nodes)).split("\x1f")
    bare += [part for text in page.attributes for part in outside(text).split("\x1f")]
    return {text for part in bare if (text := " ".join(part.split())) and unknown(text, known, words)}


def unknown(text: str, known: set[str], words: frozenset[str]) -> bool:
    """Whether a word remains when all data is taken out of the text."""
    if text in known or not set(WORD.findall(text)) - words:
        return False
    for one in sorted((one for one in known if one in text), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", "", text)
    return bool(set(WORD.findall(text)) - words)


@pytest.fixture(scope="module")
def known(stage: Stage) -> set[str]:
    """The data of the world."""
    stage.call("anon", "GET", "/")
    with stage.app.app_context():
        found = data()
        db.session.remove()
    return found


def shown(answers: Iterable[tuple[str, TestResponse]], known: set[str]) -> dict[str, str]:
    """The untranslated texts of pages, each with an address."""
    found: dict[str, str] = {}
    words = constants()
    for name, answer in answers:
        if answer.mimetype == "text/html" and answer.status_code not in REDIRECTS:
            html = answer.get_data(as_text=True)
            assert html.count("⟦") > 10, name
            found |= dict.fromkeys(untranslated(html, known, words), f"{name} {answer.status_code}")
    return found


@pytest.fixture(scope="module")
def pages(stage: Stage) -> dict[str, TestResponse]:
    """Every page, for each role that may see it, by its reader and address."""
    return dict(_pages(stage))


@pytest.fixture(scope="module")
def refusals(stage: Stage) -> list[tuple[str, TestResponse]]:
    """The refusals of every form, and the pages of errors."""
    return list(_refusals(stage))


def _pages(stage: Stage) -> Iterator[tuple[str, TestResponse]]:
    for row in rows():
        if row.method == "GET" and row.endpoint not in {"static", "mailbox.show", "mailbox.index"}:
            for actor in set(row.allowed) & READERS:
                yield f"{actor} {row.path}", stage.call(actor, "GET", stage.filled(row.path))


EMPTY = {"idempotency_key": "one"}
"""A form with nothing but its key."""


def _refusals(stage: Stage) -> Iterator[tuple[str, TestResponse]]:
    """Every form sent empty, which most refuse (422, or 409 at another step), and the pages 403, 404 and 405."""
    for row in rows():
        if row.method == "POST" and row.allowed:
            yield row.path, stage.call(row.allowed[0], "POST", stage.filled(row.path), EMPTY)
    yield "403", stage.call("own", "GET", "/people")
    yield "404", stage.call("own", "GET", "/nothing")
    yield "405", stage.call("own", "POST", "/account")
    yield "409", stage.call("own", "POST", stage.filled("/applications/{granted}/transitions/submit"), EMPTY)
    yield "409", stage.call("own", "POST", stage.filled("/reports/{received}/transitions/send"), EMPTY)
    yield "422", stage.call("own", "POST", stage.filled("/reports/{received}/transitions/send"), {})
    stage.call("own", "POST", stage.filled("/reports/{report}/transitions/send"), EMPTY)
    yield "409", stage.call_again("own", "POST", stage.filled("/reports/{report}/write"), EMPTY)


@pytest.mark.sweep
def test_every_text_of_a_page_is_a_message_or_data(pages: dict[str, TestResponse], known: set[str]) -> None:
    found = shown(pages.items(), known)

    assert found == {}


@pytest.mark.sweep
def test_every_text_of_a_refusal_is_a_message_or_data(
    refusals: list[tuple[str, TestResponse]], known: set[str]
) -> None:
    assert {403, 404, 409, 422} <= {answer.status_code for _, answer in refusals}
    assert shown(refusals, known) == {}


@pytest.mark.sweep
def test_no_text_of_a_page_touches_the_next(
    pages: dict[str, TestResponse], refusals: list[tuple[str, TestResponse]]
) -> None:
    answers = [*pages.items(), *refusals]
    read = {name: answer.get_data(as_text=True) for name, answer in answers if answer.mimetype == "text/html"}

    assert len(read) > 100
    assert {touching: name for name, html in read.items() for touching in glued(html)} == {}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("<p>The end.Next sentence</p>", {"The end.Next sentence"}),
        ("<p>⟦The end.⟧⟦Next sentence⟧</p>", {"The end.Next sentence"}),
        ('<p>The end.<a href="/">Next</a></p>', {"The end.|Next|"}),
        ("<td><time>16 Aug 2027</time><span>in 261 days</span></td>", {"|16 Aug 2027||in 261 days|"}),
        ("<p>The end. Next</p><p>Third</p>", set()),
        ('<a href="/">Read<span class="unseen">: a title</span></a>', set()),
        ("<p>.ORG registrations, 1.5 of them at example.org</p>", set()),
    ],
)
def test_texts_that_touch_are_found(written: str, found: set[str]) -> None:
    assert glued(written) == found


def test_every_text_of_a_mail_is_a_message_or_data(stage: Stage, known: set[str]) -> None:
    wording = language.Wording("en", Bracketed(), lambda at: f"{at:%H:%M}")
    with stage.app.app_context():
        mails = [one for one in db.session.scalars(select(Outbox).filter_by(kind="mail")) if "subject" in one.args]
        texts = [Message.from_json(dict[str, Any](mail.args)[part]) for mail in mails for part in ("subject", "text")]
        db.session.remove()

    assert len({message.text for message in texts}) > 20
    found = [part for message in texts for part in outside(wording.translate(message)).split("\x1f")]
    words = constants()
    assert [part for part in found if unknown(" ".join(part.split()), known, words)] == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("<p>Forgotten</p></body>", {"Forgotten"}),
        ('<img alt="A forgotten picture"></body>', {"A forgotten picture"}),
        ('<input type="submit" value="Forgotten"></body>', {"Forgotten"}),
        ("<p>good_standing</p></body>", {"good_standing"}),
        ("<p>Interim report</p></body>", {"Interim report"}),
    ],
)
def test_a_text_that_is_no_message_is_found(stage: Stage, known: set[str], written: str, found: set[str]) -> None:
    html = stage.call("anon", "GET", "/").get_data(as_text=True)

    assert untranslated(html.replace("</body>", written), known, constants()) == found


def test_an_untranslated_page_is_found(stage: Stage, known: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: in English, without brackets, every sentence counts as hard-coded in the template."""
    monkeypatch.setattr(formats, "translations", lambda _: NullTranslations())

    html = stage.call("anon", "GET", "/").get_data(as_text=True)

    assert len(untranslated(html, known, constants())) > 20

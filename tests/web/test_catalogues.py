"""The catalogues of pages and mails hold exactly the messages of the sources, and every mail is translated."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from gettext import c2py
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from pydantic import BaseModel

from config import LANGUAGES, ROOT
from grants import language
from grants.jobs import mail_texts
from grants.services import authority, devices
from grants.services.correspondence import messages as commands
from grants.services.correspondence import replies
from tests.catalogues import forms, ids, lines, messages, placeholders, pybabel, read
from workflows import cases, programme
from workflows.engine import roles
from workflows.engine.message import Message as Text
from workflows.engine.steps import STEPS
from workflows.flows.standard import FLOWS
from workflows.forms.completeness import CATEGORIES
from workflows.mails import messages as mails
from workflows.mails import register
from workflows.programmes import programmes
from workflows.rules.calls import CALL_RULES

RECIPE = "Add a sentence to a page or mail"
TRANSLATED = [code for code in LANGUAGES if code != "en"]
every_translation = pytest.mark.parametrize("code", TRANSLATED)
SHOWN = {"title", "label", "help", "consequence", "history_text", "lead", "eligible", "question", "word"}
"""Fields of rows and programmes that hold a text for people."""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the commands read and write, as a copy that is the current directory."""
    for folder in ("grants", "workflows", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The English texts of a catalogue; the tests of the commands show that these are all."""
    return {text for message in messages(read(language.po_file("fr"))) for text in forms(message.id)}


AROUND = {
    "Dear %(name)s,",
    "Your contact is %(name)s, %(email)s.",
    "%(label)s: %(text)s",
    *mail_texts.LINKS.values(),
    mail_texts.PAGE,
    *devices.WAYS.values(),
    *devices.WORDS,
    *(mails.ON_PAGE, mails.PAGE),
    *(replies.LARGE, replies.LONG, replies.EMPTY, replies.LATE),
    *(one.text for one in (commands.UNSENT, commands.NOBODY, authority.LOST)),
}
"""What mails have around their texts, and before what a person entered."""


def of_mails() -> set[Any]:
    """The English texts that a mail can contain: its sentences, and the values that are messages."""
    rows = {
        text
        for one in register.notifications_of_all()
        for text in (one.subject, (one.text, one.plural) if one.plural else one.text, *one.more)
    }
    reports = {one.title for each in programmes().values() for one in each.rules.reports}
    labels = {
        field.label
        for flow in FLOWS
        for row in flow.transitions
        for field in row.fields
        if not field.required and any(f"%({field.key})s" in one.text for one in row.notifies)
    }
    return {*rows, *labels, *reports, *AROUND, "the date of our decision"}


def texts(row: Any) -> Iterator[str]:
    """The texts for people in a row, a programme, or a tuple of either; options and anchors included."""
    if isinstance(row, Enum):
        return
    if isinstance(row, (tuple, list)):
        for one in row:
            yield from texts(one)
    names = (
        type(row).model_fields
        if isinstance(row, BaseModel)
        else [f.name for f in fields(row)]
        if is_dataclass(row)
        else []
    )
    for name in names:
        value = getattr(row, name)
        if name in {"options", "checks"}:
            yield from (title for _, title in value)
        elif name == "anchors":
            yield from value
        elif isinstance(value, str):
            yield from [value] if name in SHOWN or name in {"subject", "text"} else []
        else:
            yield from texts(value)


def names(row: Any) -> list[str]:
    """The fields of a row or a programme; none for other values."""
    if isinstance(row, BaseModel):
        return list(type(row).model_fields)
    return [field.name for field in fields(row)] if is_dataclass(row) else []


def test_the_catalogues_hold_every_message_and_no_other(checkout: Path) -> None:
    pybabel("extract", RECIPE)
    pybabel("update", RECIPE)

    extracted = ids(read(checkout / "build" / "messages.pot"))
    assert len(extracted) > 1_000
    for code in TRANSLATED:
        po_file = language.po_file(code)
        assert ids(read(po_file)) == extracted
        assert list(read(po_file).obsolete.values()) == []
        assert lines(checkout / po_file.relative_to(ROOT)) == lines(po_file), "run the commands of CONTRIBUTING.md"


NEW = {
    "workflows/flows/new.py": """
        Message("A new sentence about %(it)s.", it=1)
        Message.counted("%(n)s day", "%(n)s whole days", n=3)
        row(key, N_("A new label"))
    """,
    "workflows/rules/new.py": 'def new(case, params):\n    """A new rule."""',
    "templates/new.html": '{{ _("A new page") }}',
}


def test_new_sentences_are_found_by_the_commands(checkout: Path) -> None:
    for folder in ("grants", "workflows", "templates"):
        for path in [*(checkout / folder).rglob("*.py"), *(checkout / folder).rglob("*.html")]:
            path.unlink()
    for file, written in NEW.items():
        (checkout / file).write_text(dedent(written), "utf-8")

    pybabel("extract", RECIPE)

    found = {message.id for message in messages(read(checkout / "build" / "messages.pot"))}
    counted = ("%(n)s day", "%(n)s whole days")
    assert found == {"A new sentence about %(it)s.", counted, "A new label", "A new rule.", "A new page"}


def test_every_text_of_flows_and_programmes_is_a_message(known: set[str]) -> None:
    rows = [FLOWS, tuple(programmes().values()), tuple(STEPS.values())]
    tables = [roles.ROLES, cases.KINDS, cases.STANDINGS, programme.STAGES, programme.TIME_LIMITS]

    written = {text for row in rows for text in texts(row) if text}
    named = {message.text for table in tables for message in table.values()}
    assert len(written) > 300
    assert (written | named | {title for _, title in CATEGORIES}) - known == set()
    assert {rule.sentence for rule in CALL_RULES.values()} - known == set()


@every_translation
def test_every_mail_is_translated(code: str) -> None:
    catalogue = read(language.po_file(code))

    wanted = of_mails()
    assert len(wanted) > 40
    assert [text for text in wanted if text not in catalogue or not all(forms(catalogue[text].string))] == []


@every_translation
def test_a_language_of_pages_is_complete(code: str) -> None:
    if code in LANGUAGES:
        assert [one.id for one in messages(read(language.po_file(code))) if not all(forms(one.string))] == []


@every_translation
def test_a_translation_has_the_values_of_its_message(code: str) -> None:
    done = [message for message in messages(read(language.po_file(code))) if all(forms(message.string))]

    assert [one.id for one in done if placeholders(one.string) != placeholders(one.id) or one.fuzzy] == []


@every_translation
def test_every_plural_form_of_the_language_is_there(code: str) -> None:
    catalogue = read(language.po_file(code))

    used = {c2py(catalogue.plural_expr)(number) for number in range(1_000)}
    assert used == set(range(catalogue.num_plurals))
    counted = [message for message in messages(catalogue) if message.pluralizable and any(forms(message.string))]
    assert [
        one.id for one in counted if len([text for text in forms(one.string) if text]) != catalogue.num_plurals
    ] == []


@every_translation
def test_a_text_without_a_translation_is_shown_in_english(code: str) -> None:
    wording = language.Wording(code, language.translations(code), str)
    empty = [one for one in messages(read(language.po_file(code))) if one.string == "" and "%" not in str(one.id)]

    assert [wording.translate(str(one.id)) for one in empty] == [one.id for one in empty]


def test_a_counted_message_has_the_plural_form_of_the_language() -> None:
    english = language.of_mail("en")

    found = [english.translate(Text.counted("%(n)s review", "%(n)s reviews", n=n)) for n in (0, 1, 2)]

    assert found == ["0 reviews", "1 review", "2 reviews"]


def test_nothing_compiled_is_kept() -> None:
    assert list((ROOT / "grants" / "translations").rglob("*.mo")) == []

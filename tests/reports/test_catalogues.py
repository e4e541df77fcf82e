"""The catalogues of the documents hold exactly the messages of code and templates, each fully translated."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from gettext import c2py
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Message
from babel.support import NullTranslations

from config import ROOT
from reports import DOCUMENTS, catalogues, printing
from reports.snapshots.facts import Language
from reports.typography import NARROW
from tests.catalogues import forms, ids, lines, messages, placeholders, pybabel, read

TRANSLATED: tuple[Language, ...] = tuple(language for language in get_args(Language) if language != "en")
RECIPE = "Add a sentence to a document"
every_translation = pytest.mark.parametrize("language", TRANSLATED)
NAMELESS = {"salutation", "salutation of a woman", "salutation of a man"}
"""Contexts of messages whose value a translation may omit: not every language addresses a person by name."""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the commands read and write, as a copy that is the current directory."""
    shutil.copytree(ROOT / "reports", tmp_path / "reports", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(DOCUMENTS, tmp_path / "templates" / "print")
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def translated(language: Language) -> Iterator[tuple[Message, str]]:
    """Each translation, plural forms one by one."""
    for message in messages(read(catalogues.po_file(language))):
        yield from ((message, text) for text in forms(message.string))


def test_the_catalogues_hold_every_message_and_no_other(checkout: Path) -> None:
    pybabel("extract", RECIPE)

    extracted = ids(read(checkout / "build" / "documents.pot"))
    assert len(extracted) > 100
    for language in TRANSLATED:
        catalogue = read(catalogues.po_file(language))
        assert ids(catalogue) == extracted
        assert list(catalogue.obsolete.values()) == []


def test_updating_the_catalogues_changes_nothing(checkout: Path) -> None:
    pybabel("extract", RECIPE)
    pybabel("update", RECIPE)

    for language in TRANSLATED:
        po_file = catalogues.po_file(language)
        assert lines(checkout / po_file.relative_to(ROOT)) == lines(po_file)


def test_a_new_sentence_is_found_by_the_commands(checkout: Path) -> None:
    template = checkout / "templates" / "print" / "receipt.html"
    template.write_text(template.read_text("utf-8") + '{{ _("A new sentence about %(it)s.", it=1) }}', "utf-8")

    pybabel("extract", RECIPE)
    pybabel("update", RECIPE)

    po = read(checkout / catalogues.po_file("fr").relative_to(ROOT))
    assert [message.id for message in messages(po) if not message.string] == ["A new sentence about %(it)s."]


@every_translation
def test_no_translation_is_empty_or_doubtful(language: Language) -> None:
    assert [message.id for message, text in translated(language) if not text.strip() or message.fuzzy] == []


@every_translation
def test_a_translation_has_the_values_of_its_message(language: Language) -> None:
    differing = [
        message.id
        for message in messages(read(catalogues.po_file(language)))
        if placeholders(message.string) != placeholders(message.id) and message.context not in NAMELESS
    ]

    assert differing == []


@every_translation
def test_a_translation_names_no_value_that_its_message_lacks(language: Language) -> None:
    invented = [
        message.id for message, text in translated(language) if not placeholders(text) <= placeholders(message.id)
    ]

    assert invented == []


@every_translation
def test_every_plural_form_of_the_language_is_there(language: Language) -> None:
    catalogue = read(catalogues.po_file(language))
    used = {c2py(catalogue.plural_expr)(number) for number in range(1_000)}

    assert used == set(range(catalogue.num_plurals))
    for message in messages(catalogue):
        if message.pluralizable:
            assert len(forms(message.string)) == catalogue.num_plurals


@every_translation
def test_a_list_of_numbers_goes_from_none_to_twelve(language: Language) -> None:
    (numbers,) = [text for message, text in translated(language) if message.context == "numbers"]

    assert len(numbers.split(" ")) == 13


def shown(loaded: NullTranslations, message: Message, number: int) -> str:
    """A message as a document shows it, in the plural form of the number."""
    text, *plural = forms(message.id)
    if plural:
        return loaded.ngettext(text, plural[0], number)
    return str(loaded.pgettext(message.context, text)) if message.context else loaded.gettext(text)


def test_french_translations_get_narrow_spaces_when_they_are_read() -> None:
    loaded, french = catalogues.translations("fr"), messages(read(catalogues.po_file("fr")))

    texts = [shown(loaded, message, number) for message in french for number in (1, 2)]

    assert [text for text in texts if re.search(r"[ \u00a0][;:?!»]|« ", text)] == []
    assert sum(NARROW in text for text in texts) > 20


def test_nothing_compiled_is_kept() -> None:
    assert list(catalogues.FOLDER.rglob("*.mo")) == []


def test_a_changed_translation_changes_what_a_document_was_made_with(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(catalogues.FOLDER, tmp_path / "translations"))
    before = printing.digest(copy)

    po = copy / "es" / "LC_MESSAGES" / "documents.po"
    po.write_text(po.read_text("utf-8").replace("convenio", "acuerdo"), "utf-8")

    assert printing.digest(copy) != before

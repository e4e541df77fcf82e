"""The translations of the documents: gettext catalogues of the domain `documents`, read from their `.po` files.

The English text of a message is its key. `CONTRIBUTING.md` ("Add a sentence to a document") says how the catalogues
are updated. Nothing is compiled ahead: a catalogue is read once per process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from reports.snapshots.facts import Language
from reports.typography import french

DOMAIN = "documents"
FOLDER = Path(__file__).resolve().parent / "translations"
SPACING: dict[str, Callable[[str], str]] = {"fr": french}
"""The typography of a language, applied to its translations when they are read."""


def po_file(language: Language) -> Path:
    """The catalogue of a language; the source language, English, has none."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def translations(language: Language) -> NullTranslations:
    """The translations into a language, read once per process. English is what the code says."""
    if language == "en":
        return NullTranslations()
    return read(po_file(language), language)


def read(po_file: Path, language: str) -> Translations:
    """The translations of a `.po` file into this language, with the typography of the language."""
    with po_file.open("rb") as file:
        catalogue = read_po(file, locale=language, domain=po_file.stem, abort_invalid=True)
    if language in SPACING:
        _rewrite(catalogue, SPACING[language])
    return loaded(catalogue)


def loaded(catalogue: Catalog) -> Translations:
    """A catalogue with the methods of gettext; its plural rule is read by gettext itself."""
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, catalogue.domain)


def _rewrite(catalogue: Catalog, rewrite: Callable[[str], str]) -> None:
    """Change each translation, with all its plural forms."""
    for message in catalogue:
        if message.id:
            text = message.string or ""
            message.string = rewrite(text) if isinstance(text, str) else tuple(map(rewrite, text))


def N_(message: str) -> str:  # noqa: N802 (gettext's own name, which extraction knows)
    """Mark a message for extraction where it is not translated at once."""
    return message

"""Snapshots to HTML: one template per kind of document, and the functions that all templates may call."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from reports import DOCUMENTS
from reports.impact import Impact
from reports.sentences import Sentences, link, strong
from reports.snapshots import ImpactReport, Snapshot
from reports.wording import Wording, wording

STYLESHEETS: dict[str, tuple[str, ...]] = {
    "award_letter": ("letter.css",),
    "decline_letter": ("letter.css",),
    "receipt": ("letter.css",),
    "impact_report": ("impact.css",),
}

RIGHT_TO_LEFT: dict[str, str] = {"letter.css": "letter_rtl.css", "impact.css": "impact_rtl.css"}
"""The stylesheet that follows each stylesheet in a language that is written from right to left."""

MASK = 2
"""The mask of the QR code, one of the eight that the standard defines."""


def html(snapshot: Snapshot, *, close: bool = False) -> str:
    """The document as HTML with its language, title and date; `close` sets it in tighter spacing."""
    words = wording(snapshot.language)
    impact = Impact(snapshot, words) if isinstance(snapshot, ImpactReport) else None
    return (
        _environment()
        .get_template(f"{snapshot.kind}.html")
        .render(
            it=snapshot,
            close=close,
            impact=impact,
            words=words,
            sentences=Sentences(words),
        )
    )


def stylesheets(snapshot: Snapshot) -> tuple[str, ...]:
    """The stylesheets of a document, in the order in which they apply."""
    sheets, right_to_left = STYLESHEETS[snapshot.kind], wording(snapshot.language).right_to_left
    return (*sheets, *(RIGHT_TO_LEFT[one] for one in sheets)) if right_to_left else sheets


def paragraphs(text: str) -> list[str]:
    """The lines of a plain text that are not empty."""
    return [line for line in text.split("\n") if line.strip()]


def grouped(code: str) -> str:
    """The code of a document in groups, which are easier to type: "7K2M-9QX4T-B3WD"."""
    return "-".join((code[:4], code[4:9], code[9:]))


def qr(address: str, alternative: str) -> Markup:
    """A QR code as SVG (error correction M), with its text alternative as the first child for the tagged PDF.

    The mask is fixed: readers accept every mask, and choosing the best one takes four times as long as drawing.
    """
    code = segno.make_qr(address, error="m", mask=MASK)
    drawing = BytesIO()
    look = {"border": 0, "dark": "#1B2530", "title": alternative, "omitsize": True, "svgclass": None, "lineclass": None}
    code.save(drawing, kind="svg", xmldecl=False, nl=False, **look)
    return Markup(drawing.getvalue().decode())  # noqa: S704 (the address is drawn, and segno escapes the title)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(DOCUMENTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined] # added by the extension
        _gettext, _ngettext, newstyle=False, pgettext=_pgettext
    )
    environment.globals.update(paragraphs=paragraphs, grouped=grouped, qr=qr, link=link, strong=strong)
    return environment


def _words(context: Context) -> Wording:
    words: Wording = context["words"]
    return words


@pass_context
def _gettext(context: Context, message: str, /, **values: object) -> Markup:
    """The translation into the language of the document, with its values."""
    return _words(context).gettext(message, **values)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int, /, **values: object) -> Markup:
    return _words(context).ngettext(singular, plural, number, **values)


@pass_context
def _pgettext(context: Context, message_context: str, message: str, /, **values: object) -> Markup:
    return _words(context).pgettext(message_context, message, **values)

"""Snapshots become HTML here: one template per kind, and the few things all of them may call."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import DOCUMENTS
from reports.impact import Impact
from reports.sentences import Sentences, link, strong
from reports.snapshots import ImpactReport, Snapshot
from reports.wording import wording

STYLESHEETS: dict[str, tuple[str, ...]] = {
    "award_letter": ("letter.css",),
    "decline_letter": ("letter.css",),
    "receipt": ("letter.css",),
    "impact_report": ("impact.css",),
}

MASK = 2
"""Of the eight patterns that a QR code may be laid over with."""


def html(snapshot: Snapshot, *, close: bool = False) -> str:
    """The document as HTML, complete with its language, title and date; `close` sets a letter closer."""
    words = wording(snapshot.language)
    sentences = Sentences(words)
    impact = Impact(snapshot, words) if isinstance(snapshot, ImpactReport) else None
    return (
        _environment()
        .get_template(f"{snapshot.kind}.html")
        .render(
            it=snapshot,
            close=close,
            impact=impact,
            words=words,
            say=words.say,
            conditions=sentences.conditions,
            deed=sentences.deed,
        )
    )


def paragraphs(text: str) -> list[str]:
    """Plain text cut at its line ends; empty lines count for nothing."""
    return [line for line in text.split("\n") if line.strip()]


def qr(address: str, alternative: str) -> Markup:
    """A QR code as SVG (error correction M), with its alternative as the first child for the tagged PDF.

    Every reader takes every mask; to weigh them all against each other takes four times as long as to draw one.
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
    )
    environment.globals.update(paragraphs=paragraphs, qr=qr, link=link, strong=strong)
    return environment

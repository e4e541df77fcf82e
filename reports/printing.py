"""Print a snapshot: the bytes of its PDF, and the versions of everything that shapes those bytes."""

from __future__ import annotations

import hashlib
import platform
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from reports import DOCUMENTS, engine, fonts, limits, pages, samples
from reports.pictures import fit_to_print
from reports.refusal import Unprintable
from reports.snapshots import ImpactReport, Letter, Snapshot

SOURCES = frozenset({".html", ".css", ".po", ".svg", ".py", ".json"})
"""Suffixes of the files that shape a page."""


LETTER, REPORT = 1, 3
"""The pages that a letter and an impact report should have; one that is longer is tried in tighter spacing."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A printed document. sha256 is of `pdf`; made_with lists the versions and fonts that reproduce these bytes."""

    pdf: bytes
    sha256: str
    pages: int
    made_with: dict[str, str]


def render(snapshot: Snapshot, *, pictures: Mapping[str, bytes] | None = None, limited: bool = True) -> Rendered:
    """Print a snapshot. The same snapshot, libraries and fonts give the same bytes, in any process.

    pictures: SHA-256 → the JPEG or PNG with that hash, for a snapshot that names one. Pictures are scaled to the
    page; their metadata, such as the place where they were taken, is removed. limited: refuse what is too long; false
    for a document that was printed before there were limits.

    Raises reports.Unprintable with a message for the officer: a character is in no installed font, a picture is
    missing, differs from its hash or is unreadable, the print engine reports an error, the document requests an
    outside resource, or it is too long.
    """
    if limited:
        limits.check_length(snapshot)
    assets = _assets(snapshot, pictures or {})
    identifier = hashlib.sha256(snapshot.model_dump_json().encode()).hexdigest()[:32].encode()
    sheets = pages.stylesheets(snapshot)
    printed = engine.print_html(pages.html(snapshot), stylesheets=sheets, identifier=identifier, assets=assets)
    wanted = LETTER if isinstance(snapshot, Letter) else REPORT
    if printed.pages > wanted:
        closer = engine.print_html(
            pages.html(snapshot, close=True), stylesheets=sheets, identifier=identifier, assets=assets
        )
        printed = closer if closer.pages == wanted else printed
    if limited:
        limits.check_pages(snapshot, printed.pages)
    return Rendered(
        pdf=printed.pdf,
        sha256=hashlib.sha256(printed.pdf).hexdigest(),
        pages=printed.pages,
        made_with={**_versions(), **{f"font {name}": fact for name, fact in printed.fonts.items()}},
    )


def warm() -> None:
    """Print one document per template and language, so that processes forked from this one start warm.

    This reads fonts, parses stylesheets, compiles templates and loads catalogues. It starts no thread.
    """
    fonts.foresee_subsets()
    for snapshot in samples.all_kinds():
        render(snapshot)


def _assets(snapshot: Snapshot, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """The picture that the snapshot names, prepared for printing."""
    if not isinstance(snapshot, ImpactReport) or snapshot.picture is None:
        return {}
    name = snapshot.picture.sha256
    data = pictures.get(name, b"")
    if hashlib.sha256(data).hexdigest() != name:
        raise Unprintable(f"The picture {name[:12]}… is missing or has been replaced by another file.")
    return {name: fit_to_print(data)}


@cache
def _versions() -> dict[str, str]:
    packages = ("weasyprint", "pydyf", "pillow", "babel", "jinja2", "segno")
    return {
        "templates": digest(DOCUMENTS, Path(__file__).resolve().parent),
        **{name: version(name) for name in packages},
        "pango": fonts.pango_version(),
        "harfbuzz": fonts.harfbuzz_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "python": platform.python_version(),
    }


def digest(*folders: Path) -> str:
    """SHA-256 over the project's own files that shape a page: templates, styles, catalogues, data and code."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in SOURCES:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()

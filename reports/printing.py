"""The whole way from a snapshot to the bytes of its PDF, and what those bytes were made with."""

from __future__ import annotations

import hashlib
import platform
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from reports import DOCUMENTS, engine, fonts, pages, samples
from reports.pictures import fit_to_print
from reports.refusal import Unprintable
from reports.snapshots import ImpactReport, Letter, Snapshot


@dataclass(frozen=True, slots=True)
class Rendered:
    """A printed document. sha256 is of `pdf`; made_with says which versions and fonts give these bytes again."""

    pdf: bytes
    sha256: str
    pages: int
    made_with: dict[str, str]


def render(snapshot: Snapshot, *, pictures: Mapping[str, bytes] | None = None) -> Rendered:
    """Print a snapshot: the same snapshot, libraries and fonts give the same bytes, in any process.

    pictures: SHA-256 → the JPEG or PNG of that hash, for a snapshot that names one. They are scaled to the
    page and lose all that a camera writes into them, such as the place.

    Raises reports.Unprintable with a sentence for the officer: a character that no font has, a picture that
    is missing or not what it should be, an error of the print engine, an attempt to fetch something.
    """
    assets = _assets(snapshot, pictures or {})
    identifier = hashlib.sha256(snapshot.model_dump_json().encode()).hexdigest()[:32].encode()
    sheets = pages.STYLESHEETS[snapshot.kind]
    printed = engine.print_html(pages.html(snapshot), stylesheets=sheets, identifier=identifier, assets=assets)
    if isinstance(snapshot, Letter) and printed.pages > 1:
        closer = engine.print_html(pages.html(snapshot, close=True), stylesheets=sheets, identifier=identifier)
        printed = closer if closer.pages == 1 else printed
    return Rendered(
        pdf=printed.pdf,
        sha256=hashlib.sha256(printed.pdf).hexdigest(),
        pages=printed.pages,
        made_with={**_versions(), **{f"font {name}": fact for name, fact in printed.fonts.items()}},
    )


def warm() -> None:
    """Print one document per template and language, so that a process forked from this one starts warm.

    Fonts are read, stylesheets parsed, templates compiled and words loaded; no thread is started.
    """
    fonts.foresee_subsets()
    for snapshot in samples.all_kinds():
        render(snapshot)


def _assets(snapshot: Snapshot, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """The picture the snapshot names, made fit to print."""
    if not isinstance(snapshot, ImpactReport) or snapshot.picture is None:
        return {}
    name = snapshot.picture.sha256
    data = pictures.get(name, b"")
    if hashlib.sha256(data).hexdigest() != name:
        raise Unprintable(f"The picture {name[:12]}… did not come with the report, or is another one.")
    return {name: fit_to_print(data)}


@cache
def _versions() -> dict[str, str]:
    packages = ("weasyprint", "pydyf", "pillow", "babel", "jinja2", "segno")
    return {
        "templates": _digest_of_sources(),
        **{name: version(name) for name in packages},
        "pango": fonts.pango_version(),
        "harfbuzz": fonts.harfbuzz_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "python": platform.python_version(),
    }


def _digest_of_sources() -> str:
    """SHA-256 over the templates, words and styles and over this package: all of ours that shapes a page."""
    package = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for folder in (DOCUMENTS, package):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in {".html", ".css", ".toml", ".svg", ".py", ".json"}:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()

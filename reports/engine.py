"""The print engine: HTML in, the bytes of a tagged PDF out, or an Unprintable with the reason.

WeasyPrint only logs warnings and errors, so its log is read during rendering: a missing character or any error stops
the document. Nothing is fetched: only `asset:` names passed in are served. This module depends on WeasyPrint 70;
`docs/adr/0003-documents.md` gives the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pydyf  # type: ignore[import-untyped]
from weasyprint import CSS, Document
from weasyprint.text.ffi import harfbuzz_subset
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reports import DOCUMENTS, fonts
from reports.complaints import listening
from reports.refusal import Unprintable
from reports.sheet import Sheet
from reports.structure import complete_structure
from reports.written import write_objects

FAMILIES = {
    "Noto Serif": "fonts-noto-core",
    "Noto Sans": "fonts-noto-core",
    "Noto Naskh Arabic": "fonts-noto-core",
    "Noto Sans Arabic": "fonts-noto-core",
    "Noto Sans CJK JP": "fonts-noto-cjk",
}
"""Font families of the documents, each with the Debian package that contains it."""


class OutsideFetch(FatalURLFetchingError):
    """An attempt to fetch an outside resource; fatal, so that WeasyPrint does not continue without it."""


class Assets(URLFetcher):
    """Serves `asset:<name>` from memory and nothing else."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(fail_on_errors=True)
        self._assets = assets

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The bytes of an asset. Raises OutsideFetch for any other address."""
        name = url.removeprefix("asset:")
        if name == url or name not in self._assets:
            raise OutsideFetch(f"The document refers to {url}; documents cannot load outside resources.")
        kind = "image/svg+xml" if name.endswith(".svg") else "application/octet-stream"
        return URLFetcherResponse(url, self._assets[name], {"Content-Type": kind})


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF: its bytes, number of pages and fonts (full name → version and SHA-256 of the file)."""

    pdf: bytes
    pages: int
    fonts: dict[str, str]


@cache
def font_configuration() -> FontConfiguration:
    """The fonts of this machine, read once per process."""
    return FontConfiguration()


@cache
def stylesheet(name: str) -> CSS:
    """A stylesheet of `templates/documents`, parsed once per process."""
    return CSS(string=(DOCUMENTS / name).read_text("utf-8"), font_config=font_configuration(), url_fetcher=Assets({}))


@cache
def house_assets() -> Mapping[str, bytes]:
    """The drawings of the templates: the logo in two colours and the swatches of the legend."""
    return {path.name: path.read_bytes() for path in sorted((DOCUMENTS / "assets").iterdir())}


@cache
def _drawn() -> dict[str, object]:
    """WeasyPrint's cache of the drawings of the templates, shared by all documents."""
    return {}


def print_html(
    html: str, *, stylesheets: tuple[str, ...], identifier: bytes, assets: Mapping[str, bytes] | None = None
) -> Printed:
    """PDF/UA-1 of this HTML.

    Raises Unprintable. The same HTML, stylesheets, identifier, libraries and fonts give the same bytes.
    """
    used: dict[str, str] = {}

    def finish(document: Document, pdf: pydyf.PDF) -> None:
        complete_structure(pdf)
        used.update(fonts.inventory(document.fonts.values()))
        write_objects(pdf)

    with listening() as complaints:
        try:
            source = Sheet(html, Assets({**house_assets(), **(assets or {})}))
            document = source.render(
                font_config=font_configuration(),
                stylesheets=[stylesheet(name) for name in stylesheets],
                pdf_variant="pdf/ua-1",
                cache=dict(_drawn()) if assets else _drawn(),
            )
            pdf = document.write_pdf(finisher=finish, pdf_variant="pdf/ua-1", pdf_identifier=identifier)
            complaints.end()
        except FatalURLFetchingError as error:
            raise Unprintable(str(error)) from error
    return Printed(pdf=pdf, pages=len(document.pages), fonts=used)


def missing_parts() -> list[str]:
    """What is missing on this machine for printing, as messages for the operator; empty if nothing is."""
    parts = [
        f"The font {family} is not installed (package {package}): letters would print in another font or not at all."
        for family, package in FAMILIES.items()
        if not fonts.installed(family)
    ]
    if harfbuzz_subset is None:
        parts.append(
            "HarfBuzz-subset is not installed (package libharfbuzz-subset0): letters take 5 times as long to print."
        )
    return parts

"""A document parsed by expat equals the document parsed by WeasyPrint's own parser."""

from __future__ import annotations

import pytest
from weasyprint import HTML
from weasyprint.urls import URLFetcher

import reports
from reports import engine, pages, samples
from reports.sheet import Sheet
from reports.snapshots import Snapshot

pytestmark = pytest.mark.sweep


def named(snapshot: Snapshot) -> str:
    """Its kind and language."""
    return f"{snapshot.kind} {snapshot.language}"


def printed(html: str, sheets: tuple[str, ...]) -> bytes:
    """The PDF of a page of HTML."""
    return engine.print_html(html, stylesheets=sheets, identifier=b"test").pdf


@pytest.mark.parametrize("snapshot", list(samples.all_kinds()), ids=named)
def test_both_parsers_give_the_same_bytes(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    html, sheets = pages.html(snapshot), pages.stylesheets(snapshot)
    ours = printed(html, sheets)

    def theirs(text: str, fetcher: URLFetcher) -> HTML:
        return HTML(string=text, url_fetcher=fetcher)

    monkeypatch.setattr(engine, "Sheet", theirs)
    assert printed(html, sheets) == ours


@pytest.mark.parametrize(
    "html", ["<html><p>One<p>Two</html>", "<html><p>A&nbsp;B</p></html>", "<html><p>\uffff</p></html>", ""]
)
def test_a_document_that_is_not_well_formed_is_refused(html: str) -> None:
    with pytest.raises(reports.Unprintable, match="The document cannot be read: "):
        Sheet(html, engine.Assets({}))

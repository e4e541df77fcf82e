"""The print engine fails on a character without a glyph, on external resources, and on errors that it only logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from weasyprint import HTML

import reports
from reports import engine
from reports.complaints import Complaints
from reports.snapshots import Recipient
from tests.reports import examples, reading

NOBODYS = "\U0010abcd\U0010abce"
"""Private-use characters, which no font has."""


def print_html(body: str, lang: str = "en") -> engine.Printed:
    page = f'<html lang="{lang}"><head><title>T</title></head><body>{body}</body></html>'
    return engine.print_html(page, stylesheets=("letter.css",), identifier=b"test")


@pytest.fixture
def visits() -> Iterator[list[str]]:
    """Paths requested from a server on this machine; the first entry is its own address."""
    asked: list[str] = []

    class Notes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Notes)
    asked.append(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_character_without_a_glyph_fails_the_letter_and_is_named() -> None:
    letter = examples.award_letter("fr", recipient=Recipient(name=f"ISOC {NOBODYS}{NOBODYS[0]}"))

    with pytest.raises(reports.Unprintable) as refused:
        reports.render(letter)

    assert (
        str(refused.value)
        == f"No installed font contains the character “{NOBODYS[0]}” (U+10ABCD), “{NOBODYS[1]}” (U+10ABCE)."
    )


def test_without_the_guard_the_letter_would_print_with_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Complaints, "sentence", lambda _: "")
    letter = examples.award_letter("fr", recipient=Recipient(name=NOBODYS))

    printed = reports.render(letter)

    assert reading.words(printed.pdf).count(NOBODYS) > 0


@pytest.mark.parametrize("level", [logging.CRITICAL, logging.ERROR])
def test_a_missing_glyph_is_detected_at_any_log_level(level: int) -> None:
    logger = logging.getLogger("weasyprint")
    before = logger.level
    logger.setLevel(level)
    logger.disabled = True
    try:
        with pytest.raises(reports.Unprintable, match=r"U\+10ABCD"):
            print_html(f"<p>{NOBODYS}</p>")

        assert (logger.level, logger.disabled) == (level, True)
    finally:
        logger.setLevel(before)
        logger.disabled = False


def test_nothing_prints_while_logging_is_disabled() -> None:
    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(reports.Unprintable, match="Logging is disabled"):
            print_html("<p>A</p>")
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="{address}/image"/>',
        '<p style="background: url({address}/background)">A</p>',
        '<link rel="stylesheet" href="{address}/style.css"/><p>A</p>',
        '<style>@import "{address}/import.css";</style><p>A</p>',
        '<style>@font-face {{ font-family: F; src: url({address}/font) }}</style><p style="font-family: F">A</p>',
        '<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><image href="{address}/svg"/></svg>',
        '<link rel="attachment" href="{address}/attachment"/><p>A</p>',
    ],
)
def test_nothing_is_fetched_from_outside(visits: list[str], body: str) -> None:
    with pytest.raises(reports.Unprintable):
        print_html(body.format(address=visits[0]))

    assert visits[1:] == []


def test_without_the_guard_the_engine_would_fetch(visits: list[str]) -> None:
    HTML(string=f'<img alt="x" src="{visits[0]}/image">').write_pdf()

    assert visits[1:] == ["/image"]


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "data:image/png;base64,AA==", "asset:nothing.svg", "//h/x"]
)
def test_no_other_kind_of_address_is_served(address: str) -> None:
    with pytest.raises(reports.Unprintable):
        print_html(f'<img alt="x" src="{address}"/>')


def test_the_refusal_names_the_address() -> None:
    with pytest.raises(reports.Unprintable, match="The document refers to file:///etc/hostname; documents cannot load"):
        print_html('<img alt="x" src="file:///etc/hostname"/>')


@pytest.mark.parametrize(
    ("body", "text_found"),
    [
        ('<img src="asset:mark.svg"/>', 'The print engine reports: Image "asset:mark.svg" has no required alt'),
        ('<p><a href="#nowhere">A</a></p>', "The print engine reports: No anchor #nowhere for internal URI reference"),
    ],
)
def test_an_error_that_the_engine_only_logs_fails_the_document(body: str, text_found: str) -> None:
    with pytest.raises(reports.Unprintable, match=text_found):
        print_html(body)


def test_our_stylesheets_parse_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    engine.stylesheet.cache_clear()

    for name in ("letter.css", "impact.css"):
        engine.stylesheet(name)

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_this_machine_has_all_parts() -> None:
    assert engine.missing_parts() == []


def test_a_missing_font_and_a_missing_library_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FAMILIES", {"No Such Face": "fonts-nowhere"})
    monkeypatch.setattr(engine, "harfbuzz_subset", None)

    assert [part.split(" (")[0] for part in engine.missing_parts()] == [
        "The font No Such Face is not installed",
        "HarfBuzz-subset is not installed",
    ]


def test_no_stylesheet_requests_font_features() -> None:
    """No stylesheet requests font features.

    WeasyPrint 70 leaks an attribute per text laid out with features, and Noto's figures are tabular without them.
    """
    declared = [
        line.split("font-variant-numeric: ")[1].split(";")[0]
        for path in reports.DOCUMENTS.glob("*.css")
        for line in path.read_text("utf-8").splitlines()
        if "font-variant" in line or "font-feature" in line
    ]

    assert declared == ["normal", "normal"]


class TimeIsUp(BaseException):
    """The exception that a worker raises in a job that takes too long."""


@pytest.fixture
def slow_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(*_: object) -> None:
        raise TimeIsUp

    monkeypatch.setattr("weasyprint.svg.SVG.draw", drawn)


@pytest.mark.usefixtures("slow_drawing")
def test_a_timeout_inside_a_drawing_ends_the_job() -> None:
    with pytest.raises(TimeIsUp):
        reports.render(examples.award_letter())


@pytest.mark.usefixtures("slow_drawing")
def test_without_the_guard_the_timeout_would_be_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Complaints, "end", lambda _: None)

    assert reports.render(examples.award_letter()).pages == 1


def test_debug_messages_stay_out_of_the_log_and_warnings_reach_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(reports.Unprintable):
        print_html(f'<img alt="x" src="/nothing"/><p style="colour: red">{NOBODYS[0]}</p>')

    levels = {record.levelno for record in caplog.records if record.name == "weasyprint"}
    assert levels == {logging.WARNING, logging.ERROR}

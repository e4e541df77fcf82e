"""The same letters printed by headless Chromium: with one process per letter, and with one that stays open."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from reports import DOCUMENTS
from tests.bench.figures import Broken

NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")


def chromium() -> str | None:
    """The path of Chromium on this machine, if it is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def page(html: str, path: Path) -> Path:
    """The letter as a file with its stylesheet embedded and its drawings beside the templates."""
    sheet = (DOCUMENTS / "letter.css").read_text("utf-8")
    whole = html.replace("</head>", f"<style>{sheet}</style></head>").replace(
        "asset:", f"{(DOCUMENTS / 'assets').as_uri()}/"
    )
    path.write_text(whole, "utf-8")
    return path


def started_for_each(browser: str, letters: list[Path]) -> float:
    """Seconds per letter if each starts a browser; raises Broken if one is not printed."""
    began = time.perf_counter()
    for letter in letters:
        pdf = letter.with_suffix(".pdf")
        command = [
            browser,
            *FLAGS,
            f"--user-data-dir={letter.parent / 'profile'}",
            f"--print-to-pdf={pdf}",
            letter.as_uri(),
        ]
        subprocess.run(command, capture_output=True, check=True, timeout=60)
        _is_pdf(pdf.read_bytes())
    return (time.perf_counter() - began) / len(letters)


def kept_open(program: str, letters: list[Path]) -> float:
    """Seconds per letter in one browser that has printed before; raises Broken if one is not printed."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        sheet = browser.new_page()
        sheet.goto(letters[0].as_uri())
        sheet.pdf(prefer_css_page_size=True, tagged=True)
        began = time.perf_counter()
        for letter in letters:
            sheet.goto(letter.as_uri())
            _is_pdf(sheet.pdf(prefer_css_page_size=True, tagged=True))
        took = (time.perf_counter() - began) / len(letters)
        browser.close()
    return took


def _is_pdf(data: bytes) -> None:
    if not data.startswith(b"%PDF-"):
        raise Broken("The browser has printed no PDF.")

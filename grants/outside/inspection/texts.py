"""Plain text and CSV: one encoding, no characters that texts do not have, no formulas."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import STORED, Reading, Rejection
from workflows.attachments import CSV, Format, Note, Reason, note

MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""The byte order marks by which programs state the encoding."""
OTHERS = (b"%PDF", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"MZ\x90", b"#!")
CONTROL = re.compile(r"[^\t\n\r\f\x20-\x7e\x85\xa0-\U0010ffff]")
MARKUP = re.compile(r"\s*(<!doctype|<html|<head|<body|<script|<svg|<\?xml|<\?php|<iframe)", re.IGNORECASE)
FORMULA = re.compile(r"\s*(=|@\w+\s*\(|[+-][^\d\s.,].*[(|!])")
"""A cell that a spreadsheet calculates: “=1+1”, “@SUM(1)”, “+cmd|…!A0”; “-5”, “+33 1 23” and “@name” are none."""


def read(source: Path, form: Format, folder: Path, limits: Limits) -> Reading:
    """Store the text as UTF-8; one that is UTF-8 already keeps its bytes. Raises Rejection."""
    data = source.read_bytes()
    if data.startswith(OTHERS):
        raise Rejection(Reason.DISGUISED, format=form.label)
    text, encoding = _decoded(data)
    if MARKUP.match(text):
        raise Rejection(Reason.DISGUISED, format=form.label)
    if wrong := CONTROL.search(text):
        raise Rejection(Reason.NOT_TEXT, line=text.count("\n", 0, wrong.start()) + 1)
    if form == CSV:
        _refuse_formulas(text)
    (folder / STORED).write_bytes(text.encode() if encoding else data)
    return Reading(form, notes=(note(Note.CONVERTED, encoding=encoding),) if encoding else ())


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding if that is not UTF-8."""
    marked = next((name for mark, name in MARKED.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked), "UTF-16" if marked == "utf-16" else ""
    except UnicodeDecodeError as error:
        if marked != "utf-8" or b"\0" in data:
            raise Rejection(Reason.NOT_TEXT, line=data.count(b"\n", 0, error.start) + 1) from error
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise Rejection(Reason.NOT_TEXT, line=data.count(b"\n", 0, error.start) + 1) from error


def _refuse_formulas(text: str) -> None:
    """Raise Rejection for a cell that a spreadsheet would calculate, whatever parts the cells.

    A cell of more than 131,072 characters, four times what a spreadsheet takes, is no table either.
    """
    plain = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()
    for delimiter in ",;\t|":
        rows = csv.reader(plain, delimiter=delimiter)
        try:
            for row in rows:
                if any(FORMULA.match(cell) for cell in row):
                    raise Rejection(Reason.FORMULA, line=rows.line_num)
        except csv.Error as error:
            raise Rejection(Reason.DAMAGED) from error

"""Names of files: any script is kept, nothing invisible, no path; and the header in which a name is sent."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from grants.outside.inspection import names

LONG = "я" * 300 + ".pdf"
FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("Rapport d’été (2).PDF", "Rapport d’été (2).PDF"),
        ("التقرير السنوي.pdf", "التقرير السنوي.pdf"),
        ("דוח שנתי.pdf", "דוח שנתי.pdf"),
        ("年度報告.pdf", "年度報告.pdf"),
        ("می‌خواهم.pdf", "می‌خواهم.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("C:\\Users\\Ana\\report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "attachment"),
        ("", "attachment"),
        (" .pdf", "pdf"),
        ("...hidden.pdf", "hidden.pdf"),
        ("report.pdf...  ", "report.pdf"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("\u2067report\u2069.pdf", "report.pdf"),
        ("two\nlines\tand\0a zero.txt", "two lines anda zero.txt"),
        ('a<b>"c|d?.txt', "a_b__c_d_.txt"),
        ("bad\udcff.txt", "bad_.txt"),
        (LONG, "я" * 98 + ".pdf"),
        (FAMILY * 20 + ".png", FAMILY * 7 + ".png"),
    ],
)
def test_a_name_is_shown_without_what_deceives(name: str, shown: str) -> None:
    assert names.shown(name) == shown


@settings(deadline=None)
@given(st.text())
def test_a_shown_name_is_safe_and_stays_as_it_is(name: str) -> None:
    shown = names.shown(name)

    assert 0 < len(shown.encode()) <= 255
    assert names.shown(shown) == shown
    assert not set(shown) & set('/\\<>:"|?*')
    assert shown == shown.strip(". ")
    assert {c for c in shown if unicodedata.category(c)[0] == "C"} <= set(names.JOINERS)


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.PDF", ".pdf"), ("a.tar.gz", ".gz"), ("a", ""), (".pdf", ""), ("a.", ""), ("v1.2 final", ""), ("a.p df", "")],
)
def test_the_extension_is_what_follows_the_last_dot(name: str, extension: str) -> None:
    assert names.extension(name) == extension


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("été.pdf", "attachment; filename=\"ete.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9.pdf"),
        ("年報.pdf", "attachment; filename=\"attachment.pdf\"; filename*=UTF-8''%E5%B9%B4%E5%A0%B1.pdf"),
        ("a;b.txt", "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%3Bb.txt"),
        ('a"\r\nSet-Cookie: x.txt', 'attachment; filename="a_ Set-Cookie_ x.txt"'),
    ],
)
def test_the_header_carries_a_name_for_every_browser(name: str, header: str) -> None:
    assert names.disposition(name) == header


@settings(deadline=None)
@given(st.text())
def test_the_header_gives_the_shown_name_back(name: str) -> None:
    value, options = parse_options_header(names.disposition(name, inline=True))

    assert (value, options["filename"]) == ("inline", names.shown(name))


def test_without_the_cleaning_a_program_would_look_like_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_visible", lambda *_: True)

    assert names.shown("report\u202efdp.exe") == "report\u202efdp.exe"

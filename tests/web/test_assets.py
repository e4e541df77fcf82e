"""Delivery of the stylesheet and the script: one of each per page, at an address that changes with the content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT, Settings
from grants.web import create_app
from grants.web.site import assets
from tests.browser import anonymous

STATIC = ROOT / "grants" / "static"


@pytest.fixture
def url(app: Flask) -> Callable[[str], str]:
    """The address of the stylesheet or of the script, as pages contain it."""

    def found(kind: str) -> str:
        with app.test_request_context():
            return assets.asset_url(kind)

    return found


def test_every_file_is_delivered() -> None:
    styles = {path.relative_to(STATIC / "css").with_suffix("").as_posix() for path in STATIC.glob("css/**/*.css")}
    scripts = {path.stem for path in STATIC.glob("js/*.js")}

    assert (sorted(assets.STYLES), sorted(assets.SCRIPTS)) == (sorted(styles), sorted(scripts))


def test_a_page_loads_one_stylesheet_and_one_script(app: Flask, url: Callable[[str], str]) -> None:
    text = anonymous(app).get("/sign-in").get_data(as_text=True)

    assert (text.count('rel="stylesheet"'), text.count("<script")) == (1, 1)
    assert f'href="{url("css")}"' in text
    assert f'src="{url("js")}"' in text


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("css", ":root {\n  color-scheme", "* { print-color-adjust: exact; }\n}\n"),
        ("js", "/* Finds elements", "kept.stopped = true; });\n});\n"),
    ],
)
def test_the_files_are_joined_in_their_order(
    app: Flask, url: Callable[[str], str], kind: str, first: str, last: str
) -> None:
    answer = anonymous(app).get(url(kind))
    text = answer.get_data(as_text=True)

    assert answer.content_type == f"{assets.TYPES[kind]}; charset=utf-8"
    assert (text.startswith(first), text.endswith(last)) == (True, True)


@pytest.mark.parametrize("kind", ["css", "js"])
def test_a_browser_keeps_them(app: Flask, url: Callable[[str], str], kind: str) -> None:
    answer = anonymous(app).get(url(kind))
    again = anonymous(app).get(url(kind), headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/assets/0123456789abcdef/site.css", "/assets/0123456789abcdef/site.js", "/assets/x/site.map"]
)
def test_the_address_of_other_content_is_not_found(app: Flask, path: str) -> None:
    answer = anonymous(app).get(path)

    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_the_script_is_not_found_under_the_address_of_the_stylesheet(app: Flask, url: Callable[[str], str]) -> None:
    assert anonymous(app).get(url("css").replace(".css", ".js")).status_code == 404


def test_the_digest_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    digests = []
    for colour in ("red", "green", "red"):
        (tmp_path / "css" / "one.css").write_text(f"/* A colour. */\n\na {{ color: {colour}; }}\n")
        digests.append(assets.joined(tmp_path, "css", ["one"]).digest)

    assert digests[0] != digests[1]
    assert digests[0] == digests[2]


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        assets.joined(tmp_path, "css", ["missing"])


@pytest.mark.parametrize(("hosts", "status"), [((), 200), (("grants.example",), 200), (("elsewhere.example",), 400)])
def test_trusted_hosts_apply_as_for_pages(settings: Settings, hosts: tuple[str, ...], status: int) -> None:
    made = create_app(replace(settings, trusted_hosts=hosts))
    digest = made.extensions["assets"]["css"].digest

    answers = [
        made.test_client().get(path, headers={"Host": "grants.example"}).status_code
        for path in (f"/assets/{digest}/site.css", "/sign-in")
    ]

    assert answers == [status, status]

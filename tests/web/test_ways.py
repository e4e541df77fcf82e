"""Ways from page to page: the navigation of applicants, where a task leads, and what stands in the place of script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from config import ROOT
from grants.db import db, today, transaction
from grants.models import Application, Report
from grants.web.site import assets
from tests import machine
from tests import world as w
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from tests.story.chromium import room
from workflows.engine.roles import Role

SHEET = assets.joined(ROOT / "grants" / "static", "css", assets.STYLES).content.decode()


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application returned with a question."""
    return prepare("asked_before_an_answer", asked)


def asked() -> None:
    """Build the world with an application returned with a question."""
    world = w.build(programmes=("BTN-L",))
    w.apply(world, w.submitted(world), "ask", "olga", Role.OFFICER, question="What does the mast cost?")


def test_open_calls_stay_in_the_navigation_of_an_applicant(app: Flask) -> None:
    with app.app_context():
        client = signed_in(app, w.found().people["mg1"])

    assert client.get("/applications").page.links["Open calls"] == "/"


def test_a_person_without_a_role_finds_the_open_calls(app: Flask) -> None:
    with app.app_context(), transaction():
        person = w.person("nemo")
        db.session.add(person)
        w.recorded()
    page = signed_in(app, person).get("/")

    assert (page.page.links["Open calls"], page.page.links["Foundation Grants"]) == ("/", "/")


def test_the_task_to_answer_opens_the_page_of_the_answer(app: Flask) -> None:
    with app.app_context():
        client = signed_in(app, w.found().people["mg1"])

    there = client.get("/inbox").page.links["Answer question"]

    assert there == "/applications/1/send#answer-answer"
    assert 'id="answer-answer"' in client.get(there.partition("#")[0]).text


@pytest.mark.ground("active")
def test_the_task_to_report_opens_the_editor(app: Flask) -> None:
    with app.app_context():
        report = db.session.query(Report).order_by(Report.due_on).first()
        assert report
        advance(app.extensions["settings"], (report.due_on - today()).days * 86_400)
        client = signed_in(app, w.found().people["mg1"])

    assert client.get("/inbox").page.links["Write report"] == "/reports/1/write"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for this file."""
    with room(machine.chromium()) as opened:
        yield opened.browser


@pytest.mark.system
@pytest.mark.parametrize("script", [True, False])
def test_without_script_the_limit_of_words_is_shown(app: Flask, browser: Browser, *, script: bool) -> None:
    with app.app_context():
        person, id = w.found().people["mg1"], db.session.query(Application.id).scalar()
        html = signed_in(app, person).get(f"/applications/{id}/write").text
    with browser.new_context(java_script_enabled=script) as context:
        window = context.new_page()
        window.set_content(html.replace("</head>", f"<style>{SHEET}</style>").replace("<details", "<details open"))
        counter = window.locator(".counter", has_text="words").first

        shown = counter.inner_text()

    assert ("At most" in shown, " left" in shown) == (not script, script)

"""Public pages: correct figures, open calls, and nothing that was not released for publication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from flask import Flask

from config import FIRST_ADMINISTRATOR, Settings
from grants.db import db, now, transaction
from grants.models import Award, Call, Figures
from grants.outside.servers.postgres import plain
from grants.queries.money.figures import counted
from grants.services import calls, persons, transitions
from grants.services.money import figures
from tests import world as w
from tests.beside import draft_call
from tests.browser import anonymous, signed_in
from tests.databases import advance
from tests.prepared import Prepare
from tests.web.reading import statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


def test_every_open_call_is_on_the_home_page_with_its_grant_size(app: Flask) -> None:
    with app.app_context():
        world = w.build()

    page: Any = anonymous(app).get("/")

    assert {f"/calls/{call.id}" for call in world.calls.values()} <= set(page.page.links.values())
    assert "USD\xa030,000" in page.page.text
    assert "within 72 hours of the alert" in page.page.text


def test_calls_in_preparation_closed_or_not_yet_open_are_not_shown(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("BTN-S", "BTN-L"))
        draft = draft_call(world)
        with transaction():
            transitions.apply(world.calls["BTN-S"], "close", actor=world.actor("olga", Role.OFFICER))
            world.calls["BTN-L"].opens_at = now() + timedelta(days=2)
            w.recorded()
    client = anonymous(app)
    page: Any = client.get("/")

    assert "No call is open" in page.page.text
    assert client.get(f"/calls/{draft.id}").status_code == 404
    assert client.get(f"/calls/{world.calls['BTN-S'].id}").status_code == 200


def test_a_call_opened_ahead_of_time_is_scheduled(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("BTN-S",))
        with transaction():
            world.calls["BTN-S"].opens_at = datetime(2099, 1, 10, 10, tzinfo=UTC)
            world.calls["BTN-S"].closes_at = None
            w.recorded()
        id = world.calls["BTN-S"].id

    public, office = anonymous(app).get(f"/calls/{id}"), signed_in(app, world.people["olga"])

    assert "This call opens on Sat 10 Jan 2099, 10:00 UTC." in " ".join(public.page.text.split())
    assert "Scheduled" in office.get("/office/calls").page.text
    assert "Scheduled" in office.get(f"/office/calls/{id}").page.text


@pytest.mark.ground("active")
def test_the_figures_equal_the_ledger(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        first, second = db.session.get_one(Award, 1), w.active(world, chapter="bo", amount=5_000)
        w.paid(world, first)

    text = anonymous(app).get("/").page.text

    assert "grants awarded in 2 countries" in text
    assert ("USD\xa015,000" in text, "USD\xa06,000" in text) == (True, True)
    assert second.amount == 5_000


@pytest.mark.ground("active")
def test_stored_figures_stay_until_the_clock_counts_again(app: Flask) -> None:
    with app.app_context():
        kept_at = _keep()
        w.active(w.found(), chapter="bo", amount=5_000)
    client = anonymous(app)

    before = client.get("/").page.text
    with app.app_context():
        _keep()
    after = client.get("/").page.text

    assert ("grant awarded in 1 country" in before, "USD\xa015,000" in before) == (True, False)
    assert ("grants awarded in 2 countries" in after, "USD\xa015,000" in after) == (True, True)
    assert f"{kept_at:%H:%M} UTC" in " ".join(before[before.index("As of") :].split())[:40]


@pytest.mark.ground("awarded")
def test_an_award_that_is_not_signed_yet_is_no_public_grant(app: Flask) -> None:
    text = anonymous(app).get("/").page.text

    assert "grant awarded in 1 country" not in text
    assert "Recently funded" not in text


def _keep() -> datetime:
    """Count the figures as the clock does; returns the time."""
    with transaction():
        figures.keep()
    kept_at = db.session.query(Figures).one().at
    db.session.remove()
    return kept_at


@pytest.mark.ground("large")
def test_there_are_no_figures_before_the_first_award(app: Flask) -> None:
    assert "grants awarded in" not in anonymous(app).get("/").page.text


@pytest.fixture(scope="session")
def closed(prepare: Prepare) -> str:
    """A closed call with one award and one application that is not decided yet."""

    def fill() -> None:
        world = w.build(programmes=("BTN-L",))
        w.awarded(world)
        w.in_review(world, chapter="bo")
        with transaction():
            transitions.apply(world.calls["BTN-L"], "close", actor=world.actor("olga", Role.OFFICER))

    return prepare("closed", fill)


@pytest.mark.ground("in_review")
def test_a_round_without_decisions_has_no_results(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        with transaction():
            transitions.apply(world.calls["BTN-L"], "close", actor=world.actor("olga", Role.OFFICER))

    assert "Results of the last round" not in anonymous(app).get("/").page.text


@pytest.mark.ground("closed")
def test_the_stored_round_equals_the_counted_one(app: Flask) -> None:
    counted = _round(app)
    with app.app_context():
        _keep()

    assert _round(app) == counted


def _round(app: Flask) -> str:
    """What the home page says about the last round, without the time."""
    text = anonymous(app).get("/").page.text
    return text[text.index("applications were submitted") : text.index("application not decided yet")]


@pytest.mark.ground("active")
@pytest.mark.parametrize("agreed", [True, False])
def test_only_applicants_who_agreed_to_publication_are_named(app: Flask, settings: Settings, *, agreed: bool) -> None:
    with psycopg.connect(plain(settings.owner_database_url)) as owner:
        owner.execute("ALTER TABLE submission_content DISABLE TRIGGER submission_content_is_erased")
        owner.execute(
            "UPDATE submission_content SET content = content || jsonb_build_object('declares_published', %s)", [agreed]
        )
        owner.execute("UPDATE application SET title = 'Named or not'")

    assert ("Named or not" in anonymous(app).get("/").get_data(as_text=True)) is agreed


@pytest.mark.ground("closed")
def test_all_results_of_the_last_round_are_shown(app: Flask) -> None:
    text = " ".join(anonymous(app).get("/").page.text.split())

    assert "2 applications were submitted." in text
    results = ["1application funded", "0applications declined, with feedback", "0applications not eligible"]
    assert "".join([*results, "1application not decided yet"]) in text


@pytest.mark.ground("large")
def test_the_page_of_a_call_gives_its_rules_with_their_numbers(app: Flask) -> None:
    with app.app_context():
        world = w.found()

    page: Any = anonymous(app).get(f"/calls/{world.calls['BTN-L'].id}")

    for sentence in (
        "The applicant must not hold more than 2 current grants or more than USD\xa055,000 in total.",
        "Indirect costs must not exceed 15% of the grant.",
        "3 independent reviewers",
        "when we have approved the interim report",
        "The panel discusses the scores, and a programme officer recommends whether to award a grant.",
        "An approver who took no part in the eligibility checks then decides.",
    ):
        assert sentence in page.page.text


@pytest.mark.parametrize(
    ("changed", "reported"),
    [
        ({}, "Internet Society chapters in good standing or in pre-rejuvenation"),
        (
            {"standing": ["pre_rejuvenation", "good_standing"]},
            "Internet Society chapters in good standing or in pre-rejuvenation",
        ),
        (
            {"applicants": ["university", "individual"], "countries": ["BJ", "TG"]},
            "Universities and individual researchers. Countries: Benin and Togo",
        ),
        (
            {"standing": ["rejuvenation"]},
            "Internet Society chapters. Chapters can apply only if they are in rejuvenation",
        ),
        (
            {"applicants": None, "standing": None},
            "Internet Society chapters, non-profit organisations, universities and individual researchers",
        ),
    ],
)
def test_who_can_apply_follows_the_rules_of_the_call(
    app: Flask, changed: dict[str, list[str] | None], reported: str
) -> None:
    with app.app_context():
        call = _with_rules(w.build(programmes=()), changed)
    client = anonymous(app)

    assert f'<td data-label="Who can apply">{reported}</td>' in client.get("/").text
    assert f"<li>{reported}.</li>" in client.get(f"/calls/{call.id}").text


def _with_rules(world: w.World, changed: dict[str, list[str] | None]) -> Call:
    """An open small call whose rules allow these values; a rule with None is switched off."""
    call, olga = draft_call(world), world.actor("olga", Role.OFFICER)
    held = {spec.key: spec.params for spec in call.data.rules}
    held |= {key: {"allowed": names} for key, names in changed.items()}
    rules = [{"key": key, "params": params} for key, params in held.items() if params.get("allowed", ...) is not None]
    opens_at = now() - timedelta(days=1)
    with transaction():
        calls.change(
            call,
            title=call.title,
            opens_at=opens_at,
            closes_at=None,
            rules=call.rules | {"rules": rules},
            actor=olga,
        )
    with transaction():
        calls.fund(call, amount=Decimal(50_000), actor=world.actor("fay", Role.FINANCE))
    with transaction():
        transitions.apply(call, "open", actor=olga)
    return call


@pytest.mark.parametrize("code", ["BTN-S", "BTN-L", "RES", "DRR"])
def test_the_call_of_every_programme_has_a_page_without_empty_rules(app: Flask, code: str) -> None:
    with app.app_context():
        world = w.build(programmes=(code,))
        call = world.calls[code]

    page: Any = anonymous(app).get(f"/calls/{call.id}")

    assert page.status_code == 200
    assert page.page.links["Check whether you can apply"] == f"/calls/{call.id}/apply"


@pytest.mark.ground("small")
def test_staff_are_not_invited_to_apply(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        officer = signed_in(app, world.people["olga"])

    page: Any = officer.get(f"/calls/{world.calls['BTN-S'].id}")

    assert "Check whether you can apply" not in page.page.links


def test_the_home_page_needs_few_queries_for_any_number_of_open_calls(app: Flask) -> None:
    with app.app_context():
        world = w.build()
        for code in ("BTN-S", "BTN-L"):
            with transaction():
                w.open_call(world, code, 10_000)
    client = anonymous(app)
    client.get("/")

    with statements(app) as sent:
        client.get("/")

    with app.app_context():
        assert db.session.execute(db.text("SELECT count(*) FROM call")).scalar_one() == 6
    assert len(sent) <= 12, "\n\n".join(sent)


def test_the_call_that_closed_last_is_the_one_that_stopped_taking_applications_last(
    app: Flask, settings: Settings
) -> None:
    with app.app_context():
        made = w.build(programmes=("BTN-S", "BTN-L"))
        early, regular = (db.session.get_one(Call, made.calls[code].id) for code in ("BTN-S", "BTN-L"))
        olga, closes_at = made.actor("olga", Role.OFFICER), regular.closes_at
        assert closes_at is not None
        assert early.closes_at is not None
        far = {"until": early.closes_at + timedelta(days=300), "reason": "The fund has grown."}
        with transaction():
            transitions.apply(early, "extend", actor=olga, answers=far)
        with transaction():
            transitions.apply(early, "close", actor=olga)
        seconds = (closes_at - now()).total_seconds()
    found = []
    for later in (60, round(seconds)):
        advance(settings, later)
        with app.app_context():
            found.append(getattr(counted().call, "programme", None))

    assert found == ["BTN-S", "BTN-L"]


def test_without_an_administrator_the_home_page_shows_how_to_make_one(app: Flask) -> None:
    before = anonymous(app).get("/").page.text
    with app.app_context(), transaction():
        ada = w.person("ada")
        persons.appoint(ada, Role.ADMINISTRATOR, programme="RES", actor=w.SYSTEM)
    limited = anonymous(app).get("/").page.text
    with app.app_context(), transaction():
        persons.appoint(ada, Role.ADMINISTRATOR, actor=w.SYSTEM)
    after = anonymous(app).get("/").page.text

    lines = [*FIRST_ADMINISTRATOR, "This installation has no administrator yet"]
    assert [[line in text for line in lines] for text in (before, limited, after)] == [[True] * 3] * 2 + [[False] * 3]

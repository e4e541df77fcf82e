"""Service health: each component is a row with its value, its alarm and what to do, also one that does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import ROOT, Settings
from grants.db import GRANTS_NOW, db, now, transaction
from grants.models import Appointment, Figures, Outbox
from grants.outside import probes
from grants.outside.probes import Disk, Queue, QueueServer, Silent
from grants.queries import alarms as queries
from grants.queries.alarms import Clock
from grants.services.money import figures
from grants.web.alarms import measurements
from grants.web.alarms.measurements import Measurement, measure
from grants.web.alarms.thresholds import THRESHOLDS, Component, Unit, duration, quantity
from grants.web.site import navigation
from tests import world as w
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from tests.web.reading import statements, words
from workflows.engine.roles import Role

BEATS = (3.0, 40.0)
MOST_STATEMENTS = 12
ALIVE = QueueServer(0.002, 5_000_000, {"letters": Queue(0, BEATS), "default": Queue(3, BEATS)})


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """In every test an application is in review, and the clock has just run."""
    return prepare("healthy", begin)


def begin() -> None:
    """Fill the database."""
    w.in_review(w.build(programmes=("BTN-L",)))
    with transaction():
        figures.keep()
        db.session.execute(update(Outbox).values(done_at=GRANTS_NOW))


@pytest.fixture
def found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of an application whose queue and disks answer."""
    monkeypatch.setattr(probes, "queue_server", lambda *_: ALIVE)
    monkeypatch.setattr(probes, "disk", lambda _: Disk(20, 80))
    with app.app_context():
        yield app.extensions["settings"]


def measured(settings: Settings) -> dict[Component, Measurement]:
    return {one.component: one for one in measure(settings, gunicorn=False)}


def alarms(settings: Settings) -> set[Component]:
    return {one for one, measurement in measured(settings).items() if measurement.is_alarm}


def person(app: Flask, name: str) -> Careful:
    with app.app_context():
        return signed_in(app, w.found().people[name])


def test_a_working_service_has_no_alarm(found: Settings) -> None:
    assert alarms(found) == set()


def test_a_dead_queue_is_a_row_and_not_an_error(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], redis_url="redis://:secret@127.0.0.1:1/0")

    page = person(app, "ada").get("/service-health")

    assert page.status_code == 200
    assert "Not responding (ConnectionError)" in words(page)
    assert "secret" not in page.get_data(as_text=True)
    with app.app_context():
        rows = measured(app.extensions["settings"])
    assert rows[Component.QUEUE_SERVER].is_alarm
    assert not rows[Component.LETTERS_WORKER].is_known


def test_without_the_guard_a_dead_queue_would_be_an_error(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], redis_url="redis://127.0.0.1:1/0")
    monkeypatch.setattr(measurements, "Silent", ZeroDivisionError)

    with pytest.raises(Silent):
        person(app, "ada").get("/service-health")


def test_the_page_sends_few_statements_and_names_what_to_do(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "queue_server", lambda *_: ALIVE)
    ada = person(app, "ada")
    with app.app_context(), transaction():
        row = db.session.scalars(select(Outbox).limit(1)).one()
        row.done_at, row.dead_at = None, GRANTS_NOW

    with statements(app) as sent:
        page = ada.get("/service-health")

    assert len(sent) <= MOST_STATEMENTS
    assert "1 alarm" in words(page)
    assert "Open the page of failed jobs: each one names its reason and what to do." in words(page)


@pytest.mark.parametrize(("kind", "component"), [(kind, one) for kind, (one, _) in measurements.KINDS.items()])
def test_work_that_has_waited_too_long_is_an_alarm(found: Settings, kind: str, component: Component) -> None:
    for minutes, wanted in ((14, set[Component]()), (16, {component})):
        with transaction():
            db.session.query(Outbox).filter_by(queue="nowhere").delete()
            at = GRANTS_NOW - timedelta(minutes=minutes)
            later = GRANTS_NOW + timedelta(hours=1)
            db.session.add(Outbox(kind=kind, queue="nowhere", args={}, created_at=at, next_at=later))

        assert alarms(found) == wanted


def test_a_relay_that_has_stopped_is_an_alarm(found: Settings) -> None:
    with transaction():
        at = GRANTS_NOW - timedelta(minutes=2)
        db.session.add(Outbox(kind="mail", queue="default", args={}, created_at=at, next_at=at))
    assert alarms(found) == {Component.RELAY}

    with transaction():  # a worker has the row, so that the relay leaves it
        db.session.execute(update(Outbox).values(leased_until=GRANTS_NOW + timedelta(seconds=60)))
    assert alarms(found) == set()


def test_a_clock_that_has_stopped_or_never_ran_is_an_alarm(found: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction():
        db.session.execute(update(Figures).values(at=GRANTS_NOW - timedelta(minutes=4)))
    assert alarms(found) == {Component.CLOCK}

    monkeypatch.setattr(queries, "clock", lambda: Clock(None, 0))
    assert alarms(found) == {Component.CLOCK}


def test_workers_that_are_silent_or_missing_and_full_queues_are_alarms(
    found: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues = {"letters": Queue(50, (121.0,)), "default": Queue(49, ())}
    monkeypatch.setattr(probes, "queue_server", lambda *_: QueueServer(0.1, 1, queues))

    assert alarms(found) == {Component.LETTERS_WORKER, Component.LETTERS_QUEUE, Component.DEFAULT_WORKER}


def test_a_disk_that_is_nearly_full_or_silent_is_an_alarm(found: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "disk", lambda _: Disk(81, 19))
    assert alarms(replace(found, files_url="file:///srv/grants")) == {Component.DATA_DISK, Component.FILES_DISK}

    def fail(_: Path) -> Disk:
        raise Silent("TimeoutError")

    monkeypatch.setattr(probes, "disk", fail)
    assert alarms(found) == {Component.DATA_DISK}


def test_an_object_store_has_no_disk_and_is_no_alarm(found: Settings) -> None:
    rows = measured(replace(found, files_url="memory://bucket"))

    assert (rows[Component.FILES_DISK].is_known, rows[Component.FILES_DISK].is_alarm) == (False, False)


def test_a_scanner_is_listed_where_one_is_set_and_its_silence_is_an_alarm(found: Settings) -> None:
    assert Component.SCANNER not in measured(found)
    assert alarms(replace(found, clamd_address="tcp://127.0.0.1:1")) == {Component.SCANNER}


def test_a_missing_web_process_is_an_alarm(found: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for running, wanted in ((2, False), (1, True)):
        monkeypatch.setattr(probes, "web_processes", lambda number=running: number)
        assert measurements.web(found, gunicorn=True).is_alarm is wanted

    monkeypatch.setattr(probes, "web_processes", lambda: None)
    assert not measurements.web(found, gunicorn=True).is_known


def test_an_auditor_reads_the_page_and_others_do_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "queue_server", lambda *_: ALIVE)

    found = {name: person(app, name).get("/service-health").status_code for name in ("ada", "uma", "olga", "mg1")}

    assert found == {"ada": 200, "uma": 200, "olga": 403, "mg1": 403}


def offered(app: Flask, name: str) -> int:
    """How many links to the page stand on another page of this reader."""
    return person(app, name).get("/account").page.hrefs.count("/service-health")


def test_the_page_is_offered_to_those_whose_appointment_opens_it(app: Flask) -> None:
    assert {name: offered(app, name) for name in ("ada", "uma", "olga")} == {"ada": 2, "uma": 1, "olga": 0}


def limit_ada(app: Flask) -> None:
    """Let the only administrator administer one programme from now on."""
    with app.app_context():
        ada = w.found().people["ada"]
        with transaction():
            for row in db.session.query(Appointment).filter_by(person_id=ada.id):
                row.ended_at = now()
            db.session.add(Appointment(person_id=ada.id, role=Role.ADMINISTRATOR, programme="RES"))
            w.recorded()


def test_an_administrator_of_one_programme_gets_no_link_that_is_refused(app: Flask) -> None:
    limit_ada(app)

    assert (offered(app, "ada"), person(app, "ada").get("/service-health").status_code) == (0, 403)


def test_without_the_guard_the_link_would_be_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_ada(app)
    monkeypatch.setattr(navigation, "_opens", lambda _: True)

    assert (offered(app, "ada"), person(app, "ada").get("/service-health").status_code) == (2, 403)


def test_the_operator_s_manual_has_the_same_alarms() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text().partition("## Alarms\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in manual.splitlines() if line.startswith("| ")][1:]

    assert [[cell.strip() for cell in row] for row in rows] == [
        [one.title, str(quantity(one.at, one.unit)), one.remedy] for one in THRESHOLDS.values()
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.9, "0 s"),
        (1, "1 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (172_800, "2 days"),
    ],
)
def test_a_time_is_shown_in_its_shortest_unit(seconds: float, text: str) -> None:
    assert str(duration(seconds)) == text


def test_every_threshold_has_a_unit_that_can_be_shown() -> None:
    assert {str(quantity(1, unit)) for unit in Unit} == {"1 s", "1 ms", "1 job", "1 process", "1%"}

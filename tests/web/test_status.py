"""The status of an application: the steps of the progress display follow from the flow."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from grants.db import db, now, today, transaction
from grants.models import Application, Assignment
from grants.queries import cases
from grants.queries.applications import statuses
from grants.queries.reviews import written
from grants.services import transitions
from grants.web.applications import applicant_view, decision_summary, rule_checks, status
from grants.web.public import call_view
from grants.web.site import formats
from tests import world as w
from tests.browser import signed_in
from tests.web.reading import words
from workflows.engine.roles import Role
from workflows.programmes import programmes

pytestmark = pytest.mark.sweep


@pytest.mark.parametrize(
    ("code", "stage", "way"),
    [
        ("BTN-L", "proposal", ("draft", "checks", "review", "panel", "decision", "agreement", "active", "closed")),
        ("BTN-S", "proposal", ("draft", "checks", "review", "agreement", "active", "closed")),
        ("RES", "statement", ("draft", "checks", "review")),
        ("DRR", "alert", ("draft", "triage")),
        ("DRR", "proposal", ("draft", "review", "decision", "agreement", "active", "closed")),
    ],
)
def test_the_progress_of_a_stage_follows_its_flow(code: str, stage: str, way: tuple[str, ...]) -> None:
    assert status.road(programmes()[code].flow, stage) == way


def line_of(app: Flask, row: Application) -> list[tuple[str, str]]:
    """Each step of the progress display with its state."""
    with app.test_request_context():
        return [(stop.name, stop.state) for stop in status.line(row, statuses.of([row])[row.id])]


def tag_of(app: Flask, row: Application) -> tuple[str, str]:
    """The words of the tag beside the title."""
    with app.test_request_context():
        step = status.step_of(row, statuses.of([row])[row.id])
        return step.word, status.held_by(step, ours=True)


@pytest.mark.ground("large_draft")
def test_a_draft_has_all_steps_ahead(app: Flask) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)

        assert line_of(app, row) == [
            ("Draft", "present"),
            ("Checks", "coming"),
            ("Reviews", "coming"),
            ("Decision", "coming"),
            ("Agreement", "coming"),
        ]


@pytest.mark.ground("small_draft")
def test_a_question_is_a_separate_step(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(world, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")

        assert line_of(app, row)[:4] == [
            ("Submitted", "past"),
            ("Returned with a question", "present"),
            ("Checks", "coming"),
            ("Reviews", "coming"),
        ]

        w.apply(world, row, "answer", "mg1", Role.APPLICANT)
        assert line_of(app, row)[:3] == [("Submitted", "past"), ("Checks", "present"), ("Reviews", "coming")]


@pytest.mark.ground("in_review")
def test_a_review_is_with_the_reviewers_until_all_have_submitted(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        assert tag_of(app, row) == ("In review", "with us")

        w.review(world, row, ("rex", "ria"))
        w.scored(world, row, "rob")
        assert tag_of(app, row) == ("In review", "with reviewers")

        with transaction():
            assignment = db.session.scalars(select(Assignment).where(Assignment.step == "ready")).one()
            assert assignment.review is not None
            transitions.apply(assignment, "send", actor=world.actor("rob", Role.REVIEWER))
        assert tag_of(app, row) == ("All reviews submitted", "with us")


@pytest.mark.ground("small_draft")
def test_a_decline_replaces_the_steps_that_would_have_followed(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(
            world,
            row,
            "not_eligible",
            "olga",
            Role.OFFICER,
            feedback="The call is for chapters and this is one member who asks alone.",
        )

        assert line_of(app, row) == [("Submitted", "past"), ("Checks", "past"), ("Not eligible", "present")]


@pytest.mark.ground("active")
def test_a_closed_project_shows_the_day_on_which_it_was_closed(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        for number in (1, 2):
            w.reported(world, w.award_of(row), number)
        w.paid(world, w.award_of(row))
        w.apply(world, row, "close", "olga", Role.OFFICER)
        with app.test_request_context():
            facts = statuses.of([row])[row.id]
            last = status.line(row, facts)[-1]
            sentence = applicant_view.sentence(row, facts)
            short, long = formats.day(row.step_at.date(), "short"), formats.day(row.step_at.date())

    assert (last.name, last.notes) == ("Project", (f"closed {short}",))
    assert sentence == f"The project is finished. We closed the grant on {long}."


@pytest.mark.ground("active")
def test_a_running_project_has_passed_the_award_step(app: Flask) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)

        assert line_of(app, row)[-2:] == [("Agreement", "past"), ("Project", "present")]


def test_the_first_of_two_stages_names_the_second(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("DRR",))
        row = w.draft(world, "DRR")

        assert [name for name, _ in line_of(app, row)] == [
            "Draft",
            "Alert assessment",
            "Mini-proposal",
            "Decision",
            "Agreement",
        ]


@pytest.mark.ground("small")
def test_all_applicants_are_told_the_same_decision_date(app: Flask) -> None:
    with app.app_context():
        row = w.in_review(w.found(), "BTN-S", amount=4_000)
        receipt = db.session.execute(db.text("SELECT data->>'answer_by' FROM document_snapshot")).scalar_one()
        hear = status.decision_by(row)

        assert hear is not None
        assert hear.date().isoformat() == receipt


@pytest.mark.ground("in_review")
def test_a_round_gives_its_decision_date_before_and_after_submission(app: Flask) -> None:
    with app.test_request_context(), app.app_context():
        row = db.session.get_one(Application, 1)
        hear = status.decision_by(row)

        assert row.call.closes_at is not None
        assert hear is not None
        assert hear > row.call.closes_at
        assert call_view.hear(row.call) == f"by {formats.day(hear.date(), 'year')}"


def present(line: list[status.Stop]) -> tuple[str, str, str]:
    """The current step: its name, its first note and its holder."""
    stop = next(stop for stop in line if stop.state == "present")
    return stop.name, stop.notes[0], stop.holder


@pytest.mark.ground("awarded")
def test_an_agreement_is_held_by_the_next_signatory_and_described_for_each_reader(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        before = {ours: shown(app, row, ours=ours) for ours in (False, True)}
        w.apply(world, w.award_of(row).agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
        after = {ours: shown(app, row, ours=ours) for ours in (False, True)}

    assert before == {
        False: (("Agreement", "you sign next", "applicant"), "with you"),
        True: (("Agreement", "applicant signs", "applicant"), "with the applicant"),
    }
    assert after == dict.fromkeys((False, True), (("Agreement", "we sign next", "ours"), "with us"))


def shown(app: Flask, row: Application, *, ours: bool) -> tuple[tuple[str, str, str], str]:
    """The current step and the text of the tag, for a reader of one side."""
    with app.test_request_context():
        facts = statuses.of([row])[row.id]
        step = status.step_of(row, facts)
        return present(status.line(row, facts, ours=ours)), status.held_by(step, ours=ours)


def test_staff_are_not_told_to_write_what_the_applicant_writes(app: Flask) -> None:
    with app.app_context():
        row = w.draft(w.build(programmes=("DRR",)), "DRR")
        with app.test_request_context():
            lines = {ours: status.line(row, statuses.of([row])[row.id], ours=ours) for ours in (False, True)}
        notes = {ours: [note for stop in line for note in stop.notes] for ours, line in lines.items()}

    assert {"you write it", "you and the Foundation", "with you"} <= set(notes[False])
    assert {"applicant writes it", "applicant and Foundation", "with the applicant"} <= set(notes[True])


def test_a_review_of_an_earlier_stage_names_the_stage(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("RES",))
        with transaction():
            world.chapters["mg"].kind = "university"
            w.recorded()
        row = w.in_review(world, "RES")
        w.review(world, row, ("rex", "ria"))
        before = stages(app, row)
        w.apply(world, row, "invite", "omar", Role.OFFICER)

        assert before == ["", ""]
        assert stages(app, row) == ["Statement of interest", "Statement of interest"]


def stages(app: Flask, row: Application) -> list[str]:
    """The stage named beside each reviewer."""
    with app.test_request_context():
        return [decision_summary.reviewer(row, one, hidden=False).stage for one in written.of(row)]


@pytest.mark.ground("small_draft")
def test_a_step_left_by_withdrawing_is_not_completed(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(world, row, "withdraw", "mg1", Role.APPLICANT)

        assert line_of(app, row) == [("Submitted", "past"), ("Checks", "stopped"), ("Withdrawn", "present")]


@pytest.mark.ground("active")
@pytest.mark.parametrize(("days", "note"), [(40, "starts "), (0, "project running")])
def test_a_project_is_running_only_from_its_first_day(app: Flask, days: int, note: str) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
        with transaction():
            award = w.award_of(row)
            award.starts_on = today() + timedelta(days=days)
            award.ends_on = today() + timedelta(days=400)
            w.recorded()
        with app.test_request_context():
            line = status.line(row, statuses.of([row])[row.id])
            sentence = applicant_view.sentence(row, statuses.of([row])[row.id])

    assert present(line)[1].startswith(note)
    assert ("The project starts on" in sentence) == (days > 0)


@pytest.mark.ground("in_review")
def test_staff_see_the_limit_of_a_step_and_applicants_the_public_date(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.review(world, row)
        w.apply(world, row, "to_panel", "olga", Role.OFFICER)
        w.apply(world, row, "recommend", "omar", Role.OFFICER, kind="award", amount=Decimal(9_000))
        with app.test_request_context():
            ours, theirs = (status.line(row, statuses.of([row])[row.id], ours=one) for one in (True, False))
            limit = formats.day((row.step_at + timedelta(days=14)).date(), "short")
            public = formats.day(status.decision_by(row) or today(), "short")

    assert [stop.notes for stop in ours if stop.state == "present"] == [("approver", f"by {limit}")]
    assert [stop.notes for stop in theirs if stop.state == "present"] == [("approver", f"by {public}")]


def test_an_accepted_alert_stays_in_the_progress_and_the_bar_names_the_next_stage(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("DRR",))
        row = w.draft(world, "DRR")
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
        with app.test_request_context():
            checked = [check.text for check in rule_checks.checks(row, cases.of(row, now()))]
        w.apply(world, row, "accept", "olga", Role.OFFICER)
        progress, reader = line_of(app, row)[:3], world.people["mg1"]
    page = words(signed_in(app, reader).get("/applications/1/write"))

    assert progress == [("Alert", "past"), ("Mini-proposal", "present"), ("Reviews", "coming")]

    assert "Your mini-proposal has not been submitted yet. Submit it by" in page
    assert not [text for text in checked if "budget" in text or "requested" in text]


@pytest.mark.ground("awarded")
def test_a_declined_award_has_its_name_and_keeps_the_decision(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "turn_down", "mg1", Role.APPLICANT)

        assert tag_of(app, row) == ("Award declined", "")
        assert line_of(app, row)[-3:] == [("Decision", "past"), ("Agreement", "stopped"), ("Award declined", "present")]
    page = words(signed_in(app, world.people["olga"]).get("/applications?list=ended"))
    assert "Award declined" in page
    assert "Cancelled" in words(signed_in(app, world.people["olga"]).get("/awards/1"))

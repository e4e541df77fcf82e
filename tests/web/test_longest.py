"""The longest texts that forms accept pass through every step: submitted, awarded, declined, reported, closed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Document, DocumentSnapshot, Report
from grants.queries.applications import drafts
from grants.services import reports
from grants.services.refusals import Refused
from reports import render, snapshots
from tests import world as w
from tests.prepared import Prepare
from workflows.engine.roles import Role
from workflows.forms.completeness import LINE
from workflows.forms.extent import BUDGET_LINES, LINES

WIDE = "W" * LINE
LONG = "\n".join(["long " * 19 + "long"] * LINES)


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application at the decision step in which every printed line has the maximum length."""
    return prepare("longest", begin)


def begin() -> None:
    """Fill the database."""
    made = w.build(programmes=("BTN-L",))
    row = w.draft(made)
    content = drafts.content(row)
    line = replace(content.lines[0], quantity=Decimal(1), unit_cost=Decimal(10_000))
    w.write(
        row,
        made.actor("mg1", Role.APPLICANT),
        answers={"title": WIDE},
        lines=[replace(line, what=WIDE), *[replace(line, what=WIDE, unit_cost=Decimal(1))] * (BUDGET_LINES - 1)],
        goals=[replace(goal, name=WIDE, unit=WIDE, how=WIDE) for goal in content.goals],
    )
    w.apply(made, row, "submit", "mg1", Role.APPLICANT)
    w.check(made, row)
    w.apply(made, row, "pass", "olga", Role.OFFICER)
    w.review(made, row)
    w.apply(made, row, "to_panel", "olga", Role.OFFICER)


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


def ordered() -> list[str]:
    """The kinds of all documents ordered; each is printed."""
    rows = db.session.query(Document.kind, DocumentSnapshot.data).join(DocumentSnapshot).order_by(Document.id).all()
    for _, data in rows:
        assert render(snapshots.parse(data)).pages
    return [kind for kind, _ in rows]


@pytest.mark.sweep
def test_a_grant_is_awarded_reported_and_closed(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
        given = {"amount": Decimal(10_000), "conditions": LONG}
        w.apply(world, row, "recommend", "omar", Role.OFFICER, kind="award", **given)
        w.apply(world, row, "award", "pia", Role.APPROVER, **given)
        award = w.award_of(row)
        w.signed(world, award)
        w.apply(world, award.agreement, "met", "olga", Role.OFFICER, proof="It is on file.")
        for report in db.session.query(Report).order_by(Report.number):
            with transaction():
                _fill(world, report)
            w.apply(world, report, "send", "mg1", Role.APPLICANT)
            w.apply(world, report, "approve", "omar", Role.OFFICER)
        w.paid(world, award)
        w.apply(world, row, "close", "olga", Role.OFFICER)

        assert ordered() == ["receipt", "award_letter", "impact_report"]


def _fill(world: w.World, report: Report) -> None:
    """Fill every text of a report to its maximum length."""
    texts = dict.fromkeys(("summary", "setbacks", "next_steps", "story"), LONG)
    reports.save(
        report,
        texts=texts | {"story_by": WIDE, "story_consent": True},
        figures={f.id: (Decimal(62), WIDE) for f in report.figures},
        spending={s.id: (s.line.agreed, WIDE) for s in report.spending},
        version=report.version,
        actor=world.actor("mg1", Role.APPLICANT),
    )


@pytest.mark.sweep
def test_a_proposal_is_declined_with_the_longest_texts(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
        w.apply(world, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback=LONG)
        w.apply(world, row, "decline", "pia", Role.APPROVER, feedback=LONG)

        assert ordered() == ["receipt", "decline_letter"]


@pytest.mark.ground("large_draft")
def test_one_character_more_is_not_accepted(app: Flask) -> None:
    with app.app_context():
        made, row = w.found(), db.session.get_one(Application, 1)
        w.write(row, made.actor("mg1", Role.APPLICANT), answers={"title": WIDE + "W"})

        with pytest.raises(Refused) as refused:
            w.apply(made, row, "submit", "mg1", Role.APPLICANT)

        assert [str(message) for message in refused.value.reasons] == [
            "Enter 300 characters or fewer in “Title”: you entered 301."
        ]


@pytest.mark.ground("large_draft")
def test_a_title_over_both_limits_has_one_error(app: Flask) -> None:
    with app.app_context():
        made, row = w.found(), db.session.get_one(Application, 1)
        w.write(row, made.actor("mg1", Role.APPLICANT), answers={"title": "Community " * 60})

        with pytest.raises(Refused) as refused:
            w.apply(made, row, "submit", "mg1", Role.APPLICANT)

        assert [str(message).partition(":")[0][-10:] for message in refused.value.reasons] == ["in “Title”"]

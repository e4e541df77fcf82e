"""A partial award: its lines are reduced, the grantee can divide it again before signing, and reports use it."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Award, AwardLine, Document, DocumentSnapshot, Report
from grants.outside.servers.postgres import plain
from grants.queries import completeness
from grants.services.money import awards as award_commands
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from workflows.engine.roles import Role

THERE = "/awards/1/budget"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """The Malagasy chapter requested 9,000 and 1,000 (indirect) and is awarded 7,000."""
    return prepare("in_part", lambda: w.awarded(w.build(programmes=("BTN-L",)), given=7_000))


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


@pytest.fixture
def mia(app: Flask, world: w.World) -> Careful:
    """A browser of the chapter."""
    return signed_in(app, world.people["mg1"])


def agreed(app: Flask) -> list[Decimal]:
    with app.app_context():
        return [line.agreed for line in db.session.query(AwardLine).order_by(AwardLine.position)]


def typed(masts: str, accounts: str) -> dict[str, str]:
    return {"line_1": masts, "line_2": accounts}


def test_each_line_is_reduced_by_the_same_share(app: Flask, world: w.World) -> None:
    assert agreed(app) == [Decimal(6300), Decimal(700)]


def test_the_letter_says_that_the_award_is_partial(app: Flask) -> None:
    with app.app_context():
        letter = db.session.query(DocumentSnapshot.data).join(Document).filter(Document.kind == "award_letter").scalar()

    assert [Decimal(letter[name]) for name in ("amount", "asked")] == [Decimal(7_000), Decimal(10_000)]


def test_the_agreement_shows_requested_and_agreed_amounts(mia: Careful) -> None:
    text = mia.get("/awards/1").page.text

    assert "in line with the budget below" in text
    assert "6,300.00" in text
    assert "budget of the proposal" not in text


def test_the_grantee_can_divide_the_award_in_another_way(app: Flask, mia: Careful) -> None:
    kept = mia.submit(mia.get(THERE), THERE, **typed("6,500.00", "500"))

    assert (kept.status_code, agreed(app)) == (302, [Decimal(6500), Decimal(500)])
    assert "The grantee allocated the award across the budget lines" in mia.get("/awards/1").page.text
    assert "Award allocated across the budget lines" in mia.get("/applications/1").page.text


@pytest.mark.parametrize(
    ("masts", "accounts", "text_found"),
    [
        ("6500", "600", "The lines add up to USD 7,100.00, but the award is USD 7,000.00."),
        ("9500", "-2500", "Enter an amount of zero or more."),
        ("5900", "1100", "Enter USD 1,000.00 or less in line 2: that is what you requested."),
        ("6000", "1000", ""),
        ("5949", "1051", "line 2"),
        ("much", "500", "Enter an amount"),
    ],
)
def test_a_wrong_sum_shows_an_error_and_stays_in_its_field(
    app: Flask, mia: Careful, masts: str, accounts: str, text_found: str
) -> None:
    answer = mia.submit(mia.get(THERE), THERE, **typed(masts, accounts))

    assert answer.status_code == (422 if text_found else 302)
    if text_found:
        assert text_found in answer.page.text.replace("\N{NO-BREAK SPACE}", " ")
        assert answer.page.form(THERE).fields["line_1"] == [masts]
        assert agreed(app) == [Decimal(6300), Decimal(700)]


def test_the_limit_of_indirect_costs_applies_here_too(app: Flask, settings: Settings, world: w.World) -> None:
    with psycopg.connect(plain(settings.owner_database_url)) as owner:
        owner.execute("UPDATE award_line SET total = 9000")
    mia = signed_in(app, world.people["mg1"])

    answer = mia.submit(mia.get(THERE), THERE, **typed("5949", "1051"))

    assert "this call allows at most 15% of the grant" in answer.page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_signed_budget_cannot_be_changed(app: Flask, world: w.World, mia: Careful) -> None:
    form = mia.get(THERE)
    with app.app_context():
        agreement = db.session.get_one(Award, 1).agreement
        w.apply(world, agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)

    late = mia.submit(form, THERE, **typed("6500", "500"))

    assert (late.status_code, mia.get(THERE).status_code) == (409, 302)
    assert agreed(app) == [Decimal(6300), Decimal(700)]


def test_of_two_people_who_divide_the_award_the_later_one_is_told(app: Flask, world: w.World, mia: Careful) -> None:
    form = mia.get(THERE)
    other = signed_in(app, world.people["mg2"])
    other.submit(other.get(THERE), THERE, **typed("6400", "600"))

    assert mia.submit(form, THERE, **typed("6500", "500")).status_code == 409
    assert agreed(app) == [Decimal(6400), Decimal(600)]


def test_the_signer_signs_the_budget_they_saw(app: Flask, world: w.World, mia: Careful) -> None:
    page = mia.get("/awards/1")
    other = signed_in(app, world.people["mg2"])
    other.submit(other.get(THERE), THERE, **typed("6400", "600"))

    assert mia.submit(page, "/transitions/sign", name="Mia (demo)", read="yes").status_code == 409


def test_reports_compare_amounts_used_with_amounts_agreed(app: Flask, world: w.World) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        report = db.session.query(Report).filter_by(award_id=award.id, number=1).one()
        with transaction():
            for spent, amount in zip(report.spending, (Decimal(7000), Decimal(700)), strict=True):
                spent.spent, spent.explanation = amount, ""

        text_found = [
            str(message)
            for message in completeness.of(report)
            if message.cure and message.cure.startswith(("line_", "spending"))
        ]

    assert text_found == [
        "Enter the reason why “Routers” is more than 10%% over the allocated amount.".replace("%%", "%"),
        "The lines add up to USD 7700; the award is USD 7000.000. Enter only costs that the award pays for.",
    ]


def test_the_page_of_the_report_shows_the_agreed_lines(app: Flask, world: w.World, mia: Careful) -> None:
    with app.app_context():
        agreement = db.session.get_one(Award, 1).agreement
        w.apply(world, agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
        w.apply(world, agreement, "countersign", "pia", Role.APPROVER, name="Pia Demo", read=True)

    shown = mia.get("/reports/1").page.text

    assert "6,300.00" in shown
    assert "9,000.00" not in shown


def test_without_the_check_of_the_sum_the_database_refuses(
    app: Flask, mia: Careful, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(award_commands, "misapportioned", lambda *_: ())

    answer = mia.submit(mia.get(THERE), THERE, **typed("6500", "400"))

    assert (answer.status_code, agreed(app)) == (409, [Decimal(6300), Decimal(700)])


def test_without_policy_and_triggers_a_wrong_sum_is_written(
    app: Flask, settings: Settings, mia: Careful, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: without both safeguards, the grantee agrees 6,900 of an award of 7,000."""
    monkeypatch.setattr(award_commands, "misapportioned", lambda *_: ())
    with psycopg.connect(plain(settings.owner_database_url)) as owner:
        owner.execute("DROP TRIGGER line_is_agreed ON award_line")

    answer = mia.submit(mia.get(THERE), THERE, **typed("6500", "400"))

    assert (answer.status_code, agreed(app)) == (302, [Decimal(6500), Decimal(400)])


def test_a_signed_budget_can_no_longer_be_divided(app: Flask, world: w.World) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        w.apply(world, award.agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
        parts = {1: Decimal(6500), 2: Decimal(500)}

        with pytest.raises(Refused, match="can no longer be changed"), transaction():
            award_commands.divide(
                award, parts, actor=world.actor("mg1", Role.APPLICANT), version=award.agreement.version
            )


def test_a_late_division_is_kept_and_shown_beside_the_other(app: Flask, world: w.World, mia: Careful) -> None:
    form = mia.get(THERE)
    other = signed_in(app, world.people["mg2"])
    other.submit(other.get(THERE), THERE, **typed("6400", "600"))

    late = mia.submit(form, THERE, **typed("6500", "500"))
    mia.submit(late, THERE)

    assert late.page.form(THERE).fields["line_1"] == ["6500"]
    assert "saved: 6,400.00" in late.page.text
    assert agreed(app) == [Decimal(6500), Decimal(500)]
    assert "Routers: 6500" in mia.get("/applications/1").page.text

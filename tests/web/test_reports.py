"""Reports: saved when incomplete, never lost, submitted when complete, and shown beside their targets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.db import db, transaction
from grants.forms.reports import ReportForm
from grants.models import Application, ApplicationSave, Award, Instalment, Report
from grants.services import reports
from tests import world as w
from tests.browser import Careful, signed_in
from tests.web.reading import conflict, statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

THERE = "/reports/1/write"
AUTOSAVE = {"X-Autosave": "1", "Accept": "application/json"}


@pytest.fixture(scope="session")
def ground(active: str) -> str:
    """Every test begins with a signed award of the Malagasy chapter; its reports have the numbers 1 and 2."""
    return active


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


@pytest.fixture
def mia(app: Flask, world: w.World) -> Careful:
    """A browser of the chapter."""
    return signed_in(app, world.people["mg1"])


def fields(app: Flask) -> dict[str, str]:
    """A complete report, by the names of the form's fields."""
    with app.app_context():
        row = db.session.get_one(Report, 1)
        found = {f"figure_{f.id}_actual": "62" for f in row.figures} | {
            f"line_{s.id}_spent": f"{s.line.total:.2f}" for s in row.spending
        }
    return found | {"summary": "We built it.", "setbacks": "Rain.", "next_steps": "More masts."}


def stored(app: Flask) -> Report:
    with app.app_context():
        row = db.session.get_one(Report, 1)
        assert row.figures is not None
        assert row.spending is not None
        return row


def saved_by_another(app: Flask, number: int, summary: str) -> None:
    """Another person of the chapter saves while the page is open."""
    with app.app_context(), transaction():
        row, actor = db.session.get_one(Report, number), w.found().actor("mg2", Role.APPLICANT)
        reports.save(row, texts={"summary": summary}, figures={}, spending={}, version=row.version, actor=actor)


def test_what_is_written_is_saved_and_shown_again(app: Flask, mia: Careful) -> None:
    given = fields(app) | {
        "summary": "Fibre\nand “quotes” <b>",
        "story": "We walked.",
        "story_by": "F. (demo)",
        "story_consent": "y",
    }

    answer = mia.submit(mia.get(THERE), THERE, **given)
    again = mia.get(THERE).page.form(THERE).fields

    assert (answer.status_code, answer.location) == (302, THERE)
    assert {name: again[name] for name in given} == {name: [value] for name, value in given.items()}


def test_an_invalid_number_shows_an_error_and_the_rest_is_saved(app: Flask, mia: Careful) -> None:
    given = fields(app)
    figure = next(name for name in given if name.startswith("figure"))

    answer = mia.submit(mia.get(THERE), THERE, **given | {figure: "sixty"})

    assert answer.status_code == 422
    assert "Enter a number, such as 0 or 12.50." in answer.page.text
    assert answer.page.form(THERE).fields[figure] == ["sixty"]
    row = stored(app)
    assert (row.summary, row.figures[0].actual, row.spending[0].spent) == ("We built it.", None, Decimal(9000))


def test_autosave_returns_the_new_version(app: Flask, mia: Careful) -> None:
    page = mia.get(THERE).page.form(THERE)
    sent = {**page.fields, "summary": "While typing"}

    first = mia.post(THERE, data=sent, headers=AUTOSAVE)
    newer = first.json["version"]  # type: ignore[index]
    second = mia.post(THERE, data={**sent, "version": newer, "summary": "Still typing"}, headers=AUTOSAVE)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json["saved_at"].endswith(" UTC")  # type: ignore[index]
    assert (stored(app).summary, stored(app).version) == ("Still typing", second.json["version"])  # type: ignore[index]


def test_a_late_save_shows_both_texts_and_loses_neither(app: Flask, mia: Careful) -> None:
    page = mia.get(THERE)
    saved_by_another(app, 1, "Theirs")

    answer = mia.submit(page, THERE, summary="Mine")

    assert answer.status_code == 409
    assert answer.page.form(THERE).fields["summary"] == ["Mine"]
    assert "Saved in the meantime:Theirs" in answer.page.text.replace("\n", "")
    assert stored(app).summary == "Theirs"
    assert mia.submit(answer, THERE).status_code == 302
    assert stored(app).summary == "Mine"


def test_a_late_autosave_is_kept_until_a_person_chooses(app: Flask, mia: Careful) -> None:
    sent = mia.get(THERE).page.form(THERE).fields
    saved_by_another(app, 1, "Theirs")

    answer = mia.post(THERE, data={**sent, "summary": "Mine"}, headers=AUTOSAVE)
    compared = mia.get(f"{THERE}?kept=1")
    mia.submit(compared, THERE)

    assert answer.status_code == 409
    assert f'href="{THERE}?kept=1"' in answer.json["notice"]  # type: ignore[index]
    assert compared.page.form(THERE).fields["summary"] == ["Mine"]
    with app.app_context():
        assert db.session.scalars(select(ApplicationSave.settled_at)).one() is not None


def test_without_the_version_the_later_save_would_win_unnoticed(
    app: Flask, mia: Careful, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = mia.get(THERE)
    saved_by_another(app, 1, "Theirs")
    careful = reports.save

    def save_anyway(report: Report, *, version: int, **kept: Any) -> None:
        newest = db.session.scalars(select(Report.version).where(Report.id == report.id)).one()
        careful(report, version=max(version, newest), **kept)

    monkeypatch.setattr(reports, "save", save_anyway)

    answer = mia.submit(page, THERE, summary="Mine")

    assert (answer.status_code, stored(app).summary) == (302, "Mine")


def test_check_and_send_lists_everything_missing_with_its_field(app: Flask, mia: Careful) -> None:
    there = "/reports/1/send"

    page = mia.get(there)

    assert "You cannot submit yet: 6 items need attention" in page.page.text
    assert f"{THERE}?checked=1#summary" in page.page.links.values()
    with pytest.raises(LookupError):
        page.page.form("/transitions/send")


def test_a_complete_report_is_submitted_and_approved_and_the_next_instalment_becomes_payable(
    app: Flask, world: w.World, mia: Careful
) -> None:
    olga = signed_in(app, world.people["olga"])

    checked = mia.submit(mia.get(THERE), THERE, **fields(app), then="check")
    sent = mia.submit(mia.get(checked.location), "/reports/1/transitions/send")
    mine = mia.get(sent.location)
    read = olga.get("/reports/1")
    olga.submit(read, "/reports/1/transitions/approve", confirmed="yes")

    assert "We received your report" in mine.page.text
    assert "Not reached yet: 69% of the planned change" in read.page.text
    with app.app_context():
        assert list(db.session.scalars(select(Instalment.step).order_by(Instalment.number))) == ["payable", "payable"]


def test_an_indicator_of_an_approved_final_report_is_reached_or_not(app: Flask, world: w.World) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        for number in (1, 2):
            w.reported(world, award, number)
        last = max(db.session.scalars(select(Report)), key=lambda report: report.number)
        figure = last.figures[0]
        with transaction():
            figure.actual = figure.indicator.baseline
            w.recorded()
    text = signed_in(app, world.people["olga"]).get(f"/reports/{last.id}").page.text

    assert "Not reached: 0%" in text
    assert "Not yet" not in text


def test_a_report_sent_back_shows_its_question_and_can_be_edited_again(
    app: Flask, world: w.World, mia: Careful
) -> None:
    olga = signed_in(app, world.people["olga"])
    mia.submit(mia.get(THERE), THERE, **fields(app))
    mia.submit(mia.get("/reports/1/send"), "/reports/1/transitions/send")

    olga.submit(olga.get("/reports/1"), "/reports/1/transitions/send_back", question="How many of them are women?")

    assert "How many of them are women?" in mia.get(THERE).page.text
    for reader, there in ((olga, "/reports/1"), (mia, "/reports/1"), (mia, "/reports"), (olga, "/awards/1")):
        assert "Returned with questions" in reader.get(there).page.text
    assert "The grantee is revising this report." in olga.get("/reports/1").page.text
    assert THERE in mia.get("/inbox").page.links.values() or "/reports/1" in mia.get("/inbox").page.links.values()
    assert mia.submit(mia.get(THERE), THERE, summary="Thirty.").status_code == 302


def test_a_submitted_report_cannot_be_edited(app: Flask, world: w.World, mia: Careful) -> None:
    mia.submit(mia.get(THERE), THERE, **fields(app))
    page = mia.get(THERE)
    mia.submit(mia.get("/reports/1/send"), "/reports/1/transitions/send")

    late = mia.submit(page, THERE, summary="Too late")

    assert late.status_code == 409
    assert mia.get(THERE).location == "/reports/1"
    assert stored(app).summary == "We built it."


def test_only_the_chapter_writes_and_only_permitted_people_read(app: Flask, world: w.World) -> None:
    names = ("mg2", "bo1", "olga", "uma", "fay", "rex")
    codes = {
        name: [signed_in(app, world.people[name]).get(there).status_code for there in ("/reports/1", THERE)]
        for name in names
    }

    assert codes == {
        "mg2": [200, 200],
        "bo1": [404, 404],
        "olga": [200, 403],
        "uma": [200, 403],
        "fay": [403, 403],
        "rex": [403, 403],
    }


def test_a_kept_text_of_another_report_is_not_found(app: Flask, mia: Careful) -> None:
    page = mia.get("/reports/2/write")
    saved_by_another(app, 2, "Theirs")
    mia.submit(page, "/reports/2/write", summary="Mine")

    assert [mia.get(f"/reports/{number}/write?kept=1").status_code for number in (2, 1)] == [200, 404]


def test_a_conflict_hides_the_report_from_page_and_list(app: Flask, world: w.World) -> None:
    omar = signed_in(app, world.people["omar"])
    before = omar.get("/reports/1").status_code, "/reports/1" in omar.get("/reports?step=due").get_data(as_text=True)
    with app.app_context():
        conflict(world.people["omar"], db.session.get_one(Application, 1))

    after = omar.get("/reports/1").status_code, "/reports/1" in omar.get("/reports?step=due").get_data(as_text=True)

    assert (before, after) == ((200, True), (404, False))


def test_the_list_stays_within_its_number_of_queries_and_an_invalid_cursor_shows_the_first_page(
    app: Flask, world: w.World
) -> None:
    olga = signed_in(app, world.people["olga"])

    with statements(app) as sent:
        page = olga.get("/reports?step=due&after=nonsense")

    assert page.page.text.count("A-2026-0001") == 2
    assert len(sent) <= 12, sent


def test_the_form_parses_amounts_as_people_type_them(app: Flask, world: w.World) -> None:
    with app.test_request_context():
        row = db.session.get_one(Report, 1)
        line = f"line_{row.spending[0].id}_spent"

        read = {typed: ReportForm.of(row, {line: typed})[line].data for typed in ("1,336.00", "1 336,5", "0", "")}

    assert read == {"1,336.00": Decimal("1336.00"), "1 336,5": Decimal("1336.50"), "0": Decimal(0), "": None}


@pytest.mark.parametrize(
    ("given", "text_found", "anchor"),
    [
        (
            {"summary": "We built it 🎉"},
            "Remove these characters, because they cannot be printed in our reports: 🎉",
            "summary",
        ),
        (
            {"story": "It works.", "story_consent": "y"},
            "Enter the name and place of the person who tells the story.",
            "story_by",
        ),
    ],
)
def test_texts_that_the_impact_report_cannot_print_are_named_before_submission(
    app: Flask, mia: Careful, given: dict[str, str], text_found: str, anchor: str
) -> None:
    mia.submit(mia.get(THERE), THERE, **fields(app) | given)

    page = mia.get("/reports/1/send").page

    assert text_found in page.text
    assert f"{THERE}?checked=1#{anchor}" in page.links.values()


def test_an_invalid_figure_is_kept_and_prevents_submission(app: Flask, mia: Careful) -> None:
    typed = fields(app) | {"figure_1_actual": "about 300", "line_1_spent": "much"}
    mia.submit(mia.get(THERE), THERE, **fields(app))

    mia.post(THERE, data=mia.get(THERE).page.form(THERE).fields | typed, headers=AUTOSAVE)
    again = mia.get(THERE)
    checked = mia.get("/reports/1/send").page

    assert again.page.form(THERE).fields["figure_1_actual"] == ["about 300"]
    assert again.page.form(THERE).fields["line_1_spent"] == ["much"]
    assert "Enter a number, such as 0 or 12.50." in again.page.text
    assert "Enter a number for “Households online”: “about 300” is not a number." in checked.text
    assert "Enter the result for" not in checked.text
    assert f"{THERE}?checked=1#figure_1_actual" in checked.links.values()
    with pytest.raises(LookupError):
        checked.form("/transitions/send")


@pytest.mark.parametrize(("typed", "refused"), [("62,1239", True), ("62.125", False)])
def test_a_figure_that_would_be_rounded_is_refused(app: Flask, mia: Careful, typed: str, *, refused: bool) -> None:
    mia.submit(mia.get(THERE), THERE, **fields(app) | {"figure_1_actual": typed})

    again = mia.get(THERE)
    assert again.page.form(THERE).fields["figure_1_actual"] == [typed]
    assert ("Enter at most three decimal places." in again.text) is refused


def test_a_corrected_figure_is_saved_as_a_number(app: Flask, mia: Careful) -> None:
    mia.submit(mia.get(THERE), THERE, **fields(app) | {"figure_1_actual": "about 300"})

    mia.submit(mia.get(THERE), THERE, figure_1_actual="300")

    assert mia.get(THERE).page.form(THERE).fields["figure_1_actual"] == ["300"]
    assert "cannot be read" not in mia.get("/reports/1/send").page.text


def test_autosave_returns_the_sums(app: Flask, mia: Careful) -> None:
    form = mia.get(THERE).page.form(THERE)

    answer = mia.post(THERE, data=form.fields | {"line_1_spent": "1234.50"}, headers=AUTOSAVE)

    assert "1,234.50" in answer.get_json()["parts"]["sums"]
    assert 'id="sums"' in mia.get(THERE).get_data(as_text=True)


def test_staff_cannot_read_a_report_before_it_is_submitted(app: Flask, world: w.World, mia: Careful) -> None:
    mia.submit(mia.get(THERE), THERE, **fields(app) | {"summary": "Half written."})
    names = ("olga", "pia", "uma")
    before = [signed_in(app, world.people[name]).get("/reports/1").page.text for name in names]

    mia.submit(mia.get("/reports/1/send"), "/reports/1/transitions/send")

    assert not any("Half written." in text for text in before)
    assert all("Not submitted yet" in text for text in before)
    assert all("Half written." in signed_in(app, world.people[name]).get("/reports/1").page.text for name in names)


def test_a_report_sent_back_is_a_task_with_a_question_in_the_inbox(app: Flask, world: w.World, mia: Careful) -> None:
    olga = signed_in(app, world.people["olga"])
    mia.submit(mia.get(THERE), THERE, **fields(app))
    mia.submit(mia.get("/reports/1/send"), "/reports/1/transitions/send")
    olga.submit(olga.get("/reports/1"), "/reports/1/transitions/send_back", question="How many of them are women?")

    assert "Answer our questions about the report: fibre title" in mia.get("/inbox").page.text


def test_a_report_is_compared_with_what_was_paid_before_it_was_submitted(app: Flask, world: w.World) -> None:
    with app.app_context():
        award = db.session.query(Award).one()
        w.paid(world, award)
        number = w.received(world, award, 1, used="0.5").id
        w.apply(world, db.session.get_one(Report, number), "approve", "omar", Role.OFFICER)
        w.paid(world, award)

    text: str = signed_in(app, world.people["olga"]).get(f"/reports/{number}").page.text

    assert "USD\xa05,000.00 spent of the USD\xa06,000.00 paid before the report was submitted" in text

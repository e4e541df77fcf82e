"""Setting up a call: copied from its programme, edited, funded, opened, closed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Call
from grants.services import calls, persons
from tests import world as scene
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from tests.world import World
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Every test begins without a call."""
    return prepare("no_call", lambda: scene.build(programmes=()))


@pytest.fixture
def world(app: Flask) -> World:
    """People and a fund, and no call."""
    with app.app_context():
        return scene.found()


def set_up(client: Careful, world: World, **given: str) -> int:
    """Olga sets up a small call on the page; returns its number."""
    assert world.fund is not None
    fields = {
        "programme": "BTN-S",
        "title": "Small grants 2027",
        "fund": str(world.fund.id),
        "opens_at": "2027-01-01T00:00",
        "closes_at": "2027-03-31T23:59",
    }
    answer = client.submit(client.get("/office/calls/new"), "/office/calls/new", **fields | given)
    assert answer.status_code == 302, answer.text
    return int(answer.location.rsplit("/", 1)[-1])


def test_a_call_begins_as_a_copy_of_its_programme(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])

    id = set_up(client, world)

    with app.app_context():
        call = db.session.get_one(Call, id)
        assert (call.title, call.step, call.data.most) == ("Small grants 2027", "draft", Decimal(5_000))


def test_setting_up_twice_with_one_form_creates_one_call(app: Flask, world: World) -> None:
    assert world.fund is not None
    client = signed_in(app, world.people["olga"])
    page = client.get("/office/calls/new")
    fields = {"programme": "BTN-S", "title": "Small", "fund": str(world.fund.id), "opens_at": "2027-01-01T00:00"}

    answers = [client.submit(page, "/office/calls/new", **fields) for _ in range(2)]

    assert answers[0].location == answers[1].location
    with app.app_context():
        assert db.session.query(Call).count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "", "Enter the title of the call."),
        (
            "title",
            "Small 🎉",
            "Remove these characters from “Title”, because they cannot be printed in our letters: 🎉",
        ),
        ("opens_at", "soon", "Enter a date and time"),
        ("opens_at", "2027-01-01 09:00 AM", "Enter a date and time"),
        ("closes_at", "2026-12-01T00:00", "must be later than the opening"),
        ("closes_at", "9999-12-31T23:59", "Enter a year from 2000 to 2100."),
        ("opens_at", "0001-01-01T00:00", "Enter a year from 2000 to 2100."),
    ],
)
def test_an_invalid_value_shows_an_error_beside_its_field(
    app: Flask, world: World, field: str, typed: str, sentence: str
) -> None:
    assert world.fund is not None
    client = signed_in(app, world.people["olga"])
    fields = {"programme": "BTN-S", "title": "Small", "fund": str(world.fund.id), "opens_at": "2027-01-01T00:00"} | {
        field: typed
    }

    answer = client.submit(client.get("/office/calls/new"), "/office/calls/new", **fields)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_title_is_one_line(app: Flask, world: World) -> None:
    assert world.fund is not None
    client = signed_in(app, world.people["olga"])
    sent = {"programme": "BTN-S", "title": "Small\r\nBcc: all\tgrants", "opens_at": "2027-01-01T00:00"}

    client.submit(client.get("/office/calls/new"), "/office/calls/new", fund=str(world.fund.id), **sent)

    with app.app_context():
        assert db.session.query(Call).one().title == "Small Bcc: all grants"


def test_an_officer_of_a_single_call_cannot_set_up_another(app: Flask, world: World) -> None:
    assert world.fund is not None
    only = set_up(signed_in(app, world.people["olga"]), world)
    with app.app_context(), transaction():
        persons.appoint(world.people["rex"], Role.OFFICER, call_id=only, actor=scene.SYSTEM)
    client = signed_in(app, world.people["rex"])
    fields = {"programme": "BTN-S", "title": "Mine", "fund": str(world.fund.id), "opens_at": "2027-01-01T00:00"}

    csrf = client.get("/office/calls").page.form("/sign-out").fields["csrf_token"]
    answer = client.post("/office/calls/new", data={"csrf_token": csrf, **fields})

    assert (client.get("/office/calls/new").status_code, answer.status_code) == (403, 403)
    assert "/office/calls/new" not in client.get("/office/calls").page.links.values()


def test_the_numbers_of_a_call_in_preparation_can_be_changed(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)

    answer = client.submit(
        client.get(f"/office/calls/{id}"),
        f"/office/calls/{id}",
        most="6,000.00",
        months_most="9",
        reviews_proposal="3",
        clock_review_days="10",
        rule_indirect_percent="12",
    )

    assert answer.status_code == 302
    with app.app_context():
        rules = db.session.get_one(Call, id).data
        assert (rules.most, rules.months_most, rules.stages[0].reviews, rules.clock["review_days"]) == (
            Decimal(6_000),
            9,
            3,
            10,
        )
        assert {spec.key: spec.params for spec in rules.rules}["indirect"] == {"percent": "12"}


def test_a_rule_can_be_switched_off_and_on_again(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)
    page = client.get(f"/office/calls/{id}")
    fields = {
        name: value for name, value in page.page.form(f"/office/calls/{id}").fields.items() if name != "rule_indirect"
    }

    client.post(f"/office/calls/{id}", data=fields)
    with app.app_context():
        assert "indirect" not in {spec.key for spec in db.session.get_one(Call, id).data.rules}

    client.submit(client.get(f"/office/calls/{id}"), f"/office/calls/{id}", rule_indirect="y")
    with app.app_context():
        assert "indirect" in {spec.key for spec in db.session.get_one(Call, id).data.rules}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("rule_indirect_percent", "a lot"),
        ("rule_indirect_percent", "1_0"),
        ("rule_held_amount", "1.500"),
        ("rule_held_amount", "10,00,00"),
        ("rule_held_grants", "0"),
        ("rule_applicants_allowed", ""),
        ("months_most", "1.5"),
        ("reviews_proposal", "-1"),
        ("most", "much"),
    ],
)
def test_a_number_that_does_not_fit_its_rule_is_not_saved(app: Flask, world: World, field: str, typed: str) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)

    answer = client.submit(client.get(f"/office/calls/{id}"), f"/office/calls/{id}", **{field: typed})

    assert answer.status_code == 422
    assert "The call was not changed" in answer.text


CHOSEN = {"applicants_allowed", "standing_allowed", "most_of_kind_kind"}
CODES = "Enter two-letter country codes separated by commas, such as BJ for Benin."


@pytest.mark.parametrize(
    ("field", "typed", "reported"),
    [
        ("applicants_allowed", "chaptre", "Select at least one option for “Types of applicant”."),
        ("applicants_allowed", "", "Select at least one option for “Types of applicant”."),
        ("standing_allowed", "good", "Select at least one option for “Standing of the chapter”."),
        ("most_of_kind_kind", "person", "Select an option for “Type of applicant”."),
        (
            "countries_allowed",
            "BJ, Togo",
            f"{CODES} These codes do not exist: “Togo”.",
        ),
        ("most_of_kind_amount", "much", "Enter a number above zero for “Maximum grant for this type, USD”."),
    ],
)
def test_an_unknown_name_is_refused_beside_its_field(
    app: Flask, world: World, field: str, typed: str, reported: str
) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)
    with app.app_context(), transaction():
        call = db.session.get_one(Call, id)
        more = {"countries": {"allowed": ["BJ"]}, "most_of_kind": {"kind": "individual", "amount": "100"}}
        rules = [*call.rules["rules"], *({"key": key, "params": params} for key, params in more.items())]
        call.rules = call.rules | {"rules": rules}
        scene.recorded()
    there = f"/office/calls/{id}"

    answer = client.submit(client.get(there), there, **{f"rule_{field}": typed})

    beside = f'<p class="error" id="rule_{field}-error">{reported}</p>'
    assert (answer.status_code, beside in answer.text) == (422, True)
    if field not in CHOSEN:
        assert answer.page.form(there).fields[f"rule_{field}"] == [typed]


def test_types_and_standings_are_boxes_with_their_names(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    there = f"/office/calls/{set_up(client, world)}"
    form = client.get(there).page.form(there)

    client.submit(client.get(there), there, rule_applicants_allowed=["chapter", "nonprofit"])

    page = client.get(there).page
    assert (form.fields["rule_standing_allowed"], form.offered["rule_applicants_allowed"]) == (
        ["good_standing", "pre_rejuvenation"],
        ["chapter", "nonprofit", "university", "individual"],
    )
    assert page.form(there).fields["rule_applicants_allowed"] == ["chapter", "nonprofit"]
    assert "Pre-rejuvenation" in page.text
    assert "pre_rejuvenation" not in page.text


def test_two_officers_do_not_overwrite_each_other(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)
    older = client.get(f"/office/calls/{id}")
    client.submit(client.get(f"/office/calls/{id}"), f"/office/calls/{id}", title="The first")

    answer = client.submit(older, f"/office/calls/{id}", title="The second")

    assert answer.status_code == 409
    with app.app_context():
        assert db.session.get_one(Call, id).title == "The first"


def funded(app: Flask, world: World, id: int) -> None:
    """Fay allocates money to the call."""
    with app.app_context(), transaction():
        calls.fund(db.session.get_one(Call, id), amount=Decimal(50_000), actor=world.actor("fay", Role.FINANCE))


def test_a_call_without_money_cannot_open_and_says_why(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)

    assert "No money is allocated to this call yet." in client.get(f"/office/calls/{id}").page.text


def test_a_call_opens_freezes_and_closes(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)
    funded(app, world, id)

    client.submit(client.get(f"/office/calls/{id}"), "/open")
    opened = client.get(f"/office/calls/{id}")

    assert not [form for form in opened.page.forms if form.action == f"/office/calls/{id}"]
    assert "USD\N{NO-BREAK SPACE}50,000.00" in opened.page.text
    assert client.post(
        f"/office/calls/{id}",
        data=opened.page.form("/close").fields
        | {"title": "x", "opens_at": "2027-01-01T00:00", "most": "1", "months_most": "1"},
    ).status_code in {409, 422}
    assert client.submit(opened, "/close", confirmed="yes").status_code == 302
    with app.app_context():
        assert db.session.get_one(Call, id).step == "closed"
    for path in (f"/office/calls/{id}", f"/calls/{id}"):
        early = client.get(path).page.text
        assert ("Closed" in early, "eadline" in early, "Closes" in early) == (True, True, False)


@pytest.mark.parametrize(("name", "status"), [("pia", 200), ("uma", 200), ("fay", 403), ("rex", 403), ("mg1", 403)])
def test_staff_can_read_the_calls(app: Flask, world: World, name: str, status: int) -> None:
    assert signed_in(app, world.people[name]).get("/office/calls").status_code == status


def test_an_approver_can_read_a_call_but_not_change_it(app: Flask, world: World) -> None:
    id = set_up(signed_in(app, world.people["olga"]), world)

    page = signed_in(app, world.people["pia"]).get(f"/office/calls/{id}").page

    assert not [form for form in page.forms if "/office/calls" in form.action]


def plan_of(app: Flask, id: int) -> tuple[list[Decimal], list[tuple[int, int]]]:
    with app.app_context():
        rules = db.session.get_one(Call, id).data
        return [plan.percent for plan in rules.instalments], [(task.months, task.days) for task in rules.reports]


def test_an_officer_sets_shares_and_due_dates_of_reports(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world, programme="BTN-L")
    there = f"/office/calls/{id}"

    answer = client.submit(
        client.get(there),
        there,
        share_1="33.4",
        share_2="66.6",
        report_1_months="3",
        report_1_days="14",
        report_2_days="60",
    )

    assert answer.status_code == 302
    assert plan_of(app, id) == ([Decimal("33.4"), Decimal("66.6")], [(3, 14), (0, 60)])


@pytest.mark.parametrize(
    ("field", "typed", "text_found"),
    [
        ("share_2", "30", "The instalments add up to 90% instead of 100%."),
        ("share_1", "0", "Enter a number from 1 to 100"),
        ("share_1", "59.999", "Enter a number from 1 to 100"),
        ("share_1", " ", "Enter a percentage for “Instalment 1, percentage of the award”."),
        ("share_1", "1e9999999", "Enter the number in full"),
        ("share_1", "0e-3000000", "Enter the number in full"),
        ("months_most", " ", "Enter a number for “Maximum duration in months”."),
        ("share_1", "half", "Enter a number"),
        ("report_1_months", "121", "Enter a whole number from 0 to 120."),
        ("report_2_days", "-1", "Enter a whole number from 0 to 365."),
    ],
)
def test_an_inconsistent_plan_shows_an_error_beside_its_field(
    app: Flask, world: World, field: str, typed: str, text_found: str
) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world, programme="BTN-L")
    there = f"/office/calls/{id}"

    answer = client.submit(client.get(there), there, **{field: typed})

    assert (answer.status_code, text_found in answer.page.text) == (422, True)
    assert answer.page.form(there).fields[field] == [typed]
    assert plan_of(app, id) == ([Decimal(60), Decimal(40)], [(6, 30), (0, 30)])


def test_the_numbers_of_a_rule_are_named_and_parsed_as_people_type_them(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)
    there = f"/office/calls/{id}"
    page = client.get(there)

    client.submit(page, there, rule_held_amount="50,000", rule_held_grants="3")

    assert "Maximum total of current grants, USD" in page.page.text
    assert "Maximum number of current grants" in page.page.text
    with app.app_context():
        held = {spec.key: spec.params for spec in db.session.get_one(Call, id).data.rules}["held"]
    assert held == {"grants": "3", "amount": "50000"}


def test_the_history_of_a_call_says_what_was_changed(app: Flask, world: World) -> None:
    client = signed_in(app, world.people["olga"])
    id = set_up(client, world)
    there = f"/office/calls/{id}"

    client.submit(client.get(there), there, most="6,000.00", report_1_days="45")

    text = client.get(there).page.text
    assert "most: 5000 → 6000.00" in text
    assert "reports.1.days: 30 → 45" in text

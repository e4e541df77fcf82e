"""Errors in tables: below their row, linked from the summary, named for what the field asks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from grants.web.drafts import summary
from tests import world as w
from tests.browser import Answer, browser
from tests.web.writing import AUTO, drafted, form_of, single, started

pytestmark = pytest.mark.sweep

HERE = "/applications/1"
WRONG = {"budget-0-quantity": "ten", "budget-1-unit_cost": "1,,5", "months": "12 weeks", "indicators-0-target": "all"}


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


def refused(app: Flask, **fields: Any) -> tuple[Answer, str]:
    """The page of a draft that was sent with these texts, and its HTML."""
    client, id = started(app)
    answer = client.post(f"{HERE}/write", data=form_of(client, id) | fields)
    assert answer.status_code == 422
    return answer, answer.get_data(as_text=True)


def test_an_error_of_a_cell_stands_in_a_row_of_its_own_below(app: Flask) -> None:
    _, html = refused(app, **WRONG)

    rows = re.findall(r'<tr class="row-errors"><td colspan="(\d)">(.*?)</td></tr>', html, re.DOTALL)
    texts = [(span, re.sub("<[^>]+>", "", text)) for span, text in rows]
    assert texts == [
        ("5", "Enter the target of indicator 1 as a number."),
        ("5", "Enter the quantity in line 1 of the budget as a number, such as 2 or 12.50."),
        ("5", "Enter the unit cost in line 2 of the budget as an amount, such as 1,250."),
    ]
    assert not re.search(r"<td[^>]*>(?:(?!</td>).)*<input(?:(?!</td>).)*class=\"error\"", html, re.DOTALL)


def test_a_quantity_below_zero_is_named_alike_in_the_summary_and_at_its_row(app: Flask) -> None:
    _, html = refused(app, **{"budget-0-quantity": "-1"})

    assert html.count("Enter a quantity above zero in line 1 of the budget.") == 2
    assert "What you request from us, line 1" not in html


def test_each_link_of_the_summary_leads_to_a_control_that_names_its_error(app: Flask) -> None:
    answer, html = refused(app, **WRONG)

    links = [href[1:] for href in answer.page.hrefs if href.startswith("#") and href != "#main"]
    assert set(WRONG) <= set(links)
    for id in WRONG:
        control = re.search(rf"<(?:input|select|textarea)[^>]* id=\"{id}\"[^>]*>", html)
        assert control, id
        assert f'aria-describedby="{id}-' in control[0] or f'{id}-error"' in control[0], control[0]
        assert f'id="{id}-error"' in html


def test_the_error_is_gone_with_the_next_save(app: Flask) -> None:
    client, id = started(app)
    client.post(f"{HERE}/write", data=form_of(client, id) | WRONG)

    answer: Any = client.post(f"{HERE}/write", data=form_of(client, id) | {"budget-0-quantity": "10"}, headers=AUTO)

    assert sorted(answer.json["wrong"]) == sorted(set(WRONG) - {"budget-0-quantity"})


@pytest.mark.parametrize("typed", ["twelve", "12 months", "1,5", "1,500", "12.5", "1.2345", "0", "-3", "121", "1e3"])
def test_a_field_of_months_asks_for_months(app: Flask, typed: str) -> None:
    answer, _ = refused(app, months=typed)

    assert "Enter a whole number of months from 1 to 12." in answer.page.text


def missing(app: Flask, **fields: Any) -> dict[str, str]:
    """The links of the page that lists what is missing in a draft with these texts, by their sentences."""
    client, id = started(app)
    client.post(f"{HERE}/write", data=form_of(client, id) | fields)
    found: dict[str, str] = client.get(f"{HERE}/send").page.links
    return {text: url.removeprefix(f"{HERE}/write") for text, url in found.items() if url.startswith(f"{HERE}/write?")}


def test_what_is_missing_leads_to_its_field_in_the_open_section(app: Flask) -> None:
    links = missing(app, title="", starts_on="", months="x", **{"budget-0-what": "", "indicators-0-target": ""})

    assert links == {
        "Enter a whole number of months from 1 to 12.": "?checked=1&open=project#months",
        "Enter the title of the project.": "?checked=1&open=project#title",
        "Enter the first day of the project.": "?checked=1&open=project#starts_on",
        "Enter the item in line 1 of the budget.": "?checked=1&open=budget#budget-0-what",
        "Enter the target of indicator 1 as a number.": "?checked=1&open=plan#indicators-0-target",
    }


def test_every_link_leads_to_a_control_of_an_open_section(app: Flask) -> None:
    """A new draft, in which everything is missing."""
    with app.app_context():
        id = w.begun(w.found(), "BTN-S", "bo").id
    client = browser(app, "bo1")
    links = [url for url in client.get(f"/applications/{id}/send").page.hrefs if "/write?checked=1" in url]

    assert len(links) > 5
    for url in links:
        page, _, control = url.partition("#")
        html = client.get(page).get_data(as_text=True)
        section = page.partition("open=")[2]
        fold = re.search(rf'<details class="fold" id="section-{section}" open>(.*?)</details>', html, re.DOTALL)
        assert fold, url
        assert re.search(rf'<(?:input|select|textarea)[^>]* id="{control}"', fold[1]), url


def test_without_the_place_of_the_cell_it_would_lead_to_the_section_alone(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the link used to name the section, in which the reader had to look."""
    monkeypatch.setattr(summary, "control_of", lambda question, _: f"part-{question.key}")

    assert set(missing(app, title="").values()) == {"?checked=1&open=project#part-title"}


@pytest.mark.ground("active")
def test_an_error_of_a_report_stands_below_its_line(app: Flask) -> None:
    client = browser(app, "mg1")
    page = client.get("/reports/1/write")
    fields = single(page.page.form("/write"))
    spent = next(name for name in fields if name.endswith("_spent"))
    actual = next(name for name in fields if name.endswith("_actual"))

    answer = client.post("/reports/1/write", data=fields | {spent: "much", actual: "many"})
    html = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert f'<tr class="row-errors"><td colspan="4"><p class="error" id="{spent}-error">' in html
    assert f'<tr class="row-errors"><td colspan="5"><p class="error" id="{actual}-error">' in html
    assert [answer.page.hrefs.count(f"#{id}") for id in (spent, actual)] == [1, 1]
    assert len(re.findall(r'<td class="entry wrong">', html)) == 2
    assert html.count("Enter a number, such as 0 or 12.50.") == 2, "in the summary and at its row"
    assert html.count("Everything else is saved.") == 1
    saved: Any = client.post("/reports/1/write", data=single(answer.page.form("/write")) | {spent: "5"}, headers=AUTO)
    assert saved.json["wrong"] == [actual]


@pytest.mark.ground("active")
def test_what_is_missing_in_a_table_of_a_report_is_marked_at_its_cell(app: Flask) -> None:
    client = browser(app, "mg1")
    links = [url for url in client.get("/reports/1/send").page.hrefs if "/write?checked=1#" in url]
    cells = [
        control for _, _, control in (url.partition("#") for url in links) if control.endswith(("_spent", "_actual"))
    ]

    html = client.get("/reports/1/write?checked=1").get_data(as_text=True)

    assert len(cells) > 1
    assert len(re.findall(r'<td class="entry wrong">', html)) == len(cells)
    for cell in cells:
        assert html.count(f'id="{cell}-error"') == html.count(f'href="#{cell}"') == 1


def test_lines_beyond_the_most_are_shown_again_and_the_stored_ones_stay(app: Flask) -> None:
    """Before, the first hundred were saved, and the page left out the rest."""
    client, id = started(app)
    before = drafted(app, id).lines
    lines = {f"budget-{number}-what": f"Item {number}" for number in range(101)}

    answer = client.post(f"{HERE}/write", data=form_of(client, id) | lines | {"title": "New"})

    again = answer.page.form("/write").fields
    assert (answer.status_code, "There are 101 lines; enter at most 100." in answer.page.text) == (422, True)
    assert [again[name] for name in lines] == [[text] for text in lines.values()]
    assert (drafted(app, id).lines, drafted(app, id).title) == (before, "New")

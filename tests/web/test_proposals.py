"""The form of a proposal: what was typed comes back, whatever it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from grants.forms.proposals import Proposal, Written, chosen, typed
from grants.forms.questions import LONGEST
from workflows.programme import Stage
from workflows.programmes import programmes
from workflows.proposal import Content

STAGE = programmes()["BTN-L"].rules.stages[0]
TYPED = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
NUMBERS = st.sampled_from(
    ["", "0", "12", "1 336,50", "1,336.00", "-3", "ten", "1e9", "0.0001", "999999999999999", "½", "12 months"]
)


@pytest.fixture(autouse=True, scope="module")
def spoken() -> Iterator[None]:
    """Labels need a language to be said in."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def content_of(found: Written) -> Content:
    """What is stored of a save."""
    return Content({**found.answers, **found.facts, "unread": found.unread}, found.lines or (), found.goals or ())


def sent(**fields: str) -> MultiDict[str, str]:
    """Names with hyphens, written with two underscores."""
    return MultiDict({name.replace("__", "-"): text for name, text in fields.items()})


@given(
    title=TYPED,
    summary=TYPED,
    months=NUMBERS,
    starts=st.sampled_from(["", "2027-03-01", "tomorrow", "0001-01-01"]),
    cost=NUMBERS,
    goal=NUMBERS,
)
@settings(max_examples=60, deadline=None)
def test_what_is_stored_reads_as_it_was_typed(
    *, title: str, summary: str, months: str, starts: str, cost: str, goal: str
) -> None:
    form = Proposal(
        STAGE,
        "USD",
        sent(
            title=title,
            summary=summary,
            months=months,
            starts_on=starts,
            budget__0__what="Routers",
            budget__0__quantity=goal,
            budget__0__unit_cost=cost,
            indicators__2__name=title,
            indicators__2__baseline=goal,
            activities__0__start=starts,
            cofunding=cost,
            mission="education",
        ),
    )

    again = Proposal(STAGE, "USD", typed(STAGE, content_of(form.written())))

    assert again.values() == form.values()
    assert again.written() == form.written()


@pytest.mark.parametrize(
    "stage", [stage for one in programmes().values() for stage in one.rules.stages], ids=lambda stage: stage.title
)
def test_an_empty_form_of_every_stage_is_read_and_has_nothing_wrong(stage: Stage) -> None:
    form = Proposal(stage, "USD", MultiDict())

    assert form.wrong == []
    assert not any(form.written().facts.values())


@pytest.mark.parametrize(
    ("typed_in", "says"),
    [
        ("0", "Write a whole number of months, 1 to 120."),
        ("1.5", "Write a whole number of months, 1 to 120."),
        ("-2", "Write a whole number of months, 1 to 120."),
        ("121", "Write a whole number of months, 1 to 120."),
        ("soon", "Give a number, such as 0 or 12.50."),
    ],
)
def test_months_are_whole_and_plausible(typed_in: str, says: str) -> None:
    assert Proposal(STAGE, "USD", sent(months=typed_in)).wrong == [("months", f"Length in months: {says}")]


def test_a_cost_has_no_more_decimals_than_its_currency() -> None:
    form = Proposal(STAGE, "JPY", sent(budget__0__what="Mast", budget__0__quantity="1", budget__0__unit_cost="10.5"))

    assert form.wrong == [("budget-0-unit_cost", "What you ask us for, Unit cost: JPY has 0 decimals; write no more.")]


def test_only_what_the_form_offers_can_be_chosen() -> None:
    form = Proposal(
        STAGE,
        "USD",
        MultiDict(
            [("mission", "education"), ("mission", "<script>"), ("budget-0-what", "x"), ("budget-0-category", "bribes")]
        ),
    )

    found = form.written()
    assert found.answers["mission"] == ["education"]
    assert [line.category for line in found.lines or ()] == ["other"]


def test_sections_that_were_not_sent_are_not_read() -> None:
    found = Proposal(STAGE, "USD", sent(title="New", problem="Old"), only={"in_short"}).written()

    assert (found.facts, found.answers, found.lines) == ({"title": "New", "summary": ""}, {}, None)


def test_a_hundred_rows_are_kept_and_more_are_refused_in_words() -> None:
    form = Proposal(STAGE, "USD", MultiDict({f"risks-{number}-risk": "storm" for number in range(101)}))

    assert len(form.written().answers["risks"]) == 100
    assert form.wrong == [("risks", "What could go wrong: 101 rows; at most 100 can be kept.")]
    assert form.too_long


def test_text_too_long_to_keep_is_left_out_of_what_is_saved() -> None:
    form = Proposal(STAGE, "USD", sent(problem="x" * (LONGEST + 1), title="Fine"))

    assert "problem" not in form.written().answers
    assert form.written().facts["title"] == "Fine"


def test_text_just_short_enough_is_kept() -> None:
    """The twin: the limit is at one more character, not before."""
    form = Proposal(STAGE, "USD", sent(problem="x" * LONGEST))

    assert (len(form.written().answers["problem"]), form.wrong) == (LONGEST, [])


def test_choosing_takes_whole_questions_from_the_kept_text() -> None:
    stored, kept = sent(title="A", team__0__name="Ann", team__1__name="Bo"), sent(title="B", team__0__name="Cleo")

    mixed = chosen(stored, kept, {"team"})

    assert dict(mixed.items()) == {"title": "A", "team-0-name": "Cleo"}

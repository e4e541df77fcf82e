"""What is missing in a form, the sums of a budget, and the last day of a project."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.forms.completeness import Content, Goal, Line, add_months, missing, states
from workflows.programme import Column, Question, Section, Stage
from workflows.programmes import programmes

TITLE = Question(key="title", kind="text", label="Title", words=3)
NOTE = Question(key="note", kind="long", label="Note", words=2, required=False)
BUDGET = Question(key="budget", kind="budget", label="Budget", rows=2)
GOALS = Question(key="indicators", kind="indicators", label="Indicators")
ROWS = Question(
    key="team",
    kind="table",
    label="Team",
    rows=2,
    columns=(
        Column(key="name", title="Name"),
        Column(key="role", title="Role"),
        Column(key="member", title="Member", kind="tick"),
    ),
)
DAY = Question(key="day", kind="date", label="Day")
DATED = Question(
    key="work",
    kind="table",
    label="Work",
    columns=(Column(key="name", title="Name"), Column(key="start", title="Start", kind="date")),
)
SPANS = Question(
    key="spans",
    kind="table",
    label="Work",
    columns=(
        Column(key="start", title="Start", kind="date"),
        Column(key="end", title="End", kind="date", after="start"),
    ),
)
MONEY = Question(key="cofunding", kind="number", label="Other money")
TICK = Question(key="true", kind="tick", label="It is true")

ROUTER = Line("Router", "equipment", Decimal(18), Decimal("142.00"))
SPEED = Goal("Download", "Mbps", Decimal("6.54"), Decimal(15), "M-Lab")


LONG_LINE = "x" * 301


def incomplete(*questions: Question, content: Content) -> list[str]:
    """What is missing in one section with these questions, in English."""
    stage = Stage(key="proposal", title="Proposal", sections=(Section(key="part", title="Part", questions=questions),))
    return [str(message) for message in missing(stage, content)]


@pytest.mark.parametrize(
    ("question", "answer", "messages"),
    [
        (TITLE, None, ["Part: “Title” is missing."]),
        (TITLE, "", ["Part: “Title” is missing."]),
        (TITLE, "three\twords\n here ", []),
        (TITLE, "now there are four", ["Part: “Title” has 4 words; 3 are allowed."]),
        (NOTE, None, []),
        (NOTE, "one two three", ["Part: “Note” has 3 words; 2 are allowed."]),
        (TICK, False, ["Part: “It is true” is not confirmed."]),
        (TICK, True, []),
        (TITLE, "  \n", ["Part: “Title” is missing."]),
        (MONEY, 0, []),
        (MONEY, None, ["Part: “Other money” is missing."]),
        (MONEY, "12.50", []),
        (MONEY, "lots", ["Part: “Other money” is not a number."]),
        (DAY, "2027-03-01", []),
        (DAY, "soon", ["Part: “Day” is not a date."]),
        (DATED, [{"name": "Dig", "start": "2027-03-01"}], []),
        (
            DATED,
            [{"name": "Dig", "start": "soon"}],
            ["Part: line 1 of “Work” has an invalid date or number."],
        ),
        (
            ROWS,
            [{"name": "H. (demo)", "role": "Leads"}] * 3,
            ["Part: “Team” has 3 lines; this call allows at most 2."],
        ),
        (ROWS, [], ["Part: “Team” is missing."]),
        (ROWS, [{"name": "H. (demo)", "role": "Leads"}], []),
        (
            ROWS,
            [{"name": "H. (demo)", "role": "Leads"}, {"name": "", "member": "1"}],
            ["Part: line 2 of “Team” is incomplete."],
        ),
        (SPANS, [{"start": "2027-03-01", "end": "2027-02-28"}], ["Part: line 1 of “Work” ends before it starts."]),
        (SPANS, [{"start": "2027-03-01", "end": "2027-03-01"}], []),
    ],
)
def test_an_answer_is_validated_by_the_kind_of_its_question(
    question: Question, answer: Any, messages: list[str]
) -> None:
    assert incomplete(question, content=Content({question.key: answer})) == messages


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        ((), ["Part: “Budget” is missing."]),
        ((ROUTER,), []),
        ((ROUTER, Line("", "equipment", Decimal(1), Decimal(1))), [2]),
        ((Line("Mast", "equipment", None, Decimal(1)), Line("Mast", "equipment", Decimal(1), None)), [1, 2]),
        ((Line("Mast", "equipment", Decimal(0), Decimal(1)),), [1]),
        ((Line("Mast", "equipment", Decimal(-1), Decimal(5)),), [1]),
        ((Line("Screw", "equipment", Decimal("0.1"), Decimal("0.01")),), [1]),
        ((ROUTER,) * 3, ["Part: the budget has 3 lines; this call allows at most 2."]),
    ],
)
def test_a_budget_line_has_a_description_and_a_cost(lines: tuple[Line, ...], messages: list[Any]) -> None:
    text = "Part: line {} needs a description, a quantity and a cost above zero."

    assert incomplete(BUDGET, content=Content({}, lines=lines)) == [
        text.format(one) if isinstance(one, int) else one for one in messages
    ]


@pytest.mark.parametrize(
    ("goal", "messages"),
    [
        (SPEED, []),
        (Goal("Households", "", Decimal(0), Decimal(90), ""), []),
        (Goal("Cost", "USD", Decimal("7.20"), Decimal("4.32"), ""), []),
        (
            Goal("Households", "", None, Decimal(90), ""),
            ["Part: enter the baseline and the target of “Households” as numbers."],
        ),
        (
            Goal("Households", "", Decimal(0), None, ""),
            ["Part: enter the baseline and the target of “Households” as numbers."],
        ),
        (Goal("", "", Decimal(0), Decimal(1), ""), ["Part: enter the baseline and the target of “–” as numbers."]),
    ],
)
def test_an_indicator_has_a_baseline_and_a_target_and_the_baseline_may_be_zero(goal: Goal, messages: list[str]) -> None:
    assert incomplete(GOALS, content=Content({}, goals=(goal,))) == messages


def test_a_form_for_one_indicator_accepts_one() -> None:
    one = GOALS.model_copy(update={"rows": 1})

    assert incomplete(one, content=Content({}, goals=(SPEED,))) == []
    assert incomplete(one, content=Content({}, goals=(SPEED,) * 2)) == [
        "Part: “Indicators” has 2 lines; this call allows at most 1."
    ]


def test_an_empty_list_of_indicators_is_not_an_answer() -> None:
    assert incomplete(GOALS, content=Content({})) == ["Part: “Indicators” is missing."]


def test_every_problem_refers_to_its_question() -> None:
    stage = programmes()["BTN-L"].rules.stage("proposal")

    cures = [message.cure for message in missing(stage, Content({}))]

    assert cures == [question.key for section in stage.sections for question in section.questions if question.required]


def test_a_problem_of_a_row_refers_to_the_cell_to_correct() -> None:
    stage = programmes()["BTN-L"].rules.stage("proposal")
    lines = (Line("Mast", "equipment", Decimal(1), Decimal(9)), Line("Cable", "equipment", None, Decimal(2)))
    steps = [{"activity": "Dig", "start": "2027-03-01", "end": "2027-02-01", "who": "Mia"}, {"activity": "Lay"}]
    content = Content({"activities": steps}, lines, (replace(SPEED, target=None),))

    cures = {str(message.cure) for message in missing(stage, content)}

    assert {cure for cure in cures if "-" in cure} == {
        "budget-1-quantity",
        "activities-0-end",
        "activities-1-start",
        "indicators-0-target",
    }


SHORT = Question(key="why", kind="long", label="Why", words=250, least=10)
EIGHT = "Eight words are not enough for an answer"


def test_a_text_shorter_than_asked_is_no_answer() -> None:
    stage = Stage(key="proposal", title="Proposal", sections=(Section(key="part", title="Part", questions=(SHORT,)),))

    counted = [states(stage, Content({"why": text}))[0] for text in ("", EIGHT, f"{EIGHT} of ours")]

    assert [(state.mark, state.answered) for state in counted] == [("empty", 0), ("part", 0), ("full", 1)]
    assert [str(message) for message in counted[1].problems] == ["Part: “Why” has 8 words; at least 10 are required."]


def test_without_a_least_length_eight_words_of_250_would_be_complete() -> None:
    """Counter-test: the question without it."""
    question = SHORT.model_copy(update={"least": 0})
    stage = Stage(
        key="proposal", title="Proposal", sections=(Section(key="part", title="Part", questions=(question,)),)
    )

    assert states(stage, Content({"why": EIGHT}))[0].mark == "full"


def test_a_section_counts_required_questions_and_not_optional_ones() -> None:
    section = Section(key="part", title="Part", questions=(TITLE, TICK, NOTE))
    stage = Stage(key="proposal", title="Proposal", sections=(section,))

    counted = [
        (state.answered, state.questions, state.mark)
        for answers in ({}, {"note": "x"}, {"title": "A title"}, {"title": "A title", "true": True})
        for state in states(stage, Content(answers))
    ]

    assert counted == [(0, 2, "empty"), (0, 2, "part"), (1, 2, "part"), (2, 2, "full")]


def test_an_optional_section_may_be_empty_until_it_is_begun() -> None:
    stage = Stage(key="proposal", title="Proposal", sections=(Section(key="part", title="Part", questions=(NOTE,)),))

    marks = [states(stage, Content(answers))[0].mark for answers in ({}, {"note": "x"}, {"note": "one too many"})]

    assert marks == ["free", "full", "part"]


def test_an_empty_small_proposal_lists_everything_missing_in_order() -> None:
    stage = programmes()["BTN-S"].rules.stage("proposal")

    assert [str(message) for message in missing(stage, Content({}))] == [
        "The project: “Title” is missing.",
        "The project: “Summary” is missing.",
        "The project: “First day of the project” is missing.",
        "The project: “Duration in months” is missing.",
        "Activities and indicator: “Activities and dates” is missing.",
        "Activities and indicator: “The one thing you will measure” is missing.",
        "Budget: “What you request from us” is missing.",
        "Declarations: “The information in this application is true and complete.” is not confirmed.",
        "Declarations: “Our board has approved this proposal.” is not confirmed.",
        "Declarations: “The bank account is in the legal name of our organisation.” is not confirmed.",
    ]


def cents(most: int) -> st.SearchStrategy[Decimal]:
    """Amounts from one cent, with four decimals at most."""
    return st.decimals(min_value=Decimal("0.0001"), max_value=most, places=4)


@given(cents(10_000), cents(1_000_000))
def test_a_total_is_the_product_rounded_to_the_nearest_cent(quantity: Decimal, cost: Decimal) -> None:
    total = Line("x", "other", quantity, cost).total

    assert total == (quantity * cost).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert abs(total - quantity * cost) <= Decimal("0.005")


@given(st.integers(1, 10_000), st.decimals(min_value=0, max_value=1_000_000, places=2))
def test_whole_quantities_of_whole_cents_are_exact(quantity: int, cost: Decimal) -> None:
    assert Line("x", "other", Decimal(quantity), cost).total == sum([cost] * quantity, Decimal(0))


def test_a_line_without_numbers_has_a_total_of_zero() -> None:
    assert Line("x", "other", None, Decimal(5)).total == Decimal(0)
    assert Line("x", "other", Decimal(5), None).total == Decimal(0)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2027, 3, 1), 12, date(2028, 2, 29)),
        (date(2028, 3, 1), 12, date(2029, 2, 28)),
        (date(2028, 2, 1), 1, date(2028, 2, 29)),
        (date(2027, 1, 15), 6, date(2027, 7, 14)),
        (date(2027, 8, 1), 5, date(2027, 12, 31)),
        (date(2027, 12, 1), 1, date(2027, 12, 31)),
        (date(2027, 6, 30), 24, date(2029, 6, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 1, 30), 1, date(2027, 2, 28)),
        (date(2027, 1, 29), 1, date(2027, 2, 28)),
        (date(2028, 1, 30), 1, date(2028, 2, 29)),
        (date(2027, 3, 31), 1, date(2027, 4, 30)),
    ],
)
def test_a_project_ends_on_the_day_before_its_months_are_over(first: date, months: int, last: date) -> None:
    assert add_months(first, months) == last


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_a_longer_project_never_ends_earlier(first: date, months: int) -> None:
    assert first < add_months(first, months + 1) + timedelta(1)
    assert add_months(first, months) < add_months(first, months + 1)


@pytest.mark.parametrize(
    ("quantity", "cost", "places", "total"),
    [
        ("1.5", "3", 0, "5"),
        ("1.5", "3", 2, "4.50"),
        ("1.5", "3", 3, "4.500"),
        ("2.5", "10.05", 2, "25.13"),
        ("0.125", "1000", 2, "125.00"),
        ("0.5", "0.01", 2, "0.01"),
    ],
)
def test_a_total_is_rounded_half_up_to_the_unit_of_its_currency(
    quantity: str, cost: str, places: int, total: str
) -> None:
    line = Line("Hours", "services", Decimal(quantity), Decimal(cost), places)

    assert str(line.total) == total


def test_a_line_that_was_sent_keeps_the_total_that_it_was_sent_with() -> None:
    line = Line("Hours", "services", Decimal("2.5"), Decimal("10.05"), sent=Decimal("25.12"))

    assert line.total == Decimal("25.12")
    assert line == Line("Hours", "services", Decimal("2.5"), Decimal("10.05"))

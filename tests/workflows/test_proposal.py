"""What is missing in a form, the sums of a budget, and the last day of a project."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.forms import absent
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
        (TITLE, None, ["Enter the title of the project."]),
        (TITLE, "", ["Enter the title of the project."]),
        (TITLE, "three\twords\n here ", []),
        (TITLE, "now there are four", ["Enter 3 words or fewer in “Title”: you entered 4."]),
        (NOTE, None, []),
        (NOTE, "one two three", ["Enter 2 words or fewer in “Note”: you entered 3."]),
        (TICK, False, ["Confirm this statement: “It is true”"]),
        (TICK, True, []),
        (TITLE, "  \n", ["Enter the title of the project."]),
        (MONEY, 0, []),
        (MONEY, None, ["Enter an answer to “Other money”."]),
        (MONEY, "12.50", []),
        (MONEY, "lots", ["Enter the co-funding as an amount, such as 1,250."]),
        (DAY, "2027-03-01", []),
        (DAY, "soon", ["Enter a date for “Day”, such as 2027-03-01."]),
        (DATED, [{"name": "Dig", "start": "2027-03-01"}], []),
        (
            DATED,
            [{"name": "Dig", "start": "soon"}],
            ["Enter a date under “Start” in line 1 of “Work”, such as 2027-03-01."],
        ),
        (
            ROWS,
            [{"name": "H. (demo)", "role": "Leads"}] * 3,
            ["Enter 2 lines or fewer in “Team”: you entered 3."],
        ),
        (ROWS, [], ["Enter an answer to “Team”."]),
        (ROWS, [{"name": "H. (demo)", "role": "Leads"}], []),
        (
            ROWS,
            [{"name": "H. (demo)", "role": "Leads"}, {"name": "", "member": "1"}],
            ["Enter the name in line 2 of “Team”.", "Enter “Role” in line 2 of “Team”."],
        ),
        (
            SPANS,
            [{"start": "2027-03-01", "end": "2027-02-28"}],
            ["Enter an end date on or after the start date in line 1 of “Work”."],
        ),
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
        ((), ["Enter an answer to “Budget”."]),
        ((ROUTER,), []),
        ((ROUTER, Line("", "equipment", Decimal(1), Decimal(1))), ["Enter the item in line 2 of the budget."]),
        (
            (Line("Mast", "equipment", None, Decimal(1)), Line("Mast", "equipment", Decimal(1), None)),
            ["Enter the quantity in line 1 of the budget.", "Enter the unit cost in line 2 of the budget."],
        ),
        (
            (Line("Mast", "equipment", Decimal(0), Decimal(1)),),
            ["Enter a quantity above zero in line 1 of the budget."],
        ),
        (
            (Line("Mast", "equipment", Decimal(-1), Decimal(5)),),
            ["Enter a quantity above zero in line 1 of the budget."],
        ),
        (
            (Line("Screw", "equipment", Decimal("0.1"), Decimal("0.01")),),
            ["Enter a unit cost above zero in line 1 of the budget."],
        ),
        ((ROUTER,) * 3, ["Enter 2 budget lines or fewer: you entered 3."]),
    ],
)
def test_a_budget_line_has_a_description_and_a_cost(lines: tuple[Line, ...], messages: list[str]) -> None:
    assert incomplete(BUDGET, content=Content({}, lines=lines)) == messages


@pytest.mark.parametrize(
    ("goal", "messages"),
    [
        (SPEED, []),
        (Goal("Households", "", Decimal(0), Decimal(90), ""), []),
        (Goal("Cost", "USD", Decimal("7.20"), Decimal("4.32"), ""), []),
        (
            Goal("Households", "", None, Decimal(90), ""),
            ["Enter the baseline of indicator 1 as a number."],
        ),
        (
            Goal("Households", "", Decimal(0), None, ""),
            ["Enter the target of indicator 1 as a number."],
        ),
        (Goal("", "", Decimal(0), Decimal(1), ""), ["Enter the name of indicator 1."]),
    ],
)
def test_an_indicator_has_a_baseline_and_a_target_and_the_baseline_may_be_zero(goal: Goal, messages: list[str]) -> None:
    assert incomplete(GOALS, content=Content({}, goals=(goal,))) == messages


def test_a_form_for_one_indicator_accepts_one() -> None:
    one = GOALS.model_copy(update={"rows": 1})

    assert incomplete(one, content=Content({}, goals=(SPEED,))) == []
    assert incomplete(one, content=Content({}, goals=(SPEED,) * 2)) == [
        "Enter only one line in “Indicators”: you entered 2."
    ]


def test_an_empty_list_of_indicators_is_not_an_answer() -> None:
    assert incomplete(GOALS, content=Content({})) == ["Enter an answer to “Indicators”."]


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
        "activities-1-end",
        "activities-1-who",
        "indicators-0-target",
    }


SHORT = Question(key="why", kind="long", label="Why", words=250, least=10)
EIGHT = "Eight words are not enough for an answer"


def test_a_text_shorter_than_asked_is_no_answer() -> None:
    stage = Stage(key="proposal", title="Proposal", sections=(Section(key="part", title="Part", questions=(SHORT,)),))

    counted = [states(stage, Content({"why": text}))[0] for text in ("", EIGHT, f"{EIGHT} of ours")]

    assert [(state.mark, state.answered) for state in counted] == [("empty", 0), ("part", 0), ("full", 1)]
    assert [str(message) for message in counted[1].problems] == ["Enter at least 10 words in “Why”: you entered 8."]


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
        "Enter the title of the project.",
        "Enter a summary of the project.",
        "Enter the first day of the project.",
        "Enter the duration of the project in months.",
        "Enter at least one activity with its dates.",
        "Enter the indicator that you will measure.",
        "Enter at least one item in the budget.",
        "Confirm that the information in this application is true and complete.",
        "Confirm that your board has approved this proposal.",
        "Confirm that the bank account is in the legal name of your organisation.",
    ]


EARLIER = {"What will you publish, where, under which licence?"}
"""Labels that no programme uses any longer, but calls that opened with them still do."""


def test_every_question_and_column_says_what_to_enter() -> None:
    """No applicant reads one of the general sentences, which only name the label."""
    stages = [stage for programme in programmes().values() for stage in programme.rules.stages]
    questions = [question for stage in stages for section in stage.sections for question in section.questions]

    assert {one.label for one in questions if one.required} - set(absent.ANSWERS) == set()
    columns = {column.title for one in questions for column in one.columns if column.kind != "tick"}
    assert columns - set(absent.CELLS) == set()
    assert set(absent.ANSWERS) - {one.label for one in questions} == EARLIER
    assert set(absent.CELLS) - columns == set()


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

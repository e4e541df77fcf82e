"""The questions that forms are made of, built once and chosen by programmes.

A section is a constant; where the length grows with the grant (the budget, the indicators, the declarations) it is a
function of its limit. The keys `title`, `summary`, `starts_on` and `months` are facts and become columns; rules ask
for `partners` and `cofunding`.
"""

from __future__ import annotations

from workflows.programme import Column, Question, Section
from workflows.themes import ACTIVITIES, FOCUS_AREAS, ISSUES

TITLE = Question(
    key="title", kind="text", label="Title", help="It names the project on every page and letter.", words=15, fact=True
)
SUMMARY = Question(
    key="summary",
    kind="long",
    label="Summary",
    help="What you will do, where, for whom, and what will be different. We publish it if we fund you.",
    words=100,
    fact=True,
)
STARTS_ON = Question(
    key="starts_on",
    kind="date",
    label="First day of the project",
    help="After our decision: costs from before the award cannot be paid.",
    fact=True,
)
MONTHS = Question(key="months", kind="number", label="Length in months", help="Whole months.", fact=True)
ACTIVITIES_TABLE = Question(
    key="activities",
    kind="table",
    label="What happens when",
    help="One row for each activity.",
    columns=(
        Column(key="activity", title="Activity"),
        Column(key="start", title="Starts", kind="date"),
        Column(key="end", title="Ends", kind="date", after="start"),
        Column(key="who", title="Who does it"),
    ),
)

IN_SHORT = Section(key="in_short", title="Title and summary", questions=(TITLE, SUMMARY))

PROBLEM = Section(
    key="problem",
    title="Problem and people",
    questions=(
        Question(
            key="problem",
            kind="long",
            label="What is wrong today, and for whom?",
            help="Say where, how many people, and what they cannot do.",
            words=250,
        ),
    ),
)

PLAN = Section(key="plan", title="Activities by month", questions=(STARTS_ON, MONTHS, ACTIVITIES_TABLE))

MISSION = Section(
    key="mission",
    title="Mission and themes",
    help="Choose what fits; choosing more gives no more points.",
    questions=(
        Question(key="mission", kind="tags", label="Which of our activities does it serve?", options=ACTIVITIES),
        Question(key="focus", kind="tags", label="Focus areas", options=FOCUS_AREAS),
        Question(key="issues", kind="tags", label="Issues", options=ISSUES, required=False),
        Question(key="own_theme", kind="text", label="In your own words", words=15, required=False),
    ),
)

TEAM = Section(
    key="team",
    title="Team",
    questions=(
        Question(
            key="team",
            kind="table",
            label="Who does the work",
            help="Volunteers count as much as staff.",
            columns=(
                Column(key="name", title="Name"),
                Column(key="role", title="What they do in the project"),
                Column(key="member", title="Member of the chapter", kind="tick"),
            ),
        ),
    ),
)

PARTNERS = Section(
    key="partners",
    title="Partners",
    help="Leave it empty if you work alone. Larger grants need a partner from outside.",
    questions=(
        Question(
            key="partners",
            kind="table",
            label="Organisations that work with you",
            required=False,
            columns=(
                Column(key="name", title="Organisation"),
                Column(key="role", title="What it brings"),
                Column(key="outside", title="Outside the Internet Society", kind="tick"),
            ),
        ),
    ),
)

SUSTAINABILITY = Section(
    key="sustainability",
    title="Sustainability",
    questions=(
        Question(
            key="sustainability",
            kind="long",
            label="What stays when the money ends, and who pays for it?",
            help="Name who owns and repairs what you buy.",
            words=200,
        ),
    ),
)

RISKS = Section(
    key="risks",
    title="Risks",
    questions=(
        Question(
            key="risks",
            kind="table",
            label="What could go wrong",
            columns=(
                Column(key="risk", title="Risk"),
                Column(key="response", title="What you would do"),
            ),
        ),
    ),
)


def outcomes(*, rows: int = 0) -> Section:
    """What will be different, and its indicators; `rows` is the most there may be, 0 for no limit."""
    change = Question(key="outcomes", kind="long", label="What will be different at the end?", words=150)
    return Section(key="outcomes", title="Outcomes and indicators", questions=(change, indicators(rows=rows)))


def indicators(*, rows: int = 0) -> Question:
    """Indicators with their start, target and method; `rows` is the most there may be, 0 for no limit."""
    label = "What you will measure" if rows != 1 else "The one thing you will measure"
    text = "Where it stands today, where it will stand, and how you find out. Your reports come back to it."
    return Question(key="indicators", kind="indicators", label=label, help=text, rows=rows)


def budget(*, rows: int = 0, cofunding: bool = False) -> Section:
    """The budget, at most so many lines (0: no limit); with `cofunding`, what others give is asked for too."""
    lines = Question(
        key="budget",
        kind="budget",
        label="What you ask us for",
        help="These lines come back in your reports: you never type them again.",
        rows=rows,
    )
    return Section(key="budget", title="Budget", questions=(lines, *(OTHER_MONEY if cofunding else ())))


OTHER_MONEY = (
    Question(
        key="cofunding",
        kind="number",
        label="Other money",
        help="Cash and things of value that others give. Your own unpaid work does not count.",
        required=False,
    ),
    Question(key="cofunders", kind="text", label="Who gives it", words=30, required=False),
)

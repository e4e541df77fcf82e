"""The questions that programmes choose for their forms.

Most sections are constants; those whose length depends on the grant (outcomes, indicators, budget) are functions of
their limit. The keys `title`, `summary`, `starts_on` and `months` are facts, stored in columns; rules read `partners`
and `cofunding`.
"""

from __future__ import annotations

from workflows.forms.themes import ACTIVITIES, FOCUS_AREAS, ISSUES
from workflows.programme import Column, Question, Section

TITLE = Question(
    key="title",
    kind="text",
    label="Title",
    help="We use it to name the project on every page and in every letter.",
    words=15,
    fact=True,
)
SUMMARY = Question(
    key="summary",
    kind="long",
    label="Summary",
    help="Say what you will do, where, for whom, and what will change. We publish the summary if we fund the project.",
    words=100,
    fact=True,
)
STARTS_ON = Question(
    key="starts_on",
    kind="date",
    label="First day of the project",
    help="Choose a date after our decision: we cannot pay costs from before the award.",
    fact=True,
)
MONTHS = Question(key="months", kind="number", label="Length in months", help="Whole months.", fact=True)
ACTIVITIES_TABLE = Question(
    key="activities",
    kind="table",
    label="Activities and dates",
    help="Use one row for each activity.",
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
            label="What is the problem today, and whom does it affect?",
            help="Say where, how many people, and what they cannot do.",
            words=250,
        ),
    ),
)

PLAN = Section(key="plan", title="Activities by month", questions=(STARTS_ON, MONTHS, ACTIVITIES_TABLE))

MISSION = Section(
    key="mission",
    title="Mission and themes",
    help="Choose all that apply. Choosing more does not raise your score.",
    questions=(
        Question(
            key="mission", kind="tags", label="Which of our activities does the project serve?", options=ACTIVITIES
        ),
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
            label="Who will do the work",
            help="Volunteers count as much as staff.",
            columns=(
                Column(key="name", title="Name"),
                Column(key="role", title="Role in the project"),
                Column(key="member", title="Member of the chapter", kind="tick"),
            ),
        ),
    ),
)

PARTNERS = Section(
    key="partners",
    title="Partners",
    help="Leave this empty if you work alone. Larger grants require a partner from outside.",
    questions=(
        Question(
            key="partners",
            kind="table",
            label="Organisations that work with you",
            required=False,
            columns=(
                Column(key="name", title="Organisation"),
                Column(key="role", title="Contribution"),
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
            label="What will continue after the grant ends, and who will pay for it?",
            help="Say who will own and repair what you buy.",
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
    """The outcomes and their indicators. rows: maximum number of indicators; 0 means no limit."""
    change = Question(key="outcomes", kind="long", label="What will be different at the end of the project?", words=150)
    return Section(key="outcomes", title="Outcomes and indicators", questions=(change, indicators(rows=rows)))


def indicators(*, rows: int = 0) -> Question:
    """Indicators with baseline, target and method. rows: maximum number; 0 means no limit."""
    label = "What you will measure" if rows != 1 else "The one thing you will measure"
    text = "Enter today’s value, the target, and how you will measure it. Your reports use the same indicators."
    return Question(key="indicators", kind="indicators", label=label, help=text, rows=rows)


def budget(*, rows: int = 0, cofunding: bool = False) -> Section:
    """The budget. rows: maximum number of lines, 0 means no limit; cofunding: also ask for co-funding."""
    lines = Question(
        key="budget",
        kind="budget",
        label="What you request from us",
        help="Your reports use the same lines, so you do not enter them again.",
        rows=rows,
    )
    return Section(key="budget", title="Budget", questions=(lines, *(OTHER_MONEY if cofunding else ())))


OTHER_MONEY = (
    Question(
        key="cofunding",
        kind="number",
        label="Co-funding",
        help="Money and goods that others contribute. Your own unpaid work does not count.",
        required=False,
    ),
    Question(key="cofunders", kind="text", label="Who provides the co-funding", words=30, required=False),
)

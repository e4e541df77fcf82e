"""The questions that programmes choose for their forms.

Most sections are constants; those whose length depends on the grant (outcomes, indicators, budget) are functions of
their limit. The keys `title`, `summary`, `starts_on` and `months` are facts, stored in columns; rules read `partners`
and `cofunding`.
"""

from __future__ import annotations

from workflows.engine.message import N_
from workflows.forms.themes import ACTIVITIES, FOCUS_AREAS, ISSUES
from workflows.programme import Column, Question, Section

TITLE = Question(
    key="title",
    kind="text",
    label=N_("Title"),
    help=N_("We use it to name the project on every page and in every letter."),
    words=15,
    fact=True,
)
SUMMARY = Question(
    key="summary",
    kind="long",
    label=N_("Summary"),
    help=N_("Say what you will do, where, for whom, and what will change."),
    words=100,
    fact=True,
)
PUBLISHED_SUMMARY = SUMMARY.model_copy(
    update={
        "help": N_(
            "Say what you will do, where, for whom, and what will change. "
            "If we fund the project, the summary appears in its impact report."
        )
    }
)
"""For a stage in which applicants declare that it may be published."""
STARTS_ON = Question(
    key="starts_on",
    kind="date",
    label=N_("First day of the project"),
    help=N_("Choose a date after our decision: we cannot pay costs incurred before the award."),
    fact=True,
)
MONTHS = Question(key="months", kind="number", label=N_("Duration in months"), help=N_("Whole months."), fact=True)
ACTIVITIES_TABLE = Question(
    key="activities",
    kind="table",
    label=N_("Activities and dates"),
    help=N_("Use one line for each activity."),
    columns=(
        Column(key="activity", title=N_("Activity")),
        Column(key="start", title=N_("Starts"), kind="date"),
        Column(key="end", title=N_("Ends"), kind="date", after="start"),
        Column(key="who", title=N_("Who does it")),
    ),
)

IN_SHORT = Section(key="in_short", title=N_("Title and summary"), questions=(TITLE, SUMMARY))
IN_BRIEF = IN_SHORT.model_copy(
    update={
        "help": N_(
            "In the summary, also describe the team: what it has done before, and the time it has for this project."
        )
    }
)
"""For a stage that has no section about the team."""
PUBLISHED = IN_SHORT.model_copy(update={"questions": (TITLE, PUBLISHED_SUMMARY)})

PROBLEM = Section(
    key="problem",
    title=N_("Problem and people"),
    questions=(
        Question(
            key="problem",
            kind="long",
            label=N_("What is the problem today, and whom does it affect?"),
            help=N_("Say where, how many people, and what they cannot do."),
            words=250,
        ),
    ),
)

PLAN = Section(key="plan", title=N_("Activities by month"), questions=(STARTS_ON, MONTHS, ACTIVITIES_TABLE))

MISSION = Section(
    key="mission",
    title=N_("Mission and themes"),
    help=N_("Choose all that apply. Choosing more does not raise your score."),
    questions=(
        Question(
            key="mission", kind="tags", label=N_("Which of our activities does the project serve?"), options=ACTIVITIES
        ),
        Question(key="focus", kind="tags", label=N_("Focus areas"), options=FOCUS_AREAS),
        Question(key="issues", kind="tags", label=N_("Issues"), options=ISSUES, required=False),
        Question(
            key="own_theme",
            kind="text",
            label=N_("Another theme, in your own words"),
            help=N_("Name a theme of the project that is not in the lists above."),
            words=15,
            required=False,
        ),
    ),
)

TEAM = Section(
    key="team",
    title=N_("Team"),
    questions=(
        Question(
            key="team",
            kind="table",
            label=N_("Who will do the work"),
            help=N_("Volunteers count as much as staff."),
            columns=(
                Column(key="name", title=N_("Name")),
                Column(key="role", title=N_("Role in the project")),
                Column(key="member", title=N_("Member of the chapter"), kind="tick"),
            ),
        ),
    ),
)

PARTNERS = Section(
    key="partners",
    title=N_("Partners"),
    help=N_("Leave this empty if you work alone."),
    questions=(
        Question(
            key="partners",
            kind="table",
            label=N_("Organisations that work with you"),
            required=False,
            columns=(
                Column(key="name", title=N_("Organisation")),
                Column(key="role", title=N_("Contribution")),
                Column(key="outside", title=N_("Outside the Internet Society"), kind="tick"),
            ),
        ),
    ),
)

SUSTAINABILITY = Section(
    key="sustainability",
    title=N_("Sustainability"),
    questions=(
        Question(
            key="sustainability",
            kind="long",
            label=N_("What will continue after the grant ends, and who will pay for it?"),
            help=N_("Say who will own and repair what you buy."),
            words=200,
        ),
    ),
)

RISKS = Section(
    key="risks",
    title=N_("Risks"),
    questions=(
        Question(
            key="risks",
            kind="table",
            label=N_("What could go wrong"),
            columns=(
                Column(key="risk", title=N_("Risk")),
                Column(key="response", title=N_("What you would do")),
            ),
        ),
    ),
)


def outcomes(*, rows: int = 0) -> Section:
    """The outcomes and their indicators. rows: maximum number of indicators; 0 means no limit."""
    change = Question(
        key="outcomes", kind="long", label=N_("What will be different at the end of the project?"), words=150
    )
    return Section(key="outcomes", title=N_("Outcomes and indicators"), questions=(change, indicators(rows=rows)))


def indicators(*, rows: int = 0) -> Question:
    """Indicators with baseline, target and method. rows: maximum number; 0 means no limit."""
    label = N_("What you will measure") if rows != 1 else N_("The one thing you will measure")
    text = (
        N_("Enter today’s value, the target, and how you will measure it. Your reports use the same indicators.")
        if rows != 1
        else N_("Enter today’s value, the target, and how you will measure it. Your reports use the same indicator.")
    )
    return Question(key="indicators", kind="indicators", label=label, help=text, rows=rows)


def budget(*, rows: int = 0, cofunding: bool = False) -> Section:
    """The budget. rows: maximum number of lines, 0 means no limit; cofunding: also ask for co-funding."""
    lines = Question(
        key="budget",
        kind="budget",
        label=N_("What you request from us"),
        help=N_("Your reports use the same lines, so you do not enter them again."),
        rows=rows,
    )
    return Section(key="budget", title=N_("Budget"), questions=(lines, *(OTHER_MONEY if cofunding else ())))


AMOUNTS = frozenset({"cofunding"})
"""The keys of the questions whose number is an amount in the currency of the call."""
OTHER_MONEY = (
    Question(
        key="cofunding",
        kind="number",
        label=N_("Co-funding"),
        help=N_("Money and goods that others contribute. Your own unpaid work does not count."),
        required=False,
    ),
    Question(key="cofunders", kind="text", label=N_("Who provides the co-funding"), words=30, required=False),
)

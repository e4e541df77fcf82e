"""Disaster relief: an alert of ten short answers, a mini-proposal and a decision, with time limits in hours."""

from __future__ import annotations

from decimal import Decimal

from workflows.engine.message import N_
from workflows.flows.application import DISASTER
from workflows.forms.declarations import declarations
from workflows.forms.questions import ACTIVITIES_TABLE, IN_BRIEF, MONTHS, PARTNERS, STARTS_ON, TITLE, budget, indicators
from workflows.forms.rubrics import DISASTER as URGENT
from workflows.programme import CallRules, InstalmentPlan, Programme, Question, ReportSchedule, RuleSpec, Section, Stage

EVENTS = (
    ("storm", N_("Storm")),
    ("flood", N_("Flood")),
    ("quake", N_("Earthquake")),
    ("fire", N_("Fire")),
    ("conflict", N_("Conflict")),
    ("other", N_("Something else")),
)
ALERT = Section(
    key="alert",
    title=N_("Alert"),
    help=N_("Seven short questions and three optional ones. You can add detail in the mini-proposal."),
    questions=(
        TITLE,
        Question(key="event", kind="choice", label=N_("What happened"), options=EVENTS),
        Question(key="happened_on", kind="date", label=N_("Date of the event")),
        Question(key="place", kind="text", label=N_("Where"), words=20),
        Question(key="people", kind="number", label=N_("Approximate number of people cut off"), required=False),
        Question(key="down", kind="long", label=N_("What is not working"), words=60),
        Question(key="working", kind="long", label=N_("What still works"), words=40, required=False),
        Question(key="needed", kind="long", label=N_("What is needed most urgently"), words=60),
        Question(key="source", kind="text", label=N_("Who can confirm this"), words=30, required=False),
        Question(key="contact", kind="text", label=N_("Whom we can contact, and how"), words=20),
    ),
)
PLAN = Section(
    key="plan", title=N_("The first weeks"), questions=(STARTS_ON, MONTHS, ACTIVITIES_TABLE, indicators(rows=3))
)
MINI = (IN_BRIEF, PLAN, PARTNERS, budget(rows=12), declarations("true", "once", "unharmed", "safe", "local"))

PROGRAMME = Programme(
    code="DRR",
    series="DRR",
    title=N_("Disaster relief"),
    lead=N_("To restore networks after a disaster. We decide within three days of the alert."),
    eligible=N_("Internet Society chapters in good standing or in pre-rejuvenation, and non-profit organisations"),
    flow=DISASTER,
    rules=CallRules(
        most=Decimal(500_000),
        months_most=12,
        stages=(
            Stage(key="alert", title=N_("Alert"), sections=(ALERT,)),
            Stage(key="proposal", title=N_("Mini-proposal"), sections=MINI, reviews=2),
        ),
        rubric=URGENT,
        rules=(
            RuleSpec(key="applicants", params={"allowed": ["chapter", "nonprofit"]}),
            RuleSpec(key="standing", params={"allowed": ["good_standing", "pre_rejuvenation"]}),
            *(RuleSpec(key=key) for key in ("asks", "most", "longest", "starts_ahead")),
        ),
        instalments=(
            InstalmentPlan(percent=Decimal(70)),
            InstalmentPlan(percent=Decimal(30), conditions=("report:1",)),
        ),
        reports=(
            ReportSchedule(title=N_("Interim report"), kind="interim", at="start", months=3, days=0),
            ReportSchedule(title=N_("Final report"), kind="final"),
        ),
        checks=(
            ("event", N_("The event is confirmed by a second source")),
            ("duplicate", N_("No other alert reports the same damage")),
            ("known", N_("The organisation was checked before the disaster")),
            ("sanctions", N_("No match in the current sanctions lists on the day of the check")),
        ),
        clock={"triage_hours": 12, "invited_days": 1, "review_hours": 24, "decision_hours": 12},
    ),
)

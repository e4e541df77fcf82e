"""Critical network research: a statement of interest, then a full proposal by invitation."""

from __future__ import annotations

from decimal import Decimal

from workflows.engine.message import N_
from workflows.flows.application import TWO_STAGES
from workflows.forms.declarations import declarations
from workflows.forms.questions import IN_SHORT, MISSION, PARTNERS, PLAN, PUBLISHED, RISKS, TEAM, budget, outcomes
from workflows.forms.rubrics import RESEARCH
from workflows.programme import CallRules, InstalmentPlan, Programme, Question, ReportSchedule, RuleSpec, Section, Stage

QUESTION = Question(
    key="question", kind="long", label=N_("What do you want to find out, and who needs to know?"), words=200
)
HOW = N_("Describe the data, the sample and the analysis.")
METHOD = Question(key="method", kind="long", label=N_("How will you find out?"), help=HOW, words=600)
OUTPUTS = Question(
    key="outputs", kind="long", label=N_("What will you publish, where and under which licence?"), words=200
)
SUBJECTS = (
    ("none", N_("No")),
    ("certified", N_("Yes, and ethics approval has been granted")),
    ("applied", N_("Yes, and ethics approval has been applied for")),
)
ETHICS = Question(
    key="ethics", kind="choice", label=N_("Does the research involve people or animals?"), options=SUBJECTS
)
BODY = Question(key="ethics_body", kind="text", label=N_("Ethics committee or review board"), words=20, required=False)

OUTLINE = N_("Also outline the method, the outputs and their licence, and the targets that will show success.")
IDEA = Section(key="question", title=N_("Research question"), help=OUTLINE, questions=(QUESTION,))
RESEARCH_PLAN = Section(key="research", title=N_("Question and method"), questions=(QUESTION, METHOD, ETHICS, BODY))
OPENNESS = Section(key="openness", title=N_("Outputs"), questions=(OUTPUTS,))

STATEMENT = (IN_SHORT, IDEA, TEAM, budget(rows=6), declarations("true"))
PROJECT = (PUBLISHED, RESEARCH_PLAN, OPENNESS, PLAN, outcomes(), MISSION, TEAM, PARTNERS, RISKS)
PROPOSAL = (*PROJECT, budget(cofunding=True), declarations("true", "costs", "once", "published", "licence"))

PROGRAMME = Programme(
    code="RES",
    series="RES",
    title=N_("Critical network research"),
    lead=N_("Independent research on questions that shape the future of the Internet."),
    eligible=N_("Non-profit organisations, universities and individual researchers"),
    flow=TWO_STAGES,
    rules=CallRules(
        most=Decimal(500_000),
        months_most=24,
        stages=(
            Stage(key="statement", title=N_("Statement of interest"), sections=STATEMENT, reviews=2),
            Stage(key="proposal", title=N_("Full proposal"), sections=PROPOSAL, reviews=3),
        ),
        rubric=RESEARCH,
        rules=(
            RuleSpec(key="applicants", params={"allowed": ["nonprofit", "university", "individual"]}),
            RuleSpec(key="most_of_kind", params={"kind": "individual", "amount": "200000"}),
            *(RuleSpec(key=key) for key in ("no_overdue", "asks", "most", "longest", "starts_ahead")),
        ),
        instalments=(
            InstalmentPlan(percent=Decimal(40)),
            InstalmentPlan(percent=Decimal(40), conditions=("report:1",)),
            InstalmentPlan(percent=Decimal(20), conditions=("report:4",)),
        ),
        reports=(
            ReportSchedule(title=N_("First report"), kind="interim", at="start", months=6),
            ReportSchedule(title=N_("Second report"), kind="interim", at="start", months=12),
            ReportSchedule(title=N_("Third report"), kind="interim", at="start", months=18),
            ReportSchedule(title=N_("Final report and publication"), kind="final"),
        ),
        checks=(
            ("legal", N_("The applicant’s documents confirm its legal status or, for an individual, their identity")),
            ("ethics", N_("The ethics approval is from a responsible body, if one is required")),
            ("licence", N_("The outputs will be openly licensed")),
            ("sanctions", N_("No match in the current sanctions lists on the day of the check")),
        ),
        clock={"question_days": 5, "review_days": 28, "invited_days": 42, "decision_days": 21},
    ),
)

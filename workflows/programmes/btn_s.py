"""Beyond the Net, small: a one-page form and two reviews; an officer decides."""

from __future__ import annotations

from decimal import Decimal

from workflows.engine.message import N_
from workflows.flows.application import OFFICER_DECIDES
from workflows.forms.declarations import declarations
from workflows.forms.questions import ACTIVITIES_TABLE, MONTHS, STARTS_ON, SUMMARY, TITLE, budget, indicators
from workflows.forms.rubrics import SMALL
from workflows.programme import CallRules, InstalmentPlan, Programme, ReportSchedule, RuleSpec, Section, Stage

ONE_PAGE = (
    Section(key="project", title=N_("The project"), questions=(TITLE, SUMMARY, STARTS_ON, MONTHS)),
    Section(key="plan", title=N_("Activities and indicator"), questions=(ACTIVITIES_TABLE, indicators(rows=1))),
    budget(rows=8),
    declarations("true", "agreed", "account"),
)

PROGRAMME = Programme(
    code="BTN-S",
    series="BTN",
    title=N_("Beyond the Net, small"),
    lead=N_("Small grants for work that a chapter can start at once. The form fits on one page."),
    eligible=N_("Internet Society chapters in good standing or in pre-rejuvenation"),
    flow=OFFICER_DECIDES,
    rules=CallRules(
        most=Decimal(5_000),
        months_most=12,
        stages=(Stage(key="proposal", title=N_("Proposal"), sections=ONE_PAGE, reviews=2),),
        rubric=SMALL,
        rules=(
            RuleSpec(key="applicants", params={"allowed": ["chapter"]}),
            RuleSpec(key="standing", params={"allowed": ["good_standing", "pre_rejuvenation"]}),
            RuleSpec(key="no_overdue"),
            RuleSpec(key="held", params={"grants": 2, "amount": "55000"}),
            RuleSpec(key="contacts", params={"count": 2}),
            RuleSpec(key="asks"),
            RuleSpec(key="most"),
            RuleSpec(key="longest"),
            RuleSpec(key="starts_ahead"),
            RuleSpec(key="indirect", params={"percent": "15"}),
        ),
        instalments=(InstalmentPlan(percent=Decimal(100)),),
        reports=(ReportSchedule(title=N_("Final report"), kind="final"),),
        checks=(
            ("chapter", N_("The application is made on behalf of the chapter, not an individual member")),
            ("costs", N_("All costs in the budget are eligible")),
            ("account", N_("The name on the bank account is the legal name")),
        ),
        clock={"question_days": 5, "review_days": 14, "decision_days": 7},
    ),
)

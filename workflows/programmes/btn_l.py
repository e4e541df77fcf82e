"""Beyond the Net, large: a full proposal, three reviews and a panel; an approver decides."""

from __future__ import annotations

from decimal import Decimal

from workflows.engine.message import N_
from workflows.flows.application import PANEL
from workflows.forms.declarations import declarations
from workflows.forms.questions import (
    MISSION,
    PARTNERS,
    PLAN,
    PROBLEM,
    PUBLISHED,
    RISKS,
    SUSTAINABILITY,
    TEAM,
    budget,
    outcomes,
)
from workflows.forms.rubrics import LARGE
from workflows.programme import CallRules, InstalmentPlan, Programme, ReportSchedule, RuleSpec, Stage

PROJECT = (PUBLISHED, PROBLEM, PLAN, outcomes(), MISSION, TEAM, PARTNERS, SUSTAINABILITY, RISKS)
DECLARED = declarations("true", "agreed", "account", "costs", "once", "published")
SECTIONS = (*PROJECT, budget(cofunding=True), DECLARED)

PROGRAMME = Programme(
    code="BTN-L",
    series="BTN",
    title=N_("Beyond the Net, large"),
    lead=N_("For chapters with a larger project, alone or with partners."),
    eligible=N_("Internet Society chapters in good standing or in pre-rejuvenation"),
    flow=PANEL,
    rules=CallRules(
        most=Decimal(30_000),
        months_most=12,
        stages=(Stage(key="proposal", title=N_("Proposal"), sections=SECTIONS, reviews=3),),
        rubric=LARGE,
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
            RuleSpec(key="partner_above", params={"amount": "20000", "months": 6}),
        ),
        instalments=(
            InstalmentPlan(percent=Decimal(60)),
            InstalmentPlan(percent=Decimal(40), conditions=("report:1",)),
        ),
        reports=(
            ReportSchedule(title=N_("Interim report"), kind="interim", at="start", months=6),
            ReportSchedule(title=N_("Final report"), kind="final"),
        ),
        checks=(
            ("standing", N_("Standing confirmed in the register")),
            ("payable", N_("We can make payments to this country")),
            ("account", N_("The name on the bank account is the legal name")),
            ("costs", N_("All costs in the budget are eligible")),
            ("partner", N_("An outside partner has confirmed its role, if one is required")),
            ("sanctions", N_("No match in the current sanctions lists on the day of the check")),
        ),
        clock={"question_days": 5, "review_days": 21, "decision_days": 14},
    ),
)

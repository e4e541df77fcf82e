"""Beyond the Net, large: the full proposal, three reviews, a panel, and an approver who decides."""

from __future__ import annotations

from decimal import Decimal

from workflows.declarations import declarations
from workflows.flows.application import PANEL
from workflows.programme import CallRules, InstalmentPlan, Programme, ReportDuty, RuleSpec, Stage
from workflows.questions import (
    IN_SHORT,
    MISSION,
    PARTNERS,
    PLAN,
    PROBLEM,
    RISKS,
    SUSTAINABILITY,
    TEAM,
    budget,
    outcomes,
)
from workflows.rubrics import LARGE

PROJECT = (IN_SHORT, PROBLEM, PLAN, outcomes(), MISSION, TEAM, PARTNERS, SUSTAINABILITY, RISKS)
DECLARED = declarations("true", "agreed", "account", "costs", "once", "published")
SECTIONS = (*PROJECT, budget(cofunding=True), DECLARED)

PROGRAMME = Programme(
    code="BTN-L",
    series="BTN",
    title="Beyond the Net, large",
    lead="For chapters with a larger project, alone or with partners.",
    who="Chapters in good standing",
    flow=PANEL,
    rules=CallRules(
        most=Decimal(30_000),
        months_most=12,
        stages=(Stage(key="proposal", title="Proposal", sections=SECTIONS, reviews=3),),
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
            ReportDuty(title="Interim report", kind="interim", at="start", months=6),
            ReportDuty(title="Final report", kind="final"),
        ),
        checks=(
            ("standing", "Standing read in the register today"),
            ("payable", "We can pay into this country"),
            ("account", "The account holder equals the legal name"),
            ("costs", "Nothing in the budget is ineligible"),
            ("partner", "An outside partner confirms its part, if one is needed"),
            ("sanctions", "No match on the sanctions lists of this month"),
        ),
        clock={"question_days": 5, "review_days": 21, "decision_days": 14},
    ),
)

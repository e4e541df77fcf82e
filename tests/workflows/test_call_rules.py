"""The rules that a call can switch on: their messages, when they are checked, and their effect on a submission."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest

from tests.workflows.examples import EMPTY, READY, actor, applicant_with, round_with, usd
from workflows.cases import Applicant, ApplicationCase, Kind
from workflows.engine.roles import Role
from workflows.flows.application import PANEL
from workflows.programme import RuleSpec
from workflows.programmes import programmes
from workflows.rules.calls import CALL_RULES, call_allows, objections, unknown_rules

Facts = dict[str, Any]

TOO_MUCH_FOR_KIND = (
    f"The amount requested is {usd('5000')}; the maximum grant for Internet Society chapters is {usd('4000')}."
)

BROKEN: list[tuple[RuleSpec, Facts, tuple[str, ...]]] = [
    (
        RuleSpec(key="applicants", params={"allowed": ["university"]}),
        {},
        ("This call is not open to Internet Society chapters.",),
    ),
    (
        RuleSpec(key="countries", params={"allowed": ["SN", "ML"]}),
        {},
        ("This call is not open to applicants from MG.",),
    ),
    (
        RuleSpec(key="standing", params={"allowed": ["good_standing"]}),
        {"applicant": applicant_with(standing="pre_rejuvenation")},
        ("The chapter’s standing is “Pre-rejuvenation”, which this call does not accept.",),
    ),
    (
        RuleSpec(key="contacts", params={"count": 2}),
        {"applicant": applicant_with(contacts=1)},
        ("The organisation needs 2 confirmed contacts; 1 so far. Name contacts on its page.",),
    ),
    (
        RuleSpec(key="no_overdue"),
        {"applicant": applicant_with(overdue=("Final report of A-2024-0031",))},
        ("The applicant has overdue reports, which must be submitted first: Final report of A-2024-0031.",),
    ),
    (
        RuleSpec(key="held", params={"grants": 2, "amount": "55000"}),
        {"applicant": applicant_with(held=2, held_amounts={"USD": Decimal("50000.01")})},
        (
            "The applicant has 2 current grants; the limit is 2.",
            f"With this application, the applicant’s current grants would exceed the limit of {usd('55000')} in total.",
        ),
    ),
    (
        RuleSpec(key="asks"),
        {"asked": Decimal(0)},
        ("The budget requests nothing yet. Add at least one item with a cost.",),
    ),
    (
        RuleSpec(key="most"),
        {"asked": Decimal("5000.01")},
        (f"The amount requested is {usd('5000.01')}; the maximum grant in this call is {usd('5000')}.",),
    ),
    (
        RuleSpec(key="most_of_kind", params={"kind": "chapter", "amount": "4000"}),
        {},
        (TOO_MUCH_FOR_KIND,),
    ),
    (RuleSpec(key="longest"), {"months": 13}, ("The project runs for 13 months; this call allows at most 12.",)),
    (
        RuleSpec(key="indirect", params={"percent": "10"}),
        {"indirect": Decimal("500.01")},
        (f"Indirect costs are {usd('500.01')}; this call allows at most 10% of the grant, which is {usd('500.00')}.",),
    ),
    (
        RuleSpec(key="cofunding", params={"percent": "25"}),
        {"cofunding": Decimal("1249.99")},
        (f"Co-funding is {usd('1249.99')}; this call requires at least {usd('1250.00')}.",),
    ),
    (
        RuleSpec(key="partner_above", params={"amount": "4999.99", "months": 6}),
        {"partners": 0, "months": 5},
        (
            f"Add a partner from outside the Internet Society, or request {usd('4999.99')} or less.",
            f"A project with a grant above {usd('4999.99')} must run for at least 6 months.",
        ),
    ),
    (
        RuleSpec(key="starts_ahead"),
        {"starts_on": date(2026, 11, 29)},
        (
            (
                "The project starts on 2026-11-29, which is in the past. "
                "Enter a later date: we do not pay costs incurred before the award."
            ),
        ),
    ),
]

HOLDING = [
    RuleSpec(key="applicants", params={"allowed": ["university", "chapter"]}),
    RuleSpec(key="countries", params={"allowed": ["MG"]}),
    RuleSpec(key="standing", params={"allowed": ["good_standing"]}),
    RuleSpec(key="contacts", params={"count": 2}),
    RuleSpec(key="no_overdue"),
    RuleSpec(key="held", params={"grants": 1, "amount": "5000"}),
    RuleSpec(key="asks"),
    RuleSpec(key="most"),
    RuleSpec(key="most_of_kind", params={"kind": "chapter", "amount": "5000"}),
    RuleSpec(key="longest"),
    RuleSpec(key="indirect", params={"percent": "0"}),
    RuleSpec(key="cofunding", params={"percent": "25"}),
    RuleSpec(key="partner_above", params={"amount": "5000", "months": 99}),
    RuleSpec(key="starts_ahead"),
]
"""Cases at the limit of what each rule allows."""

NAMES = [spec.key for spec, _, _ in BROKEN]


def under(spec: RuleSpec, case: ApplicationCase) -> ApplicationCase:
    """The case in a call with only this rule switched on."""
    return replace(case, round=replace(case.round, rules=(spec,)))


def text_found(spec: RuleSpec, case: ApplicationCase, moment: Any) -> tuple[str, ...]:
    """The messages of the rule, in English."""
    return tuple(str(message) for message in objections(under(spec, case), moment))


@pytest.mark.parametrize(("spec", "facts", "sentences"), BROKEN, ids=NAMES)
def test_a_broken_rule_of_a_call_gives_all_its_messages(
    spec: RuleSpec, facts: Facts, sentences: tuple[str, ...]
) -> None:
    case = replace(READY, **facts)

    assert {moment: text_found(spec, case, moment) for moment in CALL_RULES[spec.key].asked_at} == dict.fromkeys(
        CALL_RULES[spec.key].asked_at, sentences
    )


@pytest.mark.parametrize("spec", HOLDING, ids=NAMES)
def test_a_rule_of_a_call_accepts_its_exact_limit(spec: RuleSpec) -> None:
    assert [text_found(spec, READY, moment) for moment in ("start", "submit", "award")] == [(), (), ()]


@pytest.mark.parametrize("spec", HOLDING, ids=NAMES)
def test_a_rule_of_a_call_never_raises_on_an_empty_case(spec: RuleSpec) -> None:
    for moment in ("start", "submit", "award"):
        assert all(text_found(spec, EMPTY, moment))


@pytest.mark.parametrize(("spec", "facts", "sentences"), BROKEN, ids=NAMES)
def test_with_the_rule_switched_off_the_same_proposal_is_accepted(
    spec: RuleSpec, facts: Facts, sentences: tuple[str, ...]
) -> None:
    case, applicant = replace(READY, **facts), actor(Role.APPLICANT)

    on = tuple(str(message) for message in PANEL.objections("submit", under(spec, case), applicant))
    off = PANEL.objections("submit", case, applicant)

    assert (on, off) == (sentences, ())


def test_when_each_rule_is_checked() -> None:
    early, late = ("start", "submit"), ("start", "submit", "award")

    assert {key: rule.asked_at for key, rule in CALL_RULES.items()} == {
        "applicants": early,
        "countries": early,
        "standing": late,
        "contacts": ("submit",),
        "no_overdue": late,
        "held": late,
        **dict.fromkeys(
            ("asks", "most", "most_of_kind", "longest", "cofunding", "partner_above", "starts_ahead"), ("submit",)
        ),
        "indirect": ("submit", "divide"),
    }


def test_the_tables_above_contain_every_rule() -> None:
    assert (NAMES, [spec.key for spec in HOLDING]) == (list(CALL_RULES), list(CALL_RULES))


def test_good_standing_is_required_of_chapters_only() -> None:
    spec = RuleSpec(key="standing", params={"allowed": ["good_standing"]})
    case = replace(READY, applicant=applicant_with(kind="university", standing="dechartered"))

    assert text_found(spec, case, "submit") == ()


@pytest.mark.parametrize(
    ("currency", "held", "asked", "refused"),
    [
        ("USD", {"JPY": Decimal(5_000_000), "USD": Decimal(50_000)}, Decimal(5_000), False),
        ("USD", {"JPY": Decimal(5_000_000), "USD": Decimal(50_000)}, Decimal("5000.01"), True),
        ("JPY", {"JPY": Decimal(54_999), "KWD": Decimal(20_000)}, Decimal(1), False),
        ("KWD", {"JPY": Decimal(54_999), "KWD": Decimal(20_000)}, Decimal("35000.001"), True),
    ],
)
def test_the_total_of_current_grants_is_that_of_the_calls_currency(
    currency: str, held: dict[str, Decimal], asked: Decimal, *, refused: bool
) -> None:
    spec = RuleSpec(key="held", params={"grants": 3, "amount": "55000"})
    case = replace(
        READY, applicant=applicant_with(held=2, held_amounts=held), asked=asked, round=round_with(currency=currency)
    )

    assert bool(text_found(spec, case, "award")) is refused


def test_the_number_of_current_grants_is_that_of_all_currencies() -> None:
    spec = RuleSpec(key="held", params={"grants": 2, "amount": "55000"})
    held = {"JPY": Decimal(5_000), "KWD": Decimal(5_000)}

    assert text_found(spec, replace(READY, applicant=applicant_with(held=2, held_amounts=held)), "award") == (
        "The applicant has 2 current grants; the limit is 2.",
    )


def test_an_applicant_who_cannot_be_funded_is_told_before_writing() -> None:
    rules = programmes()["BTN-L"].rules.rules
    case = replace(
        EMPTY,
        applicant=applicant_with(kind="university", overdue=("Final report",), held=2),
        round=round_with(rules=rules),
    )

    assert [str(message) for message in objections(case, "start")] == [
        "This call is not open to universities.",
        "The applicant has overdue reports, which must be submitted first: Final report.",
        "The applicant has 2 current grants; the limit is 2.",
    ]


def test_a_percentage_is_written_as_people_write_it() -> None:
    texts = [
        text_found(
            RuleSpec(key="indirect", params={"percent": percent}), replace(READY, indirect=Decimal(5_000)), "submit"
        )[0]
        for percent in ("10", "12.50", "0")
    ]

    assert [text.split("at most ")[1].split(" of")[0] for text in texts] == ["10%", "12.5%", "0%"]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (RuleSpec(key="phase_of_the_moon"), "no such rule: phase_of_the_moon"),
        (RuleSpec(key="indirect"), "indirect: 1 validation error for Share"),
        (RuleSpec(key="most", params={"amount": 1}), "most: 1 validation error for Params"),
        (RuleSpec(key="standing", params={"allowed": []}), "standing: 1 validation error for Standings"),
        (
            RuleSpec(key="standing", params={"allowed": ["Good standing"]}),
            "standing: 2 validation errors for Standings",
        ),
        (RuleSpec(key="applicants", params={"allowed": ["ngo"]}), "applicants: 2 validation errors for Kinds"),
        (RuleSpec(key="countries", params={"allowed": ["Senegal"]}), "countries: 2 validation errors for Countries"),
        (RuleSpec(key="indirect", params={"percent": "150"}), "indirect: 1 validation error for Share"),
        (RuleSpec(key="contacts", params={"count": 10**30}), "contacts: 1 validation error for AtLeast"),
        (RuleSpec(key="indirect", params={"percent": "-1"}), "indirect: 1 validation error for Share"),
        (RuleSpec(key="held", params={"grants": 0, "amount": 1}), "held: 1 validation error for Held"),
    ],
)
def test_unknown_rules_and_invalid_numbers_are_named(spec: RuleSpec, reason: str) -> None:
    wrong = unknown_rules([RuleSpec(key="most"), spec])

    assert [text.splitlines()[0] for text in wrong] == [reason]


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("BTN-S", {"chapter"}),
        ("BTN-L", {"chapter"}),
        ("RES", {"nonprofit", "university", "individual"}),
        ("DRR", {"chapter", "nonprofit"}),
    ],
)
def test_each_programme_is_for_existing_kinds_of_applicants(code: str, kinds: set[str]) -> None:
    rule = next(spec for spec in programmes()[code].rules.rules if spec.key == "applicants")
    round = replace(EMPTY.round, rules=(rule,))

    def refused(kind: str) -> bool:
        return bool(objections(replace(EMPTY, round=round, applicant=Applicant(kind=kind)), "start"))

    assert {kind for kind in get_args(Kind) if not refused(kind)} == kinds


@pytest.mark.parametrize(("amount", "refused"), [("5000", False), ("5000.01", True), ("9000", True), (None, False)])
def test_the_limit_on_grants_counts_the_amount_that_is_awarded(amount: str | None, *, refused: bool) -> None:
    """The request of 10,000 would exceed the limit, an award of half of it does not."""
    spec = RuleSpec(key="held", params={"grants": 3, "amount": "55000"})
    case = replace(
        READY,
        applicant=applicant_with(held=1, held_amounts={"USD": Decimal(50_000)}),
        asked=Decimal(10_000),
        answers={"amount": Decimal(amount) if amount else None},
        round=round_with(rules=(spec,)),
    )

    assert bool(call_allows("award")(case, actor(Role.APPROVER))) == refused
    assert objections(case, "submit")

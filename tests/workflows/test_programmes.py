"""Every programme: its data are consistent, can be stored, and fit its flow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflows.deadlines import time_limit
from workflows.engine.flow import Flow, Transition
from workflows.engine.roles import Role
from workflows.flows import agreement, payment, report
from workflows.programme import SCHEMA, CallRules, Programme
from workflows.programmes import FOLDER, programmes, read_also
from workflows.stored_rules import upgraded

TRAVEL = '''"""Travel: a ticket and a bed for somebody who speaks for the chapter."""

from decimal import Decimal

from workflows.forms.declarations import declarations
from workflows.flows.application import OFFICER_DECIDES
from workflows.programme import CallRules, InstalmentPlan, Programme, Question, ReportSchedule, RuleSpec, Section, Stage
from workflows.forms.questions import MONTHS, STARTS_ON, SUMMARY, TITLE, budget
from workflows.forms.rubrics import rubric

MEETING = Question(key="meeting", kind="text", label="Which meeting, and where?", words=30)
SECTIONS = (
    Section(key="journey", title="The journey", questions=(TITLE, SUMMARY, MEETING, STARTS_ON, MONTHS)),
    budget(rows=4),
    declarations("true", "once"),
)

PROGRAMME = Programme(
    code="TRV",
    series="TRV",
    title="Travel",
    lead="A ticket and a bed for somebody who speaks for the chapter.",
    eligible="Chapters in good standing",
    flow=OFFICER_DECIDES,
    rules=CallRules(
        most=Decimal(2_000),
        months_most=1,
        stages=(Stage(key="proposal", title="Request", sections=SECTIONS, reviews=1),),
        rubric=rubric(need=60, value=40),
        rules=(RuleSpec(key="asks"), RuleSpec(key="most")),
        instalments=(InstalmentPlan(percent=Decimal(100)),),
        reports=(ReportSchedule(title="What you brought home", kind="final"),),
        checks=(("meeting", "The meeting takes place"),),
        clock={"question_days": 2, "review_days": 5, "decision_days": 3},
    ),
)
'''

ALL = programmes()
CRITERION = {"key": "need", "title": "Need", "question": "Who needs it?", "weight": 100, "anchors": list("abcdef")}
FLOWS: list[Flow] = [*(p.flow for p in ALL.values()), agreement.FLOW, report.FLOW, payment.INSTALMENT, payment.BATCH]
CLOCKS = {
    "question_days",
    "review_days",
    "invited_days",
    "decision_days",
    "triage_hours",
    "review_hours",
    "decision_hours",
}
DAYS = {"at", "until", "day", "appeal_until", "starts", "ends"}
PLACES = {"title", "reference", "question", "feedback", "reason", "amount", "report", "name", "proposal", *DAYS}


@pytest.fixture(params=ALL)
def programme(request: pytest.FixtureRequest) -> Programme:
    """Each programme in turn."""
    return ALL[request.param]


@pytest.mark.parametrize(
    ("code", "flow", "most", "stages", "instalments"),
    [
        ("BTN-S", "application decided by an officer", 5_000, "proposal", "100"),
        ("BTN-L", "application with a panel", 30_000, "proposal", "60 40"),
        ("RES", "application in two stages", 500_000, "statement proposal", "40 40 20"),
        ("DRR", "disaster relief", 500_000, "alert proposal", "70 30"),
    ],
)
def test_the_four_programmes_differ_in_flow_money_stages_and_payment(
    code: str, flow: str, most: int, stages: str, instalments: str
) -> None:
    rules = ALL[code].rules

    assert ALL[code].flow.name == flow
    assert rules.most == most
    assert " ".join(stage.key for stage in rules.stages) == stages
    assert " ".join(str(plan.percent) for plan in rules.instalments) == instalments


def test_the_data_of_a_programme_are_unchanged_by_storage(programme: Programme) -> None:
    stored = json.loads(json.dumps(programme.rules.model_dump(mode="json")))

    assert upgraded(stored) == programme.rules


def test_no_programme_funds_a_chapter_in_rejuvenation() -> None:
    allowed = {
        programme.code: rule.params["allowed"]
        for programme in programmes().values()
        for rule in programme.rules.rules
        if rule.key == "standing"
    }

    assert allowed == {code: ["good_standing", "pre_rejuvenation"] for code in ("BTN-S", "BTN-L", "DRR")}


def test_rules_of_a_newer_schema_are_rejected(programme: Programme) -> None:
    stored = programme.rules.model_dump(mode="json") | {"schema_number": SCHEMA + 1}

    with pytest.raises(
        ValueError, match=rf"the call's rules have schema {SCHEMA + 1}, this version reads up to {SCHEMA}"
    ):
        upgraded(stored)


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"instalments": [{"percent": "60"}]}, "the instalments must sum to 100 percent"),
        ({"instalments": [{"percent": "100", "conditions": ["report:9"]}]}, "no such condition: report:9"),
        ({"instalments": [{"percent": "100", "conditions": ["luck"]}]}, "no such condition: luck"),
        ({"reports": []}, "at least 1 item"),
        ({"rubric": [CRITERION | {"passages": ["moon"]}]}, "no such section: moon"),
        ({"secret": 1}, "Extra inputs are not permitted"),
    ],
)
def test_inconsistent_data_are_rejected(programme: Programme, spoilt: dict[str, Any], reason: str) -> None:
    stored = programme.rules.model_dump(mode="json")

    with pytest.raises(ValueError, match=reason):
        CallRules.model_validate(stored | spoilt)


def test_a_rubric_with_a_missing_criterion_is_rejected(programme: Programme) -> None:
    stored = programme.rules.model_dump(mode="json")

    with pytest.raises(ValueError, match="the weights of the rubric must sum to 100"):
        CallRules.model_validate(stored | {"rubric": stored["rubric"][1:]})


def test_a_duplicate_question_is_rejected(programme: Programme) -> None:
    stored = programme.rules.model_dump(mode="json")
    stored["stages"][0]["sections"] *= 2

    with pytest.raises(ValueError, match="has the same question twice"):
        CallRules.model_validate(stored)


def test_every_time_limit_of_a_flow_is_set_in_the_clock(programme: Programme) -> None:
    waited_for = {transition.time_limit for transition in programme.flow.transitions if transition.time_limit}

    assert {step for step in waited_for if time_limit(programme.rules.clock, step) is None} == set()
    assert set(programme.rules.clock) - CLOCKS == set()


def test_every_stage_asks_for_a_title_and_a_reviewed_stage_for_amount_and_duration(programme: Programme) -> None:
    asked = {stage.key: {q.key for s in stage.sections for q in s.questions} for stage in programme.rules.stages}

    assert {key for key, keys in asked.items() if "title" not in keys} == set()
    assert {"summary", "starts_on", "months", "budget"} - asked["proposal"] == set()


def test_facts_are_the_four_columns_with_their_kinds(programme: Programme) -> None:
    questions = [q for stage in programme.rules.stages for s in stage.sections for q in s.questions]
    kinds = {"title": "text", "summary": "long", "starts_on": "date", "months": "number"}

    assert {q.key: q.kind for q in questions if q.fact}.items() <= kinds.items()
    assert [q.key for q in questions if q.key in kinds and not q.fact] == []


def test_a_section_named_like_a_question_contains_that_question(programme: Programme) -> None:
    for stage in programme.rules.stages:
        keys = {q.key for s in stage.sections for q in s.questions}
        for section in stage.sections:
            assert section.key not in keys or section.key in {q.key for q in section.questions}


def test_every_anchor_of_a_rubric_has_its_own_sentence(programme: Programme) -> None:
    anchors = [anchor for criterion in programme.rules.rubric for anchor in criterion.anchors[1:]]

    assert len(set(anchors)) == len(anchors) == 5 * len(programme.rules.rubric)
    assert [anchor for anchor in anchors if not anchor.endswith(".") or len(anchor.split()) < 3] == []


def test_every_criterion_has_a_passage_in_every_proposal_that_is_reviewed(programme: Programme) -> None:
    """The earlier stages are shown with the reviewed one, as the alert with the mini-proposal."""
    stages = programme.rules.stages
    missing = []
    for number, stage in enumerate(stages):
        shown = {section.key for one in stages[: number + 1] for section in one.sections}
        missing += [(stage.key, c.key) for c in programme.rules.rubric if stage.reviews and not shown & {*c.passages}]

    assert missing == []


@pytest.mark.parametrize(
    ("code", "stage", "first"),
    [
        ("BTN-S", "proposal", "project project plan plan budget"),
        ("BTN-L", "proposal", "mission problem sustainability plan in_short team outcomes budget"),
        ("RES", "statement", "question question question in_short team question budget"),
        ("RES", "proposal", "research research openness mission team outcomes budget"),
        ("DRR", "proposal", "alert plan alert plan in_short budget"),
    ],
)
def test_the_first_passage_of_each_criterion_answers_its_question(code: str, stage: str, first: str) -> None:
    rules = ALL[code].rules
    own = {section.key for section in rules.stage(stage).sections} | {"alert"}

    assert [next(key for key in one.passages if key in own) for one in rules.rubric] == first.split()


def test_short_titles_are_at_most_two_lines(programme: Programme) -> None:
    """A line of the grid on a phone has room for 12 letters of a word."""
    titles = {one.short_title: re.split(" |\u00ad", one.short_title) for one in programme.rules.rubric}

    assert [title for title, words in titles.items() if len(title) > 16 or max(map(len, words)) > 12] == []


def test_rules_of_the_first_schema_gain_short_titles_and_passages(programme: Programme) -> None:
    stored = programme.rules.model_dump(mode="json") | {"schema_number": 1}
    for criterion in stored["rubric"]:
        del criterion["short"], criterion["passages"]

    assert upgraded(stored) == programme.rules


def test_rules_of_the_first_schema_with_a_rubric_of_their_own_are_read_without(programme: Programme) -> None:
    stored = programme.rules.model_dump(mode="json") | {"schema_number": 1, "rubric": [CRITERION]}

    (criterion,) = upgraded(stored).rubric

    assert (criterion.short_title, criterion.passages) == ("Need", ())


def test_every_report_required_for_a_payment_has_a_due_date(programme: Programme) -> None:
    conditions = [condition for plan in programme.rules.instalments for condition in plan.conditions]

    assert programme.rules.reports[-1].kind == "final"
    assert conditions[0] == "agreement"
    assert len(set(conditions)) == len(conditions)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[a-z]*.py")), ids=lambda path: path.name)
def test_a_programme_is_one_short_file(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


def every_transition() -> list[Any]:
    """Each row of each flow, with their names."""
    return [
        pytest.param(transition, id=f"{flow.name}, {transition.key}")
        for flow in FLOWS
        for transition in flow.transitions
    ]


@pytest.mark.parametrize("transition", every_transition())
def test_mails_use_only_the_values_they_receive(transition: Transition) -> None:
    texts = [text for notification in transition.notifies for text in (notification.subject, notification.text)]
    named = {name for text in texts for name in re.findall(r"%\((\w+)\)", text)}

    values = PLACES | ({"organisation"} if all(one.to is Role.OFFICER for one in transition.notifies) else set())
    assert named - values == set()
    assert named & {"question", "feedback", "reason"} <= {field.key for field in transition.fields}
    assert all(text % dict.fromkeys(named, "…") for text in texts)


@pytest.mark.parametrize("transition", every_transition())
def test_every_transition_has_its_texts(transition: Transition) -> None:
    grave = transition.weight == "grave"

    assert transition.history_text
    assert not transition.title.endswith("…")
    assert not transition.final or transition.consequence
    assert not grave or transition.fields
    assert transition.weight in {"first", "second", "grave", "link"}
    assert {field.kind for field in transition.fields} <= {"text", "line", "amount", "day", "days", "choice", "tick"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of external programmes; afterwards only our own are loaded again."""
    yield tmp_path
    read_also([])


def test_the_file_of_a_new_programme_is_found_and_nothing_else_changes(folder: Path) -> None:
    (folder / "travel.py").write_text(TRAVEL, encoding="utf-8")

    read_also([str(folder)])

    found = programmes()
    assert len(TRAVEL.splitlines()) <= 60
    assert list(found) == [*ALL, "TRV"]
    assert upgraded(json.loads(found["TRV"].rules.model_dump_json())) == found["TRV"].rules


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TRAVEL.replace('key="most")', 'key="moon")'), r"travel\.py: no such rule: moon"),
        (TRAVEL.replace('key="most")', 'key="most", params={"usd": 1})'), r"travel\.py: most: 1 validation error"),
        (TRAVEL.replace("TRV", "RES"), r"\w+\.py: the code RES is already in use"),
        (TRAVEL.replace("PROGRAMME =", "TRAVEL ="), r"travel\.py: defines no PROGRAMME"),
    ],
)
def test_an_invalid_file_is_rejected_by_name(folder: Path, text: str, reason: str) -> None:
    (folder / "travel.py").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=f"^{reason}"):
        read_also([str(folder)])

"""Pages and diagrams of the flows, drawn only from the rows."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from tests.workflows.examples import FLOWS
from workflows.engine.diagram import alternative, edges, layout, svg, way_through
from workflows.flows import payment, report
from workflows.flows.reference import PAGE, mermaid, only_if, page, rules_table, table
from workflows.rules.calls import CALL_RULES

SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_in_docs_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m workflows.flows.reference"


def test_a_changed_row_makes_the_page_outdated() -> None:
    flow = report.FLOW
    changed = flow.changed(replace(flow.transitions[0], title="Post the report"))

    assert table(flow) in PAGE.read_text(encoding="utf-8")
    assert table(changed) not in PAGE.read_text(encoding="utf-8")


def test_a_table_shows_who_may_do_what_and_the_conditions() -> None:
    rules = "Only if: all conditions of the instalment are met."
    given_up = "Only if: the award was declined or revoked before both parties had signed."

    assert table(payment.INSTALMENT).splitlines() == [
        "| Action | From | To | Roles | Condition | Fields |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| Make instalment payable | Planned | Payable | clock | {rules} | – |",
        f"| Cancel instalment | Planned | Cancelled | clock | {given_up} | – |",
    ]


@pytest.mark.parametrize("name", FLOWS)
def test_every_flow_in_use_is_on_the_page(name: str) -> None:
    assert f"```mermaid\n{mermaid(FLOWS[name])}\n```" in page()


def test_a_state_diagram_has_every_arrow_and_every_end() -> None:
    assert mermaid(report.FLOW).splitlines() == [
        "stateDiagram-v2",
        '    state "◆ To submit" as due',
        '    state "● Received" as received',
        '    state "✓ Approved" as approved',
        '    state "– No longer required" as withdrawn',
        "    [*] --> due",
        "    due --> received: Submit report",
        "    received --> approved: Approve report",
        "    received --> due: Return with questions",
        "    due --> withdrawn: Cancel report",
        "    approved --> [*]",
        "    withdrawn --> [*]",
    ]


@pytest.mark.parametrize("name", FLOWS)
def test_every_rule_has_its_condition_as_docstring(name: str) -> None:
    sentences = [sentence for transition in FLOWS[name].transitions for sentence in only_if(transition)]

    assert [s for s in sentences if not s.endswith(".") or not s[0].isupper() or ";" in s] == []


def test_every_rule_of_calls_is_in_the_table() -> None:
    rows = rules_table().strip().splitlines()[4:]

    assert [row.split("`")[1] for row in rows] == list(CALL_RULES)


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("application decided by an officer", "draft checks review agreement active closed"),
        ("application with a panel", "draft checks review panel decision agreement active closed"),
        ("application in two stages", "draft checks review panel decision agreement active closed"),
        ("disaster relief", "draft triage review decision agreement active closed"),
        ("payment batch", "prepared approved released paid"),
    ],
)
def test_the_main_path_follows_the_first_buttons(name: str, way: str) -> None:
    assert " ".join(way_through(FLOWS[name])) == way


@pytest.mark.parametrize("name", FLOWS)
def test_every_step_has_its_own_position(name: str) -> None:
    places = layout(FLOWS[name])

    assert set(places) == set(FLOWS[name].steps)
    assert len(set(places.values())) == len(places)


@pytest.mark.parametrize("name", FLOWS)
def test_a_diagram_highlights_only_the_current_step(name: str) -> None:
    for present in FLOWS[name].steps:
        drawing = ET.fromstring(svg(FLOWS[name], present))  # noqa: S314 - we drew it ourselves
        bold = [text.text for text in drawing.iter(f"{SVG}text") if text.get("font-weight") == "700"]
        lit = [group for group in drawing.iter(f"{SVG}g") if "is-present" in (group.get("class") or "").split()]

        assert bold == [FLOWS[name].step(present).word]
        assert len(lit) == 1


@pytest.mark.parametrize("name", FLOWS)
def test_a_diagram_has_its_alternative_text_first_an_arrow_per_pair_and_no_style(name: str) -> None:
    text = svg(FLOWS[name])
    drawing = ET.fromstring(text)  # noqa: S314 - we drew it ourselves

    assert drawing[0].tag == f"{SVG}title"
    assert drawing[0].text == alternative(FLOWS[name])
    assert len([path for path in drawing.iter(f"{SVG}path") if path.get("class") == "flow-move"]) == len(
        edges(FLOWS[name])
    )
    assert "style" not in text


def test_the_alternative_text_gives_the_current_step_and_what_can_follow() -> None:
    flow = report.FLOW

    assert alternative(flow, "received") == (
        "Current step: Received. Next steps: Approved, To submit. Steps: To submit → Received → Approved."
    )
    assert alternative(flow, "approved") == (
        "Current step: Approved. This is the last step. Steps: To submit → Received → Approved."
    )


def test_a_diagram_is_in_the_readers_language_and_escapes_it() -> None:
    french = {"To submit": "Rapport <dû>"}

    text = svg(report.FLOW, "due", word=lambda word: french.get(word, word))

    assert "Rapport &lt;dû&gt;" in text


def test_a_step_of_another_flow_cannot_be_highlighted() -> None:
    with pytest.raises(KeyError):
        svg(report.FLOW, "panel")

"""Documentation of the flows: `python -m workflows.flows.reference` writes `docs/flows.md`.

Each flow becomes a table and a Mermaid state diagram. The docstrings of the rules appear as “Only if: …”.
"""

from __future__ import annotations

from pathlib import Path

from workflows.engine.flow import Flow, Transition
from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS
from workflows.rules.calls import CALL_RULES

PAGE = Path(__file__).parents[2] / "docs" / "flows.md"
HEAD = """# Flows

Generated from the tables in `workflows/flows/` by `python -m workflows.flows.reference`. A test fails when this page
is out of date. The mark before a step shows who must act next: ◆ the applicant, ● the Foundation, ▲ the reviewers,
– no one; a step marked ✓ is done. The role “clock” is the system itself, which acts when a time limit has passed or a
condition is met.
"""
MARKS = {"diamond": "◆", "dot": "●", "triangle": "▲", "tick": "✓", "dash": "–"}


def page() -> str:
    """The whole of `docs/flows.md`."""
    return "\n".join([HEAD, *(_section(flow) for flow in FLOWS), rules_table()])


def table(flow: Flow) -> str:
    """The transitions as a Markdown table, one row each."""
    rows = [
        _row("Action", "From", "To", "Roles", "Condition", "Fields"),
        _row(*["---"] * 6),
        *(_transition_row(flow, transition) for transition in flow.transitions),
    ]
    return "\n".join(rows)


def endings(flow: Flow) -> str:
    """What ends when a step is left, one sentence each."""
    titles = {(other.name, row.key): row.title for other in FLOWS for row in other.transitions}
    ends = ((flow.step(one.step).word, titles[one.part, one.key], one.part) for one in flow.endings)
    return "".join(
        f"\nWhen the step “{step}” is left: “{title}”, for each open {part}.\n" for step, title, part in ends
    )


def mermaid(flow: Flow) -> str:
    """The transitions as a Mermaid state diagram, with the words of the steps as labels."""
    steps = [flow.step(key) for key in flow.steps]
    names = [f'    state "{MARKS[step.shape]} {step.word}" as {step.key}' for step in steps]
    starts = [f"    [*] --> {key}" for key in flow.starts]
    arrows = [
        f"    {source} --> {row.target}: {row.title}{_stage(row)}" for row in flow.transitions for source in row.source
    ]
    leaving = {source for row in flow.transitions for source in row.source}
    ends = [f"    {key} --> [*]" for key in flow.steps if key not in leaving]
    return "\n".join(["stateDiagram-v2", *names, *starts, *arrows, *ends])


def only_if(transition: Transition) -> tuple[str, ...]:
    """The conditions of a transition, from the docstrings of its rules."""
    return tuple((rule.__doc__ or "").split("\n")[0] for rule in transition.guards)


def rules_table() -> str:
    """The rules that a call can enable: key, condition, parameters and moments."""
    rows = [_row("Rule", "Condition", "Parameters", "Checked at"), _row(*["---"] * 4)]
    for key, rule in CALL_RULES.items():
        numbers = ", ".join(f"`{name}`" for name in rule.params.model_fields) or "–"
        rows.append(_row(f"`{key}`", rule.check.__doc__ or "", numbers, ", ".join(rule.asked_at)))
    return "\n".join(["## Rules that a call can enable\n", *rows, ""])


def _section(flow: Flow) -> str:
    title = flow.name[0].upper() + flow.name[1:]
    return f"## {title}\n\n{table(flow)}\n{endings(flow)}\n```mermaid\n{mermaid(flow)}\n```\n"


def _transition_row(flow: Flow, transition: Transition) -> str:
    sources = ", ".join(flow.step(key).word for key in transition.source)
    right = f" with the right to {transition.right.value}"
    roles = ", ".join(role.value + (right if role is Role.APPLICANT else "") for role in transition.roles)
    time_limit = f", after the time limit `{transition.time_limit}`" if transition.time_limit else ""
    guards = [sentence[0].lower() + sentence[1:].rstrip(".") for sentence in only_if(transition)]
    rules = f"Only if: {'; '.join(guards)}." if guards else "–"
    fields = ", ".join(field.label + ("" if field.required else " (optional)") for field in transition.fields) or "–"
    return _row(
        transition.title + _stage(transition),
        sources,
        flow.step(transition.target).word,
        roles + time_limit,
        rules,
        fields,
    )


def _stage(transition: Transition) -> str:
    return f" ({transition.stage})" if transition.stage else ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

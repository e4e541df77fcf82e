"""Whatever ends something is asked for once more, each alike."""

from __future__ import annotations

from workflows.flows import assignment
from workflows.flows.standard import FLOWS

TICKED_ITSELF = {assignment.CONFLICT}
"""Its fields are ticks, on a page of its own."""


def test_every_grave_transition_asks_once() -> None:
    unasked = {
        (flow.name, row.key)
        for flow in FLOWS
        for row in flow.transitions
        if row.weight == "grave" and not row.final and row not in TICKED_ITSELF
    }

    assert unasked == set()


def test_whatever_asks_says_what_it_does() -> None:
    silent = {row.key for flow in FLOWS for row in flow.transitions if row.final and not row.consequence}

    assert silent == set()

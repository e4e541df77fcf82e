"""Every effect is mapped to a function and used by a flow, or the services cannot be imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from grants.services import transitions
from workflows.engine.effects import Effect
from workflows.flows import report, standard

SOURCE = Path(transitions.__file__)
LINE = "    Effect.APPROVE_REPORT: reports.approve,\n"


def imported(path: Path) -> ModuleType:
    """Import a second copy of `grants/services/transitions.py` from this file."""
    spec = importlib.util.spec_from_file_location("copy_of_transitions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_effect_is_mapped_to_one_function() -> None:
    assert set(transitions.EFFECTS) == set(Effect)
    assert len(set(transitions.EFFECTS.values())) == len(Effect)
    assert imported(SOURCE).EFFECTS == transitions.EFFECTS


def test_an_effect_without_a_function_fails_at_import(tmp_path: Path) -> None:
    text = SOURCE.read_text(encoding="utf-8")
    copy = tmp_path / "transitions.py"
    copy.write_text(text.replace(LINE, ""), encoding="utf-8")

    assert text.count(LINE) == 1
    with pytest.raises(ValueError, match=r"^APPROVE_REPORT is not mapped to a function$"):
        imported(copy)


def test_an_effect_that_no_flow_uses_fails_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standard, "FLOWS", tuple(flow for flow in standard.FLOWS if flow is not report.FLOW))

    with pytest.raises(ValueError, match=r"^SUBMIT_REPORT is not used .*; APPROVE_REPORT is .*; SEND_BACK_REPORT is "):
        imported(SOURCE)

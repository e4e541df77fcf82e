"""Instalments fall due by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grants.models import Instalment
from grants.services import ledger, moves
from workflows.roles import Actor


@moves.deed("instalments.fall_due")
def fall_due(instalment: Instalment, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Book it as payable."""
    ledger.make_payable(instalment.award, amount=instalment.amount, actor=actor)

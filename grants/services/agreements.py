"""Agreements: signature, countersignature, and the award condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grants.db import db, now
from grants.models import Agreement
from grants.services import transitions
from grants.services.money import instalments
from workflows.engine.roles import CLOCK, Actor


@transitions.effect("agreements.sign")
def sign(agreement: Agreement, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Record who signed for the grantee, under which name, and when."""
    agreement.signed_by, agreement.signed_name, agreement.signed_at = actor.person, answers["name"].strip(), now()
    db.session.flush()


@transitions.effect("agreements.countersign")
def countersign(agreement: Agreement, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Record the Foundation's signature, start the project, and make instalments payable whose conditions now hold."""
    agreement.countersigned_by, agreement.countersigned_name, agreement.countersigned_at = (
        actor.person,
        answers["name"].strip(),
        now(),
    )
    db.session.flush()
    transitions.apply(agreement.award.application, "begin", actor=CLOCK)
    instalments.follow(agreement.award)


@transitions.effect("agreements.meet")
def meet(agreement: Agreement, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Record that the award condition is met, and make instalments payable whose conditions now hold."""
    award = agreement.award
    award.met_by, award.met_at = actor.person, now()
    db.session.flush()
    instalments.follow(award)

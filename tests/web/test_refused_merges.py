"""Who merges no organisations, and which entries are not merged."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import transaction
from grants.models import Conflict
from grants.queries.applications import involvements as involved
from grants.queries.applications.involvements import Bonds
from grants.queries.cases.organisations import applicant
from grants.services import authority, duplicates, locking, organisations, persons, transitions, verifications
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import named
from tests.web.test_duplicates import DUPLICATE, KEPT, THIRD, merge, row, separate, twice, visible_to
from workflows.engine.roles import Actor, Role

__all__ = ["twice"]
pytestmark = pytest.mark.ground("twice")
NONE = Bonds(own=False, rival=False, judges=False)


def test_nobody_merges_an_organisation_for_which_they_act(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        with transaction():
            persons.join(named("ada"), row(THIRD), actor=w.SYSTEM)
        with pytest.raises(Refused, match="another administrator must do this"):
            merge(THIRD)

        monkeypatch.setattr(organisations, "against", lambda *_, **__: [])
        merge(THIRD)

        assert 1 in visible_to("ada"), "without the guard they would give themselves what belongs to the other"


def test_nobody_merges_or_separates_a_rival_of_an_applicant_for_which_they_act(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        merge(THIRD)
        with transaction():
            persons.join(named("ada"), row(DUPLICATE), actor=w.SYSTEM)
        with pytest.raises(Refused, match="another applicant to a call to which this organisation has applied"):
            separate(THIRD)

        monkeypatch.setattr(involved, "bonds", lambda *_: NONE)
        separate(THIRD)

        assert row(THIRD).merged_into_id is None, "without the guard a competitor would lose what its members may see"


def test_an_entry_that_is_not_verified_is_not_merged(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        with transaction():
            locking.hold(row(THIRD))
            verifications.begin(row(THIRD), actor=w.SYSTEM, apply=transitions.apply)
        with pytest.raises(Refused, match="is not verified"):
            merge(THIRD)

        monkeypatch.setattr(duplicates, "against", lambda *_: [])
        merge(THIRD)

        assert applicant(row(KEPT)).unverified, "nothing is awarded to either, whichever of the two is not verified"


def test_only_an_administrator_merges(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        olga = Actor(person=named("olga").id, role=Role.ADMINISTRATOR, via="test")
        with pytest.raises(Refused):
            merge(actor=olga)

        monkeypatch.setattr(authority, "confirm", lambda *_, **__: None)
        merge(actor=olga)

        assert row(DUPLICATE).merged_into_id == KEPT


def test_nobody_with_a_conflict_of_interest_merges(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        with transaction() as session:
            declared = Conflict(application_id=1, person_id=named("ada").id, kinds="other")
            session.add(declared)
            w.recorded()
        with pytest.raises(Refused, match="You have a conflict of interest in an application of this organisation"):
            merge(THIRD)

        monkeypatch.setattr(involved, "bonds", lambda *_: NONE)
        merge(THIRD)

        assert row(THIRD).merged_into_id == KEPT

"""Every key that a page shows as a label has a text that can be translated."""

from __future__ import annotations

from grants.models.organisations import KINDS, STANDINGS
from grants.web.calls import rules_text
from grants.web.site.formats import LABELS
from workflows.cases import KINDS_IN_SENTENCES
from workflows.engine.roles import Role
from workflows.programmes import programmes
from workflows.rules.calls import CALL_RULES


def test_every_key_that_is_shown_has_a_label() -> None:
    limits = {name for programme in programmes().values() for name in programme.rules.clock}
    stages = {stage.key for programme in programmes().values() for stage in programme.rules.stages}

    assert {*Role, *KINDS, *STANDINGS, *limits, *stages} - LABELS.keys() == set()


def test_every_rule_has_a_sentence() -> None:
    assert CALL_RULES.keys() - {*rules_text.APPLICANTS, *rules_text.BUDGETS} == set()


def test_every_kind_of_applicant_has_a_plural() -> None:
    assert set(KINDS) == KINDS_IN_SENTENCES.keys()

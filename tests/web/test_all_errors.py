"""A form of an action that is refused names everything that is wrong in it at once."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.forms.transitions import Unclear, answers, require_confirmation
from grants.web.transitions import _errors
from workflows.flows.panel import AWARD, DECLINE, NOT_ELIGIBLE


def errors(app: Flask, transition: object, **sent: str) -> list[str]:
    """The fields of the form that have an error, in their order."""
    with app.test_request_context("/"):
        with pytest.raises(Unclear) as wrong:
            require_confirmation(transition, sent, answers(transition, sent, "USD"))  # type: ignore[arg-type]
        return list(_errors(transition, wrong.value))  # type: ignore[arg-type]


def test_a_missing_text_is_named_beside_the_missing_tick(app: Flask) -> None:
    assert errors(app, DECLINE) == ["feedback", "confirmed"]
    assert errors(app, NOT_ELIGIBLE)[-1] == "confirmed"
    assert len(errors(app, NOT_ELIGIBLE)) == 2


def test_an_amount_that_cannot_be_read_hides_nothing(app: Flask) -> None:
    assert errors(app, AWARD, amount="many") == ["amount", "confirmed"]


def test_what_is_right_is_not_named(app: Flask) -> None:
    assert errors(app, AWARD, amount="many", confirmed="yes") == ["amount"]

"""Whatever a forger writes, the verification reports it and does not stop."""

# ruff: noqa: E501 - a forgery stands beside its name

from __future__ import annotations

import pytest
from flask import Flask

from tests.history.conftest import Forge
from tests.history.proof import found

pytestmark = pytest.mark.sweep

LAST = "WHERE id = (SELECT max(id) FROM history)"
FORGED = {
    "rows that are a number": f"UPDATE history SET said = jsonb_set(said, '{{rows}}', '5') {LAST}",
    "rows of a table that are a text": f"UPDATE history SET said = jsonb_set(said, '{{rows}}', '{{\"award\": \"x\"}}') {LAST}",
    "a key that is no number": f"UPDATE history SET said = jsonb_set(said, '{{rows}}', '{{\"award\": {{\"x\": 1}}}}') {LAST}",
    "a fingerprint that is an object": f"UPDATE history SET said = jsonb_set(said, '{{rows}}', '{{\"award\": {{\"1\": {{}}}}}}') {LAST}",
    "an unknown table": f"UPDATE history SET said = jsonb_set(said, '{{rows}}', '{{\"nothing\": {{\"1\": \"2:x\"}}}}') {LAST}",
    "a message that is a list": f"UPDATE history SET said = '[\"rows\", \"facts\"]' {LAST}",
    "a message that is null": f"UPDATE history SET said = 'null' {LAST}",
    "words that are a list": f"UPDATE history SET said = jsonb_set(said, '{{words}}', '[]') {LAST}",
    "an event without words that has one": "UPDATE history SET said = said - 'words' WHERE id = (SELECT min(event_id) FROM history_words)",
    "facts of a row that does not exist": f"UPDATE history SET said = said || '{{\"facts\": \"x\"}}', about_id = 900 {LAST}",
    "facts that are a list": f"UPDATE history SET said = said || '{{\"facts\": [1]}}' {LAST}",
    "an event at the end of time": f"UPDATE history SET at = 'infinity' {LAST}",
    "an award that ends never": "UPDATE award SET ends_on = 'infinity'",
    "an award of no number": "UPDATE award SET amount = 'NaN'",
    "a call that closes never": "UPDATE call SET closes_at = 'infinity', rules = '[]'",
    "a submission of nothing": "UPDATE submission_content SET content = '[1]'",
    "a line without a quantity that has a total": "UPDATE submission_line SET quantity = 'NaN', category = ''",
    "a text beside an event that does not exist": "INSERT INTO history_words (event_id, name, salt, words) VALUES (90000, 'x', repeat('0', 32), 'x')",
    "an entry without postings": "INSERT INTO entry (kind, stamp) VALUES ('award', 'x')",
    "an entry of an unknown kind": "UPDATE entry SET kind = 'gift'",
    "a contribution of words": "UPDATE history SET said = jsonb_set(said, '{values,amount,amount}', '\"much\"') WHERE subject = 'fund'",
    "a row of an organisation that does not exist": "UPDATE application SET organisation_id = 900",
    "a row whose owner does not exist": "UPDATE instalment SET award_id = 900",
    "a document of no application": "UPDATE document SET application_id = 900",
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGED)
def test_a_value_that_only_a_forger_writes_is_reported(app: Flask, forge: Forge, forgery: str) -> None:
    forge(FORGED[forgery])

    assert found(app) != []

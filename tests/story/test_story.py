"""`grants story` succeeds, both documents match the database, and no process is left running."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal

from tests.history.test_checkpoints import UNSEEN
from tests.history.test_verify_command import NONE
from tests.reports.reading import tagged, words
from tests.story.outcome import Outcome, running

pytestmark = pytest.mark.system
LETTER, IMPACT = "award-letter.pdf", "impact-report.pdf"
both = pytest.mark.parametrize("name", [LETTER, IMPACT])


def amount(text: str) -> str:
    """An amount as written in French, with plain spaces."""
    return " ".join(format_decimal(Decimal(text), "#,##0.00", locale="fr").split())


def day(text: str, pattern: str) -> str:
    """A date as written in French."""
    return format_date(date.fromisoformat(text), pattern, locale="fr")


def number_of(facts: dict[str, Any], kind: str) -> str:
    """The number of the one document of a kind."""
    (number,) = (one["number"] for one in facts["printed"] if one["kind"] == kind)
    return str(number)


def lacking(text: str, *wanted: str) -> list[str]:
    """The items of a list that are missing from a text."""
    return [each for each in wanted if each not in text]


def on_the_letter(facts: dict[str, Any]) -> list[str]:
    """The content of the award letter, in the order of the page."""
    (award,) = facts["awards"]
    term = [day(award[key], "d MMM y") for key in ("starts_on", "ends_on")]
    return [
        award["organisation"],
        award["title"],
        number_of(facts, "award_letter"),
        f"{amount(award['amount'])} USD",
        *term,
        *(amount(one["amount"]) for one in facts["instalments"]),
    ]


def on_the_report(facts: dict[str, Any]) -> list[str]:
    """The content of the impact report."""
    (award,) = facts["awards"]
    term = [day(award[key], "d MMMM y") for key in ("starts_on", "ends_on")]
    return [
        award["organisation"],
        number_of(facts, "impact_report"),
        f"Les {amount(award['amount'])} USD ont été versés en totalité",
        *term,
        *(f"{amount(one['amount'])} USD" for one in facts["instalments"]),
        *(day(one["paid_on"], "d MMM y") for one in facts["instalments"]),
    ]


def test_the_story_succeeds_and_leaves_its_three_files(outcome: Outcome) -> None:
    assert outcome.story.status == 0, outcome.story.text_found

    assert sorted(path.name for path in outcome.folder.iterdir() if path.is_file()) == [LETTER, IMPACT, "story.json"]
    assert outcome.story.text_found.splitlines()[-1] == f"  {outcome.folder / 'story.json'}"


def test_one_grant_is_closed_one_application_declined_and_one_withdrawn(outcome: Outcome) -> None:
    assert [outcome["step"] for outcome in outcome.facts["outcomes"]] == ["closed", "declined", "withdrawn"]


def test_the_amount_paid_equals_the_amount_awarded(outcome: Outcome) -> None:
    (award,) = outcome.facts["awards"]
    paid = [Decimal(one["amount"]) for one in outcome.facts["instalments"] if one["paid_on"]]

    assert (Decimal(award["amount"]), sum(paid)) == (Decimal(12_322), Decimal(12_322))


def test_the_declined_applicant_gets_a_letter_in_its_language_and_the_withdrawn_one_none(outcome: Outcome) -> None:
    letters = [(one["kind"], one["language"]) for one in outcome.facts["printed"] if one["kind"].endswith("_letter")]

    assert letters == [("award_letter", "fr"), ("decline_letter", "es")]


def test_the_letter_matches_the_database(outcome: Outcome) -> None:
    assert lacking(words(outcome.document(LETTER)), *on_the_letter(outcome.facts)) == []


def test_the_impact_report_matches_the_database(outcome: Outcome) -> None:
    assert lacking(words(outcome.document(IMPACT)), *on_the_report(outcome.facts)) == []


@pytest.mark.parametrize(
    ("key", "other"), [("amount", "12322.10"), ("starts_on", "2020-02-29"), ("organisation", "Another chapter")]
)
def test_a_wrong_fact_would_be_noticed_in_both_documents(outcome: Outcome, key: str, other: str) -> None:
    """Counter-test: the comparison notices a wrong amount, date and name."""
    facts = outcome.facts
    facts["awards"][0][key] = other

    assert len(lacking(words(outcome.document(LETTER)), *on_the_letter(facts))) == 1
    assert len(lacking(words(outcome.document(IMPACT)), *on_the_report(facts))) == 1


@both
def test_each_document_is_tagged_for_screen_readers(outcome: Outcome, name: str) -> None:
    pdf = tagged(outcome.document(name))

    assert (pdf.marked, pdf.part, pdf.language) == (True, "1", "fr")


@both
def test_each_file_matches_its_hash_in_the_database(outcome: Outcome, name: str) -> None:
    kept = {one["sha256"]: one["size"] for one in outcome.facts["printed"]}
    noted = {one["file"]: one["sha256"] for one in outcome.facts["documents"]}
    content = outcome.document(name)

    assert noted[name] == hashlib.sha256(content).hexdigest()
    assert kept[noted[name]] == len(content)


def test_verification_passes_afterwards(outcome: Outcome) -> None:
    assert (outcome.verified.status, outcome.verified.text_found) == (
        0,
        f"Note: {UNSEEN}\n{NONE}",
    )


def test_no_process_is_left_running(outcome: Outcome) -> None:
    assert (outcome.left, outcome.numbers) == ((), ())


def test_a_process_left_behind_would_be_noticed(tmp_path: Path) -> None:
    """Counter-test: a process that names the folder in its command line, or in its environment alone, is found."""
    wait = [sys.executable, "-c", "input()"]
    with (
        subprocess.Popen([*wait, str(tmp_path)], stdin=subprocess.PIPE) as named,
        subprocess.Popen(wait, stdin=subprocess.PIPE, env=os.environ | {"GRANTS_INSTANCE": str(tmp_path)}) as marked,
    ):
        found = list(running(str(tmp_path)))
        for each in (named, marked):
            each.terminate()

    assert len(found) == 2

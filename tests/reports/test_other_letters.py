"""The decline letter, and the receipt for a submission."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import reports
from reports.snapshots import Feedback, Snapshot, parse
from tests.reports import examples, reading

CODED = {
    "number": "X-2026-0012",
    "code": "7K2M9QX4TB3WD",
    "check_url": "https://grants.example/v/X-2026-0012/7K2M9QX4TB3WD",
}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (examples.award_letter, "Letter X-2026-0012, code 7K2M-9QX4T-B3WD, version 1"),
        (examples.decline_letter, "Letter X-2026-0012, code 7K2M-9QX4T-B3WD, version 1"),
        (examples.receipt, "Receipt X-2026-0012, code 7K2M-9QX4T-B3WD, version 1"),
        (examples.impact_report, "Report X-2026-0012, code 7K2M-9QX4T-B3WD, version 1, issued on"),
    ],
)
def test_a_document_shows_the_code_that_verifies_it(make: Callable[..., Snapshot], sentence: str) -> None:
    words = reading.words(reports.render(make("en", **CODED)).pdf)

    assert words.count(sentence) == 1
    assert words.replace(" ", "").count("grants.example/v/X-2026-0012/7K2M9QX4TB3WD") == 1


def test_the_decline_letter_gives_reasons_and_next_steps() -> None:
    words = reading.words(reports.render(examples.decline_letter("en")).pdf)

    assert words.count("Of the 31 applications received, 9 have been funded.") == 1
    assert words.count("Your score 3.1 Average of funded proposals 4.2 Maximum score 5") == 1
    assert words.count("Ce qui a manqué Les accords avec les écoles ne sont pas joints.") == 1
    assert words.count("appeal until 1 February 2026. To do so, write to grants@example.org") == 1


def test_the_decline_letter_gives_a_single_reason_without_a_heading() -> None:
    letter = examples.decline_letter("en", feedback=(Feedback(text="The need is not shown."),))

    words = reading.words(reports.render(letter).pdf)

    assert words.count("Reasons for our decision The need is not shown. What you can do") == 1


def test_the_figures_of_a_call_that_is_not_all_decided_are_those_so_far() -> None:
    words = reading.words(reports.render(examples.decline_letter("en", so_far=True, funded=1)).pdf)

    assert words.count("Of the 31 applications received, 1 has been funded so far.") == 1


def test_the_letter_about_an_application_that_is_not_eligible_does_not_compare_it() -> None:
    words = reading.words(reports.render(examples.decline_letter("en", eligible=False)).pdf)

    assert "“Une station de mesure pour la capitale” is not eligible" in words
    assert "your application BTN-26-0002 does not meet the rules of the call “Beyond the Net 2026”, so we" in words
    assert not re.search("not funded|not selected|been funded", words)


def test_the_decline_letter_of_a_call_without_awards_gives_no_number_of_funded_proposals() -> None:
    words = reading.words(reports.render(examples.decline_letter("en", funded=0)).pdf)

    assert words.count("was not selected for funding. Below you will find the reasons") == 1


def test_a_receipt_without_files_has_no_column_of_sizes() -> None:
    words = reading.words(reports.render(examples.receipt("en", files=())).pdf)

    assert words.count("Item and its SHA-256 fingerprint Proposal as submitted") == 1


@pytest.mark.parametrize(("stage", "name"), [("alert", "Alert"), ("statement", "Statement of interest")])
def test_a_receipt_names_the_stage_that_was_submitted(stage: str, name: str) -> None:
    words = reading.words(reports.render(examples.receipt("en", stage=stage)).pdf)

    assert words.count(f"{name} received: “{examples.PROJECT}”") == 1
    assert words.count(f"We received your {name.lower()} BTN-26-0001") == 1
    assert words.count(f"{name} as submitted") == 1
    assert "roposal" not in words
    assert ("Requested" in words) == (stage == "statement")


def test_a_statement_that_is_not_selected_is_named() -> None:
    words = reading.words(reports.render(examples.decline_letter("en", stage="statement")).pdf)

    assert "your statement of interest BTN-26-0002, submitted under the call" in words


def test_long_feedback_continues_on_more_pages_and_loses_nothing() -> None:
    points = tuple(Feedback(heading=f"Point {index}", text="Un mot et un autre. " * 60) for index in range(12))

    printed = reports.render(examples.decline_letter(feedback=points))

    words = reading.words(printed.pdf)
    assert printed.pages > 2
    assert [words.count(f"Point {index} Un mot") for index in range(12)] == [1] * 12


def test_the_receipt_contains_the_hash_of_the_submission() -> None:
    receipt = examples.receipt("en")

    words = reading.words(reports.render(receipt).pdf)

    assert words.count("on 30 November 2025 at 20:41:07 UTC. It was submitted by Hanta Rakoto (demo)") == 1
    assert words.count(f"Proposal as submitted {receipt.submitted_sha256}") == 1
    assert words.count(f"{receipt.files[0].name} {receipt.files[0].sha256} 182.4 kB") == 1
    assert words.count("There is nothing for you to do now. You will hear from us by 15 January 2026.") == 1


def test_the_receipt_for_an_answer_says_so_and_names_the_receipt_that_it_replaces() -> None:
    first, answer = (
        reading.words(reports.render(examples.receipt("en", replaces=number)).pdf) for number in ("", "Q-7")
    )

    assert "Answer received: “Community networks" in answer
    assert "We received your answer to our question about your proposal BTN-26-0001" in answer
    assert "This receipt replaces receipt Q-7." in answer
    assert "Proposal and answer, as submitted" in answer
    assert "evised" not in answer
    assert "nswer" not in first
    assert "replaces" not in first
    assert "Receipt R-2025-0040, version 1" in first


def test_a_first_receipt_is_stored_as_in_earlier_releases() -> None:
    stored = examples.receipt("en").model_dump(mode="json")

    assert not {"replaces", "stage"} & stored.keys()
    assert parse(stored) == examples.receipt("en")


def test_a_decline_letter_after_all_decisions_is_stored_as_in_earlier_releases() -> None:
    letter = examples.decline_letter("en")
    stored = letter.model_dump(mode="json")

    assert not {"stage", "eligible", "so_far"} & stored.keys()
    assert parse(stored) == letter


def test_the_stage_and_the_result_are_stored_and_read() -> None:
    letter = examples.decline_letter("en", stage="statement", eligible=False, so_far=True)

    assert parse(letter.model_dump(mode="json")) == letter

"""The decline letter, and the acknowledgement of a submission."""

from __future__ import annotations

import reports
from reports.snapshots import Feedback
from tests.reports import examples, reading


def test_the_decline_letter_gives_reasons_and_next_steps() -> None:
    words = reading.words(reports.render(examples.decline_letter("en")).pdf)

    assert words.count("Under the call “Beyond the Net 2026”, 9 of 31 proposals are funded.") == 1
    assert words.count("Your score 3.1 Average of funded proposals 4.2 Maximum score 5") == 1
    assert words.count("Ce qui a manqué Les accords avec les écoles ne sont pas joints.") == 1
    assert words.count("appeal until 1 February 2026.") == 1


def test_long_feedback_continues_on_more_pages_and_loses_nothing() -> None:
    points = tuple(Feedback(heading=f"Point {index}", text="Un mot et un autre. " * 60) for index in range(12))

    printed = reports.render(examples.decline_letter(feedback=points))

    words = reading.words(printed.pdf)
    assert printed.pages > 2
    assert [words.count(f"Point {index} Un mot") for index in range(12)] == [1] * 12


def test_the_acknowledgement_contains_the_hash_of_the_submission() -> None:
    receipt = examples.receipt("en")

    words = reading.words(reports.render(receipt).pdf)

    assert words.count("on 30 November 2025, 20:41:07 UTC. It was submitted by Hanta Rakoto (demo)") == 1
    assert words.count(f"Proposal as submitted {receipt.submitted_sha256}") == 1
    assert words.count(f"{receipt.files[0].name} {receipt.files[0].sha256} 182.4 kB") == 1
    assert words.count("There is nothing for you to do now. You will hear from us by 15 January 2026.") == 1

"""The table of kinds: sentences that say what to do, limits, and advice for formats that are not accepted."""

from __future__ import annotations

import re

import pytest

from workflows import attachments
from workflows.attachments import BETTER, KINDS, NOTES, PDF, PICTURE, REFUSALS, USUAL, Note, Reason


def test_every_reason_and_note_has_a_sentence() -> None:
    assert set(REFUSALS) == set(Reason)
    assert set(NOTES) == set(Note)


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_says_what_is_wrong_and_what_to_do(reason: Reason) -> None:
    sentences = re.split(r"(?<=[.)])\s", REFUSALS[reason])

    assert len(sentences) >= 2
    assert REFUSALS[reason].endswith((".", "%(why)s"))


def test_an_extension_belongs_to_one_format() -> None:
    endings = [ending for kind in KINDS.values() for form in kind.formats for ending in form.extensions]

    assert len(endings) == len(set(endings))
    assert set(endings).isdisjoint(BETTER)
    assert set(BETTER.values()) <= set(endings)


def test_a_format_that_is_not_accepted_is_answered_with_one_that_is() -> None:
    assert attachments.unaccepted(".doc", USUAL) == (Reason.SAVE_AS, {"extension": ".doc", "better": ".docx"})


def test_no_format_is_advised_that_the_form_does_not_accept() -> None:
    reason, values = attachments.unaccepted(".doc", (PDF, PICTURE))

    assert str(attachments.refusal(reason, **values)) == (
        "Files of this type cannot be attached. Attach a file of one of these types: PDF, JPEG, PNG, WebP, TIFF."
    )


def test_archives_are_accepted_only_where_a_form_says_so() -> None:
    assert attachments.found(".zip", USUAL) is None
    assert attachments.found(".zip", KINDS.values()) is not None

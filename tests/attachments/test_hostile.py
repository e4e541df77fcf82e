"""Every hostile file is refused, each with the sentence that names what is wrong."""

from __future__ import annotations

import pytest

from grants.outside.inspection.verdict import Refused, Verdict
from tests.attachments import hostile, looking
from tests.attachments.hostile import Case
from tests.attachments.looking import Upload


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Verdict]:
    """The verdict on each case."""
    uploads = (Upload(case.name, case.data()) for case in hostile.CASES)
    return dict(zip(hostile.CASES, looking.verdicts(uploads, tmp_path_factory.mktemp("hostile")), strict=True))


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: f"{case.name}: {case.title}")
def test_a_hostile_file_is_refused_for_the_right_reason(case: Case, found: dict[Case, Verdict]) -> None:
    verdict = found[case]

    assert isinstance(verdict, Refused), verdict
    assert verdict.reason is case.reason, verdict.message
    assert str(verdict.message).endswith(".")


def test_there_are_enough_of_each() -> None:
    assert len(hostile.CASES) >= 52

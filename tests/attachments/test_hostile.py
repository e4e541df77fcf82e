"""Every hostile file is refused, each with the sentence that names what is wrong.

`make test` reads them all in its own process, and one for each reason in a process of its own as the system does it;
`make sweep` reads all of them in processes of their own.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageFile

from grants.outside.inspection import inspector
from grants.outside.inspection.verdict import Refused, Verdict
from tests.attachments import hostile, looking
from tests.attachments.hostile import Case
from tests.attachments.looking import Upload
from tests.sweeps import swept
from workflows.attachments import Reason

CASES = [pytest.param(case, id=f"{case.name}: {case.title}") for case in hostile.CASES]


def is_refused(verdict: Verdict, case: Case) -> bool:
    """Whether the verdict has the reason of the case, and a sentence."""
    assert isinstance(verdict, Refused), verdict
    assert verdict.reason is case.reason, verdict.message
    return str(verdict.message).endswith(".")


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused_for_the_right_reason(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspector, "_read", looking.read_here)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)  # WeasyPrint sets it where it is loaded

    assert is_refused(looking.verdict(Upload(case.name, case.data()), tmp_path / "one"), case)


@pytest.mark.parametrize("case", swept(CASES, lambda case: case.reason))
def test_it_is_refused_by_a_process_of_its_own(case: Case, tmp_path: Path) -> None:
    assert is_refused(looking.verdict(Upload(case.name, case.data()), tmp_path / "one"), case)


def test_every_reason_that_a_file_gives_has_a_hostile_file() -> None:
    """The others are the ends of a process, and the virus scanner."""
    elsewhere = {Reason.CRASHED, Reason.TOO_SLOW, Reason.TOO_MUCH_MEMORY, Reason.INFECTED}

    assert {case.reason for case in hostile.CASES} == set(Reason) - elsewhere

"""The officer's eligibility checklist of one application."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flask import url_for

from grants.forms.checks import CheckForm
from grants.models import Application, Check, Submission
from grants.web.site.components import Problem
from grants.web.site.formats import translate

MARKS = {"passed": "tick", "failed": "cross"}


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the checklist. check: its verdict, if given; form: the form that records one, sent to `url`.

    lost: whether its verdict no longer counts. submission: the number of the one that is read and judged. version: of
    its verdict, 0 for none.
    """

    key: str
    title: str
    check: Check | None
    lost: bool
    form: CheckForm
    url: str
    submission: int

    @property
    def version(self) -> int:
        """The version of the verdict that the line shows."""
        return self.check.version if self.check else 0

    @property
    def mark(self) -> str:
        """The mark of the verdict: tick, cross, or ring if there is none that counts."""
        return MARKS[self.check.verdict] if self.check and not self.lost else "ring"

    @property
    def wrong(self) -> bool:
        """Whether the form was submitted with errors."""
        return bool(self.form.errors)


def lines(
    application: Application,
    submission: Submission | None,
    checks: Iterable[Check],
    returned: tuple[str, CheckForm] | None,
    *,
    lost: Collection[int],
) -> list[ChecklistLine]:
    """Each line of the call's checklist, with the results for this submission.

    returned: key and form of a line that was submitted with errors. lost: the people whose results no longer count.
    """
    given = {check.key: check for check in checks}
    return [
        ChecklistLine(
            key=key,
            title=translate(title),
            check=given.get(key),
            lost=key in given and given[key].by in lost,
            form=returned[1] if returned and returned[0] == key else _form(key, given.get(key)),
            url=url_for("checks.give", id=application.id, key=key),
            submission=submission.number if submission else 0,
        )
        for key, title in application.call.data.checks
    ]


def _form(key: str, check: Check | None) -> CheckForm:
    return CheckForm(prefix=f"{key}-", data={"verdict": check and check.verdict, "note": check and check.note})


def problems(lines: list[ChecklistLine]) -> list[Problem]:
    """The first error of the line that was not saved, for the error summary."""
    return [Problem(f"{line.title}: {_first_error(line.form)}", f"#check-{line.key}") for line in lines if line.wrong]


def _first_error(form: CheckForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)

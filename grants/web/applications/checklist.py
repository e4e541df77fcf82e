"""The officer's eligibility checklist of one application."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from grants.forms.checks import CheckForm
from grants.models import Application, Check
from grants.queries import applications
from grants.web.site.components import Problem
from grants.web.site.formats import translate

MARKS = {"passed": "tick", "failed": "cross"}


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the checklist. check: its verdict, if given; form: the form that records one, sent to `url`."""

    key: str
    title: str
    check: Check | None
    form: CheckForm
    url: str

    @property
    def mark(self) -> str:
        """The mark of the verdict: tick, cross, or ring if there is none."""
        return MARKS[self.check.verdict] if self.check else "ring"

    @property
    def wrong(self) -> bool:
        """Whether the form was submitted with errors."""
        return bool(self.form.errors)


def lines(application: Application, returned: tuple[str, CheckForm] | None) -> list[ChecklistLine]:
    """Each line of the call's checklist. returned: key and form of a line that was submitted with errors."""
    given = {check.key: check for check in applications.checks(application)}
    return [
        _line(
            application, key, translate(title), given.get(key), returned[1] if returned and returned[0] == key else None
        )
        for key, title in application.call.data.checks
    ]


def _line(application: Application, key: str, title: str, check: Check | None, form: CheckForm | None) -> ChecklistLine:
    held = {"verdict": check and check.verdict, "note": check and check.note}
    return ChecklistLine(
        key=key,
        title=title,
        check=check,
        form=form or CheckForm(prefix=f"{key}-", data=held),
        url=url_for("checks.give", id=application.id, key=key),
    )


def problems(lines: list[ChecklistLine]) -> list[Problem]:
    """The first error of the line that was not saved, for the error summary."""
    return [Problem(f"{line.title}: {_first_error(line.form)}", f"#check-{line.key}") for line in lines if line.wrong]


def _first_error(form: CheckForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)

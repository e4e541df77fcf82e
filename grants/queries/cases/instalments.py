"""The facts about instalments that the guards of their flow read, and their conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from grants.db import cached_for_page, db
from grants.models import Award, Instalment, Report
from workflows import cases
from workflows.engine.message import Message


def cases_of(rows: Sequence[Instalment]) -> list[cases.InstalmentCase]:
    """The cases of these instalments, in a bounded number of queries for any number."""
    awards = frozenset(row.award_id for row in rows)
    if len(awards) > 1:
        _load_awards(awards)
    reports = reports_of(awards)
    return [
        cases.InstalmentCase(
            step=row.step,
            application=row.award.application.step,
            waits_for=tuple(message for message, holds in _conditions(row, reports[row.award_id]) if not holds),
        )
        for row in rows
    ]


def conditions(row: Instalment) -> list[tuple[Message, bool]]:
    """Each condition of an instalment as a message, and whether it is met."""
    return _conditions(row, reports_of(frozenset({row.award_id}))[row.award_id])


def freed_by(award: Award, condition: str) -> list[Instalment]:
    """The planned instalments that become payable as soon as this condition, which is not met yet, is met."""
    found: list[Instalment] = []
    for row in award.instalments:
        lacking = [message for message, holds in conditions(row) if not holds]
        held_up = any(
            one.step == "planned" and one.number < row.number and one not in found for one in award.instalments
        )
        if row.step == "planned" and condition in row.conditions and len(lacking) == 1 and not held_up:
            found.append(row)
    return found


def _load_awards(ids: frozenset[int]) -> None:
    """Load the awards with their applications, agreements and instalments, so that they are not loaded one by one."""
    options = joinedload(Award.application), joinedload(Award.agreement), selectinload(Award.instalments)
    db.session.scalars(select(Award).where(Award.id.in_(ids)).order_by(Award.id).options(*options)).all()


@cached_for_page
def reports_of(awards: frozenset[int]) -> dict[int, dict[int, Report]]:
    """The reports of these awards, by award and number."""
    found: dict[int, dict[int, Report]] = {award: {} for award in awards}
    wanted = select(Report).where(Report.award_id.in_(awards)).order_by(Report.award_id, Report.number)
    for report in db.session.scalars(wanted):
        found[report.award_id][report.number] = report
    return found


def _conditions(row: Instalment, reports: Mapping[int, Report]) -> list[tuple[Message, bool]]:
    found: list[tuple[Message, bool]] = []
    for condition in row.conditions:
        kind, _, number = condition.partition(":")
        if kind == "agreement":
            found.append((Message("Agreement signed by both parties"), row.award.agreement.step == "signed"))
        elif kind == "condition":
            found.append((Message("Condition of the award met"), not row.award.conditional))
        else:
            report = reports[int(number)]
            found.append(
                (
                    Message("%(report)s approved (due on %(day)s)", report=Message(report.title), day=report.due_on),
                    report.step == "approved",
                )
            )
    found += [
        (Message("Instalment %(number)s payable", number=one.number), False)
        for one in row.award.instalments
        if one.number < row.number and one.step == "planned" and found and all(holds for _, holds in found)
    ]
    return found

"""What a page of one row always reads with it: the rows that decide about access, and their call and organisation."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from grants.db import Model
from grants.models import Agreement, Application, Assignment, Award, Batch, Call, Report, Submission


def _with_application(attribute: Any) -> tuple[ExecutableOption, ...]:
    """The application of a row, with its call and its organisation."""
    application = joinedload(attribute)
    return application.joinedload(Application.call), application.joinedload(Application.organisation)


OPTIONS: dict[type[Model], tuple[ExecutableOption, ...]] = {
    Application: (joinedload(Application.call), joinedload(Application.organisation)),
    Assignment: (
        *_with_application(Assignment.application),
        joinedload(Assignment.person),
        joinedload(Assignment.review),
        joinedload(Assignment.submission).joinedload(Submission.written),
    ),
    Award: (
        *_with_application(Award.application),
        joinedload(Award.application).joinedload(Application.call).joinedload(Call.fund),
        joinedload(Award.profile),
        joinedload(Award.agreement).joinedload(Agreement.signer),
        joinedload(Award.agreement).joinedload(Agreement.countersigner),
    ),
    Batch: (joinedload(Batch.fund),),
    Call: (joinedload(Call.fund),),
    Report: (
        joinedload(Report.award).joinedload(Award.application).joinedload(Application.call),
        joinedload(Report.award).joinedload(Award.application).joinedload(Application.organisation),
        joinedload(Report.award).joinedload(Award.agreement),
    ),
}
"""By the model of the row. In one statement instead of one for each of these rows."""

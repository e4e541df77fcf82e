"""What the public may know: open calls and recently funded projects. No query here depends on the principal."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from grants.db import GRANTS_NOW, cached_for_page, db
from grants.models import Agreement, Application, Award, Call, SubmissionContent
from grants.queries.reviews.scores import FUNDED

MOST = 50
RECENT = 100


@cached_for_page
def open_calls() -> list[Call]:
    """Calls that accept applications now: those that close first, then those without a closing date."""
    running = (
        Call.step == "open",
        Call.opens_at <= GRANTS_NOW,
        (Call.closes_at.is_(None)) | (Call.closes_at > GRANTS_NOW),
    )
    return list(
        db.session.scalars(
            select(Call).where(*running).order_by(Call.closes_at.nulls_last(), Call.title, Call.id).limit(MOST)
        )
    )


def recently_funded(most: int = 4) -> list[Award]:
    """Signed grants of the newest hundred whose applicants agreed to publication, each with its organisation."""
    published = SubmissionContent.content["declares_published"].as_boolean()
    newest = select(Award.id).order_by(Award.made_at.desc(), Award.id.desc()).limit(RECENT)
    return list(
        db.session.scalars(
            select(Award)
            .join(Award.application)
            .join(Award.agreement)
            .join(SubmissionContent, SubmissionContent.submission_id == Application.submission_id)
            .where(Agreement.step == "signed", Award.id.in_(newest), published, Application.step.in_(FUNDED))
            .options(
                contains_eager(Award.application).load_only(Application.title, Application.organisation_id),
                contains_eager(Award.application).joinedload(Application.organisation, innerjoin=True),
            )
            .order_by(Award.made_at.desc(), Award.id.desc())
            .limit(most)
        )
    )

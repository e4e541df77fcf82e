"""The submitted reviews of an application side by side, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grants.access.principals import Principal
from grants.models import Application
from grants.queries.reviews import written
from grants.queries.reviews.written import Board
from grants.web.site.formats import translate


@dataclass(frozen=True, slots=True)
class Comparison:
    """The reviews of the current stage, then those of earlier ones.

    needed: reviews required in the current stage. titles: of the stages, by key. hidden: whether the reader reviews the
    application, and must not read the others before they have submitted theirs.
    """

    application: Application
    boards: tuple[Board, ...]
    needed: int
    titles: Mapping[str, str]
    hidden: bool


def compared(application: Application, reader: Principal) -> Comparison:
    """The reviews of the current stage side by side, followed by those of earlier stages."""
    assignments, rubric = written.of(application), application.call.data.rubric
    hidden = application.id in reader.reviewing
    stages = list(dict.fromkeys([application.stage, *(a.stage for a in assignments)]))
    boards = [written.board(() if hidden else assignments, rubric, stage) for stage in stages]
    return Comparison(
        application=application,
        boards=tuple(b for b in boards if b.assignments or b.stage == application.stage),
        needed=application.call.data.stage(application.stage).reviews,
        titles={s.key: translate(s.title) for s in application.call.data.stages},
        hidden=hidden,
    )

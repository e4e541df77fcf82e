"""What stands at the address of a draft that was discarded: when and by whom, and nothing of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import jsonify
from werkzeug.wrappers import Response

from grants.models import Application
from grants.queries import history
from grants.web.site import timeline
from grants.web.site.authorization import principal
from grants.web.site.autosave import automatic
from grants.web.site.navigation import page
from grants.web.site.timeline import Entry


@dataclass(frozen=True, slots=True)
class DiscardedPage:
    """A discarded draft. at: when it was discarded. late: whether the reader has just tried to save into it."""

    application: Application
    at: datetime
    entries: Sequence[Entry]
    late: bool


def discarded_page(application: Application, *, late: bool = False) -> str:
    """The page of a discarded draft for the people of the applicant."""
    entries = timeline.entries(history.of(application, principal()))
    return page("drafts/discarded.html", DiscardedPage(application, application.step_at, entries, late))


def refused_save(application: Application) -> tuple[Response | str, int]:
    """The answer to a save into a discarded draft, 409; nothing of the save is kept."""
    if automatic():
        return jsonify(notice=page("drafts/discarded_notice.html", application)), 409
    return discarded_page(application, late=True), 409

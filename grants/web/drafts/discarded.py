"""What stands at the address of a draft that was discarded: when and by whom, and nothing of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import jsonify
from werkzeug.wrappers import Response

from grants.models import Application
from grants.queries import history
from grants.services.refusals import Refused
from grants.web.site import timeline
from grants.web.site.authorization import principal
from grants.web.site.autosave import automatic
from grants.web.site.navigation import page
from grants.web.site.timeline import Entry
from workflows.engine.message import N_, Message


@dataclass(frozen=True, slots=True)
class DiscardedPage:
    """A discarded draft. at: when it was discarded."""

    application: Application
    at: datetime
    entries: Sequence[Entry]


def discarded_page(application: Application) -> str:
    """The page of a discarded draft for the people of the applicant."""
    entries = timeline.entries(history.of(application, principal()))
    return page("drafts/discarded.html", DiscardedPage(application, application.step_at, entries))


def refused_save(application: Application) -> tuple[Response, int]:
    """The answer to an automatic save into a discarded draft, 409; nothing of the save is kept.

    Raises Refused for a form, so that the page of the refusal repeats what was typed.
    """
    if not automatic():
        text = N_("This draft was discarded on %(at)s. It was never submitted and cannot be restored.")
        raise Refused(Message(text, at=application.step_at))
    return jsonify(notice=page("drafts/discarded_notice.html", application)), 409

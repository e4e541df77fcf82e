"""The answer to an officer's question: written above the form of the proposal, and saved and compared with it."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext
from wtforms.validators import ValidationError

from grants.forms.base import refuse_excess
from grants.forms.cleaning import cleaned
from grants.forms.proposals import kept_texts
from grants.models import Application, ApplicationSave
from grants.queries import history
from grants.queries.applications.drafts import WRITABLE
from grants.web.site.authorization import principal
from grants.web.site.labels import Texts
from workflows.engine.message import N_
from workflows.forms.contents import REPLY

LABEL = N_("Your answer to our question")


def sent_in(application: Application, sent: Texts) -> str | None:
    """The answer in a form, whole; None if nothing is asked, or if the form had no place for it."""
    return cleaned(sent.get(REPLY)) if application.step == "question" else None


def problems(application: Application, text: str) -> Iterator[tuple[str, str]]:
    """(name of the field, error) for an answer that cannot be sent, with the sentence of sending."""
    if application.step == "question":
        try:
            refuse_excess(text, gettext(LABEL))
        except ValidationError as wrong:
            yield REPLY, str(wrong)


def kept_in(row: ApplicationSave) -> str | None:
    """The answer in a rejected save; None if it has none."""
    return cleaned(kept_texts(row.content).get(REPLY))


def comparable(application: Application) -> bool:
    """Whether an answer that arrives, or arrived, belongs to a question of the officer."""
    if application.step in WRITABLE:
        return application.step == "question"
    return any(event.key == "ask" for event in history.of(application, principal()))

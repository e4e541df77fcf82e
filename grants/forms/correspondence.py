"""Forms of messages and internal notes: two forms, so that no note is sent by mistake."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import SelectField

from grants.forms.base import Form
from grants.forms.reviews import text


class MessageForm(Form):
    """A message to the other side. about: the application, its award, or a report, where there is one."""

    about = SelectField(lazy_gettext("About"), choices=[], default="")
    body = text(lazy_gettext("Message"), missing=lazy_gettext("Enter your message."))


class NoteForm(Form):
    """An internal note of the Foundation."""

    note = text(lazy_gettext("New internal note"), missing=lazy_gettext("Enter the note."))

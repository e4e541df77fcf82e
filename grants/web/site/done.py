"""What the reader has done a moment ago, on the page that follows: the words of the event in the history.

After a signature they are followed by the name that was typed.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext

from grants.queries import history
from grants.web.site.authorization import LARGEST_ID, principal
from grants.web.site.formats import translate
from workflows.forms.values import WHOLE, whole

EVENT = "event"
"""The argument of the address that names the event."""


def after(row: Any, key: str, address: str) -> str:
    """The address of the page that follows an action of the reader on a row, which says what was done."""
    event = history.newest(row.__tablename__, row.id, key, principal())
    return f"{address}{'&' if '?' in address else '?'}{EVENT}={event}" if event else address


def sentence() -> str:
    """The sentence for the event in the address, if it is the reader's own; else empty."""
    text = request.args.get(EVENT, "")
    if not principal().id or not WHOLE.fullmatch(text) or whole(text) > LARGEST_ID:
        return ""
    found = history.done_by(whole(text), principal())
    if found is None:
        return ""
    event = translate(found.message)
    if found.account:
        return gettext("%(event)s. You signed as “%(name)s”.", event=event, name=found.words.get("name", ""))
    return gettext("%(event)s.", event=event)

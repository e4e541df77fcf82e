"""Whether the person at a signed-in browser is the owner of the account, for what a stranger must not change there."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext

from grants.models import Person
from grants.queries.sessions import COOKIE, current
from grants.services import sessions
from grants.services.sessions import Attempt, NotSignedIn, TooMany
from grants.web.sessions.passwords import verified
from grants.web.site.formats import translate


def is_recent() -> bool:
    """Whether the session of this request was opened within RECENT."""
    found = current(request.cookies.get(COOKIE, ""))
    return found is not None and found.is_recent


def asked_for(form: Any, person: Person) -> Any:
    """The form, without the field for the password if the account has none."""
    if person.password_hash is None:
        del form.present_password
    return form


def identify(form: Any, email: str) -> Attempt | None:
    """The attempt with the password of the form, to be withdrawn; None, and an error in the form, if it is wrong.

    Wrong passwords count like those of the sign-in page.
    """
    try:
        return verified(email, form.present_password.data or "")
    except TooMany as error:
        form.present_password.errors = [translate(error.reason)]
    except NotSignedIn:
        form.present_password.errors = [gettext("This is not your current password.")]
    return None


def withdraw(tried: Attempt | None) -> None:
    """Count the attempt no longer, if there was one."""
    if tried is not None:
        sessions.withdraw(tried)

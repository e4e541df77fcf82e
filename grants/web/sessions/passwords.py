"""Comparing a password that was typed, whose failures are counted."""

from __future__ import annotations

from flask import current_app, request

from grants.db import db, transaction
from grants.outside import greenlets
from grants.services import sessions
from grants.services.sessions import Attempt


def verified(email: str, password: str) -> Attempt:
    """The attempt with the right password; raises NotSignedIn, TooMany or Busy.

    The attempt is stored before the password is compared, and nothing is open then.
    """
    db.session.rollback()  # the time of arrival was read: nobody who waits here holds a connection
    with sessions.slot(sessions.COUNTING_SLOTS), transaction():
        tried = sessions.attempt(email=email, address=request.remote_addr or "")
    try:
        sessions.verify(tried, password, current_app.extensions["settings"], greenlets.aside)
    except sessions.Busy:
        with transaction():
            sessions.withdraw(tried)
        raise
    return tried

"""The programme officer who is named on every page of an applicant: of an application, a draft, an award, a report."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, url_for

from grants.access.principals import application_of
from grants.db import db
from grants.models import Application
from grants.queries import correspondence
from grants.web.site.authorization import loaded, principal


@dataclass(frozen=True, slots=True)
class Contact:
    """The officer of the application. messages: the address of its messages, empty for a draft."""

    name: str
    email: str
    messages: str


def init_app(app: Flask) -> None:
    """Give the frame of all pages the contact of the page; it is asked for where the frame shows it."""
    app.jinja_env.globals["contact"] = contact


def contact() -> Contact | None:
    """The officer of what the page has loaded, for a reader on its applicant's side; None on any other page."""
    application = _own()
    officer = correspondence.officer_of(application) if application else None
    if application is None or officer is None:
        return None
    sent = application.reference is not None
    address = url_for("correspondence.show", id=application.id, _anchor="unread") if sent else ""
    return Contact(officer.name, officer.email, address)


def _own() -> Application | None:
    """The application that the page is about, if the reader acts for its applicant and has not discarded it."""
    if not principal().organisations:
        return None
    for one in reversed(loaded()):
        row = db.session.get(one.model, one.id)
        application = application_of(row) if row is not None else None
        if application is not None and application.organisation_id in principal().organisations:
            return None if application.discarded else application
    return None

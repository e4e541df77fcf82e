"""The contacts of the chapters in the demonstration sign in with its password."""

from __future__ import annotations

from flask import Flask

from grants.db import db
from grants.demo import crowd
from grants.demo.cast import PASSWORD, seat
from grants.demo.proposals import read
from grants.models import Organisation
from grants.services.sessions import hasher


def test_every_contact_of_a_chapter_signs_in_with_the_password_of_the_cast(app: Flask) -> None:
    settings = app.extensions["settings"]
    with app.app_context():
        seat(settings)
        proposal = read(crowd.RECOMMENDED)
        chapter = db.session.query(Organisation).filter_by(name=proposal.organisation).one()

        people = crowd._people(chapter, crowd.RECOMMENDED, proposal)  # noqa: SLF001 - its only caller writes proposals

        assert people[0].email == crowd.contact(crowd.RECOMMENDED, chapter.country)
        assert all(one.password_hash and hasher(settings).verify(one.password_hash, PASSWORD) for one in people)

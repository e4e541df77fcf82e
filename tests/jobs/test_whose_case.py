"""A mail says whose case it is about: the applicant, the officer to write to, the page, and whose text it quotes."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.jobs import mailing
from grants.language import of_mail
from grants.models import Application, Award, Outbox
from grants.queries import recipients
from grants.services import outbox, transitions
from grants.services.reviews import conflicts
from tests import world as w
from workflows.engine.flow import Notification
from workflows.engine.message import Message
from workflows.engine.roles import Role

pytestmark = pytest.mark.ground("submitted")
OLD = "The applicant has withdrawn application %(reference)s. You do not need to do anything more for it.\n\n%(reason)s"
WITHDRAWN = {
    "en": (
        "Chapter MG has withdrawn application {}. You do not need to do anything more for it.",
        "Reason: The mast fell down.",
    ),
    "fr": (
        "Chapter MG a retiré la candidature {}. Vous n’avez plus rien à faire à son sujet.",
        "Motif\u202f: The mast fell down.",
    ),
    "es": (
        "Chapter MG ha retirado la solicitud {}. Ya no tiene que hacer nada al respecto.",
        "Motivo: The mast fell down.",
    ),
}
OPEN = {
    "en": "Open the application: http://localhost/applications/1",
    "fr": "Ouvrir la candidature\u202f: http://localhost/applications/1",
    "es": "Abrir la solicitud: http://localhost/applications/1",
}
EARLIER = {
    "en": "The applicant has withdrawn application A-2026-1. You do not need to do anything more for it.",
    "fr": "Le candidat a retiré la candidature A-2026-1. Vous n’avez plus rien à faire à son sujet.",
    "es": "El solicitante ha retirado la solicitud A-2026-1. Ya no tiene que hacer nada al respecto.",
}
CONTACTS = {
    "en": "Your contact is {0} (demo), {1}@example.org.",
    "fr": "Votre contact est {0} (demo), {1}@example.org.",
    "es": "Su persona de contacto es {0} (demo), {1}@example.org.",
}


def newest(role: Role) -> Outbox:
    """The newest mail to somebody in this role."""
    rows = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id.desc())
    return next(row for row in rows if row.args["role"] == role)


def paragraphs(row: Outbox, language: str = "en") -> list[str]:
    """The paragraphs of the mail as it is sent in this language."""
    held = outbox.Claim(row.id, 1, row.kind, row.args)
    with transaction():
        people = w.found().people.values()
        person = next(one for one in people if one.id == row.args["person"])
        person.language = language
        w.recorded()
    return mailing.written(held, person).get_payload(0).get_payload(decode=True).decode().rstrip("\n").split("\n\n")  # type: ignore[union-attr]


@pytest.mark.parametrize("language", WITHDRAWN)
@pytest.mark.parametrize("reason", ["The mast fell down.", ""])
def test_a_withdrawal_names_the_applicant_and_labels_the_reason(app: Flask, language: str, reason: str) -> None:
    with app.app_context():
        row = db.session.query(Application).one()
        w.apply(w.found(), row, "withdraw", "mg1", Role.APPLICANT, reason=reason)
        reference = row.reference
        _, *found = paragraphs(newest(Role.OFFICER), language)

    text, labelled = WITHDRAWN[language]
    expected = [text.format(reference), *([labelled] if reason else [])]
    assert found == [*expected, OPEN[language], "Internet Society Foundation"]


@pytest.mark.parametrize("language", EARLIER)
def test_a_mail_of_an_earlier_release_is_translated_as_it_was_queued(language: str) -> None:
    stored = Message(OLD, reference="A-2026-1", reason="The mast fell down.").as_json()

    assert of_mail(language).translate(Message.from_json(stored)) == EARLIER[language] + "\n\nThe mast fell down."


@pytest.mark.parametrize("language", CONTACTS)
def test_a_mail_to_the_applicant_names_the_officer(app: Flask, language: str) -> None:
    with app.app_context():
        row = db.session.query(Application).one()
        w.apply(w.found(), row, "ask", "omar", Role.OFFICER, question="Who owns the mast?")
        first = paragraphs(newest(Role.APPLICANT), language)[-3]
        w.apply(w.found(), row, "answer", "mg1", Role.APPLICANT, answer="We do.")
        with transaction():
            actor = w.found().actor("olga", Role.OFFICER)
            conflicts.declare_as_staff(row, kinds=["money"], actor=actor, apply=transitions.apply)
        second = paragraphs(newest(Role.APPLICANT), language)[-3]

    assert [first, second] == [CONTACTS[language].format(name.title(), name) for name in ("olga", "omar")]


def test_if_visibility_were_not_asked_an_officer_with_a_conflict_would_be_named(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    with app.app_context():
        row = db.session.query(Application).one()
        with transaction():
            actor = w.found().actor("olga", Role.OFFICER)
            conflicts.declare_as_staff(row, kinds=["money"], actor=actor, apply=transitions.apply)
        monkeypatch.setattr(recipients, "shown", lambda _, asked: set(asked))

        assert "Olga (demo)" in paragraphs(newest(Role.APPLICANT))[-3]


def test_a_mail_without_an_officer_and_one_about_a_draft_name_none(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        world = w.found()
        draft = w.draft(world)
        text = Notification(Role.APPLICANT, "A text", "A text")
        with transaction():
            person = world.people["mg1"]
            outbox.mail(outbox.Mail([person], text, {}, application=draft, path="/applications/2"))
        unsent = paragraphs(newest(Role.APPLICANT))
        monkeypatch.setattr(recipients, "contact", lambda _: None)
        alone: list[Any] = [
            paragraphs(row)
            for row in db.session.query(Outbox).filter_by(kind="mail")
            if row.args["role"] == Role.APPLICANT
        ]

    assert unsent[1:] == ["A text", OPEN["en"].replace("/1", "/2"), "Internet Society Foundation"]
    assert not any("Your contact" in part for parts in alone for part in parts)


@pytest.mark.ground("active")
def test_mails_about_reports_and_payments_lead_to_their_pages(app: Flask) -> None:
    with app.app_context():
        world, award = w.found(), db.session.query(Award).one()
        found = [newest(Role.APPLICANT).args["path"]]
        w.paid(world, award)
        found.append(newest(Role.APPLICANT).args["path"])
        report = w.received(world, award, 1)
        w.apply(world, report, "send_back", "olga", Role.OFFICER, question="Who wrote the story?")
        found.append(newest(Role.APPLICANT).args["path"])

    assert found == [f"/awards/{award.id}", f"/awards/{award.id}", f"/reports/{report.id}"]

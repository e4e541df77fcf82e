"""A person's own account: name, languages and time zone."""

from __future__ import annotations

from email.message import Message as Email
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func

from config import LANGUAGES
from grants.db import db, transaction
from grants.demo.page_reader import Form
from grants.jobs import mailing
from grants.models import Event, Outbox, Person
from grants.queries.persons import memberships
from grants.services import locking, outbox, persons, transitions
from grants.web.persons import account, account_view
from tests import world as w
from tests.browser import Answer, Careful, browser, named
from workflows.engine.flow import Notification
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.mails.accounts import SIGN_IN_LINK

pytestmark = pytest.mark.ground("small")


def own(app: Flask, name: str = "mg1") -> Person:
    """The row of this person."""
    with app.app_context():
        person = named(name)
        db.session.expunge(person)
        return person


def facts(app: Flask, name: str = "mg1") -> tuple[Any, ...]:
    """What the person has set."""
    one = own(app, name)
    return one.name, one.language, one.mail_language, one.reading_languages, one.timezone


def events(app: Flask, name: str = "mg1") -> list[str]:
    """The events of the person, oldest first."""
    with app.app_context():
        wanted = db.session.query(Event).filter_by(subject="person", subject_id=named(name).id)
        return [str(Message.from_json(event.message)) for event in wanted.order_by(Event.number)]


def form(client: Careful) -> Form:
    """The form of the account."""
    return client.get("/account").page.form("/account")


def save(client: Careful, shown: Form | None = None, **fields: Any) -> Answer:
    """Send the form of the account with these values."""
    shown = shown or form(client)
    return client.post("/account", data={**shown.fields, **fields})


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are offered in French too."""
    monkeypatch.setitem(LANGUAGES, "fr", "Français")


def test_name_language_of_emails_and_time_zone_are_changed(app: Flask) -> None:
    client = browser(app, "mg1")

    answer = save(client, name=" Mia R. (demo) ", mail_language="fr", timezone="Indian/Antananarivo")
    after = client.get(answer.location).page

    assert facts(app) == ("Mia R. (demo)", "en", "fr", [], "Indian/Antananarivo")
    assert "Account details changed." in after.text
    assert events(app)[-1] == "Account details changed"
    assert (after.form("/account").fields["timezone"], after.form("/account").fields["mail_language"]) == (
        ["Indian/Antananarivo"],
        ["fr"],
    )


def test_when_emails_are_sent_is_chosen(app: Flask) -> None:
    client = browser(app, "mg1")
    shown = form(client)

    save(client, mail_delivery="daily")

    assert (shown.fields["mail_delivery"], own(app).mail_delivery) == (["immediate"], "daily")
    assert form(client).fields["mail_delivery"] == ["daily"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [("weekly", "Select one of the answers."), ("", "Select when emails are sent to you.")],
)
def test_another_way_to_send_emails_is_refused(app: Flask, wrong: str, sentence: str) -> None:
    answer = save(browser(app, "mg1"), mail_delivery=wrong)

    assert (answer.status_code, sentence in answer.page.text) == (422, True)
    assert own(app).mail_delivery == "immediate"


def test_nothing_is_recorded_if_nothing_is_different(app: Flask) -> None:
    client = browser(app, "mg1")
    save(client, mail_language="fr")
    before = events(app)

    save(client)

    assert events(app) == before


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "  "}, "Enter your name."),
        ({"name": "x" * 201}, "Enter 200 characters or fewer in “Name”: you entered 201."),
        ({"timezone": "Mars/Olympus"}, "Select a time zone."),
        ({"timezone": ""}, "Select a time zone."),
        ({"mail_language": "tlh"}, "Select a language."),
    ],
)
def test_what_cannot_be_saved_is_shown_again(app: Flask, wrong: dict[str, Any], sentence: str) -> None:
    client, before = browser(app, "mg1"), facts(app)

    answer = save(client, **{"name": "Typed (demo)", "timezone": "Africa/Nairobi"} | wrong)

    kept = answer.page.form("/account").fields
    assert (answer.status_code, sentence in answer.page.text) == (422, True)
    assert (kept["name"] == ["Typed (demo)"], kept["timezone"] == ["Africa/Nairobi"]) == (
        "name" not in wrong,
        "timezone" not in wrong,
    )
    assert facts(app) == before


@pytest.mark.parametrize("name", ["Å", "حنتا ر.", "x" * 200])
def test_a_name_is_one_letter_right_to_left_or_long(app: Flask, name: str) -> None:
    save(browser(app, "mg1"), name=name)

    assert facts(app)[0] == name


def in_two_tabs(app: Flask) -> Answer:
    """The form is changed in one tab, then sent from another that was opened before."""
    client = browser(app, "mg1")
    old = form(client)
    save(client, name="First (demo)")
    return save(client, old, name="Second (demo)", timezone="Africa/Nairobi")


def test_the_second_of_two_tabs_is_refused_with_what_was_typed(app: Flask) -> None:
    answer = in_two_tabs(app)

    kept = answer.page.form("/account").fields
    assert (answer.status_code, kept["name"], kept["timezone"]) == (409, ["Second (demo)"], ["Africa/Nairobi"])
    assert facts(app)[0] == "First (demo)"


def test_without_the_version_the_second_tab_would_overwrite_the_first(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(account, "sent_version", lambda _: account_view.oneself().version)

    assert in_two_tabs(app).status_code == 302
    assert facts(app)[0] == "Second (demo)"


def test_a_mail_is_in_the_language_of_mails(app: Flask) -> None:
    with app.app_context(), transaction():
        text = Notification(Role.OFFICER, SIGN_IN_LINK.subject, SIGN_IN_LINK.subject)
        outbox.mail(outbox.Mail([named("olga")], text, {}, application=None, path="/"))
    save(browser(app, "olga"), mail_language="es")

    with app.app_context():
        row = db.session.query(Outbox.id, Outbox.args).order_by(Outbox.id.desc()).first()
        assert row is not None
        mail = mailing.written(outbox.Claim(row.id, 1, "mail", row.args), named("olga"))

    part = mail.get_payload(0)
    assert isinstance(part, Email)
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "Hola, Olga (demo):" in body.decode()


def test_only_a_reviewer_chooses_the_languages_of_reviews(app: Flask) -> None:
    reviewer, applicant = browser(app, "rex"), browser(app, "mg1")

    save(reviewer, reading_languages=["fr", "en"])
    save(applicant, reading_languages=["fr"], name="Mia (demo)")

    assert (facts(app, "rex")[3], facts(app)[3]) == (["en", "fr"], [])
    assert "reading_languages" not in form(applicant).fields
    assert save(reviewer, reading_languages=["tlh"]).status_code == 422


def test_the_reviewers_page_of_officers_shows_the_languages(app: Flask) -> None:
    save(browser(app, "rex"), reading_languages=["fr", "es"])
    with app.app_context():
        id = w.submitted(w.found(), "BTN-S", amount=4_000).id

    assert "Can review in: French and Spanish" in browser(app, "olga").get(f"/applications/{id}/reviewers").page.text


@pytest.mark.usefixtures("french")
def test_pages_follow_the_person_and_for_visitors_the_cookie(app: Flask) -> None:
    client = browser(app, "mg1")
    client.get("/?language=fr")

    assert 'lang="en"' in client.get("/account").text
    client.delete_cookie("grants_session")
    assert 'lang="fr"' in client.get("/").text


@pytest.mark.usefixtures("french")
def test_a_link_changes_no_language_and_the_button_of_the_header_does(app: Flask) -> None:
    client = browser(app, "mg1")
    shown = client.get("/account?language=fr&x=1")
    before = facts(app)
    back = client.submit(client.get("/account?x=1"), "/account/language", language="fr")

    assert ('lang="fr"' in shown.text, before[1]) == (True, "en")
    assert (back.status_code, back.location) == (302, "/account?x=1")
    assert facts(app)[1:3] == ("fr", "en")
    assert 'lang="fr"' in client.get("/account").text
    assert events(app)[-1] == "Language of pages changed"


@pytest.mark.usefixtures("french")
def test_the_switch_leads_to_no_other_site_and_takes_no_other_language(app: Flask) -> None:
    client = browser(app, "mg1")
    page = client.get("/account")

    foreign = client.submit(page, "/account/language", language="fr", next="//evil.example/")
    unknown = client.submit(client.get("/account"), "/account/language", language="tlh")

    assert (foreign.location, unknown.location) == ("/account", "/account")
    assert facts(app)[1] == "fr"


@pytest.mark.usefixtures("french")
def test_the_language_of_pages_is_part_of_the_form(app: Flask) -> None:
    client = browser(app, "mg1")

    save(client, language="fr", mail_language="en")

    assert facts(app)[1:3] == ("fr", "en")


def test_somebody_without_any_role_has_an_account_and_nothing_else(app: Flask) -> None:
    with app.app_context(), transaction():
        mia = named("mg1")
        locking.hold(mia)
        for membership in memberships(mia):
            membership.ended_at = func.grants_now()
        w.recorded()
    client = browser(app, "mg1")

    assert (client.get("/account").status_code, client.get("/inbox").status_code) == (200, 403)
    assert save(client, name="Mia alone (demo)").status_code == 302


def test_an_account_that_is_closed_meanwhile_is_not_changed(app: Flask) -> None:
    client = browser(app, "mg1")
    shown = form(client)
    with app.app_context(), transaction():
        persons.end(named("mg1"), actor=w.SYSTEM, apply=transitions.apply)

    assert save(client, shown, name="Too late (demo)").status_code == 401

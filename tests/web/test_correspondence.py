"""Messages between an applicant and the Foundation, and internal notes, which no applicant ever reads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, select

from grants.access import visibility
from grants.access.principals import Principal, load_principal
from grants.db import Side, db, transaction
from grants.models import Application, Award, Correspondence, Event, MessageRead, Note, Outbox, Report
from grants.queries import correspondence, recipients
from grants.services.correspondence import messages
from grants.services.integrity.verifying import messages as verifying
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import Careful, signed_in
from tests.web.reading import conflict, statements, words
from workflows.engine.roles import Role

pytestmark = [pytest.mark.ground("in_review"), pytest.mark.sweep]
PAGE = "/applications/1/messages"
ASKED, ANSWERED, NOTE = "May we buy the routers now?", "Wait for our decision.", "Their register entry looks odd."


def browser(app: Flask, name: str) -> Careful:
    """A browser of this person."""
    with app.app_context():
        return signed_in(app, w.found().people[name])


def written(app: Flask, name: str, body: str) -> None:
    """This person writes a message on the page."""
    client = browser(app, name)
    answer = client.submit(client.get(PAGE), PAGE, body=body)
    assert answer.status_code == 302


def noted(app: Flask) -> None:
    """Olga adds an internal note on the page."""
    client = browser(app, "olga")
    assert client.submit(client.get(PAGE), "/notes", note=NOTE).status_code == 302


def tasks(app: Flask, name: str) -> list[str]:
    """The titles of a person's tasks about messages."""
    found = words(browser(app, name).get("/inbox"))
    return [title for title in ("Answer the message", "Read our message") if title in found]


def test_both_sides_write_and_read(app: Flask) -> None:
    written(app, "mg1", ASKED)
    written(app, "olga", ANSWERED)

    for name in ("mg1", "mg2", "olga", "pia", "uma"):
        text = words(browser(app, name).get(PAGE))
        assert text.index(ASKED) < text.index(ANSWERED)


def test_history_says_that_there_is_a_message_and_not_what_it_says(app: Flask) -> None:
    written(app, "mg1", ASKED)

    with app.app_context():
        event = db.session.scalars(select(Event).where(Event.key == "message")).one()
        assert (event.about, event.role, event.audience, event.words) == ("message", "applicant", "all", [])
        assert ASKED not in str(event.message)
    assert "Message sent to the Foundation" in words(browser(app, "mg1").get("/applications/1"))


def test_an_empty_message_is_refused_and_a_long_one_kept(app: Flask) -> None:
    client = browser(app, "mg1")

    empty = client.submit(client.get(PAGE), PAGE, body="  ")
    long = client.submit(client.get(PAGE), PAGE, body="word " * 3_000)

    assert (empty.status_code, long.status_code) == (422, 422)
    assert "Enter your message." in words(empty)
    assert "word word word" in words(long)
    with app.app_context():
        assert db.session.query(Correspondence).count() == 0


def test_a_message_sent_twice_is_stored_once(app: Flask) -> None:
    client = browser(app, "mg1")
    form = client.get(PAGE).page.form(PAGE)

    for _ in range(2):
        client.post(PAGE, data={**form.fields, "body": ASKED})

    with app.app_context():
        assert db.session.query(Correspondence).count() == 1


def test_nobody_writes_about_a_draft(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        row = w.draft(world, chapter="bo")
        with pytest.raises(Refused) as refused, transaction():
            messages.send(row, body=ASKED, actor=world.actor("bo1", Role.APPLICANT))
        assert refused.value.reasons == (messages.UNSENT,)
        page = f"/applications/{row.id}/messages"
    assert "after you have submitted your application" in words(browser(app, "bo1").get(page))


@pytest.mark.parametrize(("name", "status"), [("bo1", 404), ("rex", 403), ("fay", 403), ("ada", 403)])
def test_others_read_nothing(app: Flask, name: str, status: int) -> None:
    written(app, "mg1", ASKED)
    with app.app_context():
        w.review(w.found(), w.first(), ("rex",))

    assert browser(app, name).get(PAGE).status_code == status
    with app.app_context():
        principal = principal_of(name)
        assert (
            db.session.scalars(select(Correspondence).where(visibility.visible(Correspondence, principal))).all() == []
        )
        assert db.session.scalars(select(Note).where(visibility.visible(Note, principal))).all() == []


def principal_of(name: str) -> Principal:
    """The principal of this person."""
    return load_principal(w.found().people[name])


def through_all_sides(principal: Principal, _: frozenset[Side]) -> ColumnElement[bool]:
    """Messages that are visible like their application, from every side."""
    applications = select(Application.id).where(visibility.visible(Application, principal))
    return Correspondence.application_id.in_(applications)


def test_without_its_sides_a_reviewer_would_read_messages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: messages that are visible like their application are visible to its reviewers and to finance."""
    written(app, "mg1", ASKED)
    with app.app_context():
        w.review(w.found(), w.first(), ("rex",))
    monkeypatch.setitem(visibility.ROOTS, "message", through_all_sides)

    with app.app_context():
        wanted = select(Correspondence.body).where(visibility.visible(Correspondence, principal_of("rex")))
        assert db.session.scalars(wanted).all() == [ASKED]


def test_an_officer_in_conflict_reads_nothing_and_gets_no_mail(app: Flask) -> None:
    with app.app_context():
        conflict(w.found().people["omar"], w.first())

    written(app, "mg1", ASKED)

    assert browser(app, "omar").get(PAGE).status_code == 404
    assert tasks(app, "omar") == []
    with app.app_context():
        people = {row.args["person"] for row in mails()}
        assert people == {w.found().people["olga"].id}


def test_without_the_conflict_they_would(app: Flask) -> None:
    """Counter-test."""
    written(app, "mg1", ASKED)

    assert ASKED in words(browser(app, "omar").get(PAGE))
    with app.app_context():
        assert w.found().people["omar"].id in {row.args["person"] for row in mails()}


def mails() -> list[Outbox]:
    """The mails of messages."""
    return [row for row in db.session.query(Outbox).filter_by(kind="mail") if "message" in row.args]


def test_the_outbox_holds_no_text(app: Flask) -> None:
    written(app, "mg1", ASKED)

    with app.app_context():
        assert {frozenset(row.args) for row in mails()} == {frozenset({"person", "role", "application", "message"})}


def test_a_held_message_is_shown_to_the_office_only(app: Flask) -> None:
    with app.app_context():
        held(w.found())

    assert "Is this my grant?" not in browser(app, "mg1").get(PAGE).get_data(as_text=True)
    text = words(browser(app, "olga").get(PAGE))
    assert "Held: an email from another address r.tojo@mail.example" in text
    assert "Is this my grant?" in text
    assert "Email from another address" not in words(browser(app, "mg1").get("/applications/1"))


def test_without_the_filter_the_applicant_would_read_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the same page with messages that are visible through their application alone."""
    with app.app_context():
        held(w.found())
    monkeypatch.setitem(visibility.ROOTS, "message", through_all_sides)

    assert "Is this my grant?" in browser(app, "mg1").get(PAGE).get_data(as_text=True)


def held(world: w.World) -> None:
    """A mail from another address arrives for Mg1."""
    received = messages.Received("a" * 64, held_from="r.tojo@mail.example")
    with transaction():
        actor = world.actor("mg1", Role.APPLICANT)
        messages.send(w.first(), body="Is this my grant?", actor=actor, received=received)


def test_no_page_of_the_applicant_holds_a_note(app: Flask) -> None:
    noted(app)
    client = browser(app, "mg1")

    for page in (PAGE, "/applications/1", "/inbox", "/applications"):
        text = client.get(page).get_data(as_text=True)
        assert NOTE not in text
        assert "nternal note" not in text
    assert NOTE in words(browser(app, "olga").get(PAGE))
    assert NOTE in words(browser(app, "uma").get(PAGE))


def test_no_mail_and_no_event_holds_a_note(app: Flask) -> None:
    with app.app_context():
        before = db.session.query(Outbox).count()

    noted(app)

    with app.app_context():
        assert db.session.query(Outbox).count() == before
        event = db.session.scalars(select(Event).where(Event.key == "note")).one()
        assert (event.audience, event.words) == ("office", [])


def test_a_note_beside_the_messages_would_be_found(app: Flask) -> None:
    """Counter-test: the note in the form of a message is on the page of the applicant."""
    written(app, "olga", NOTE)

    assert NOTE in browser(app, "mg1").get(PAGE).get_data(as_text=True)


@pytest.mark.parametrize("name", ["mg1", "bo1", "rex", "fay"])
def test_no_note_is_visible_from_their_side(app: Flask, name: str) -> None:
    noted(app)

    with app.app_context():
        principal = principal_of(name)
        assert db.session.scalars(select(Note).where(visibility.visible(Note, principal))).all() == []
        assert correspondence.notes(w.first(), principal) == []


def test_an_officer_who_reviews_reads_no_notes(app: Flask) -> None:
    """Notes could reveal what others wrote in their reviews."""
    noted(app)
    with app.app_context():
        principal = principal_of("olga")
        reviewing = replace(principal, reviewing=frozenset({1}))

        assert correspondence.notes(w.first(), reviewing) == []
        assert [note.body for note in correspondence.notes(w.first(), principal)] == [NOTE]


def test_a_message_is_a_task_until_it_is_answered(app: Flask) -> None:
    written(app, "mg1", ASKED)
    assert (tasks(app, "olga"), tasks(app, "omar")) == (["Answer the message"], ["Answer the message"])
    assert "Answer from the Foundation due" in words(browser(app, "mg1").get(PAGE))

    written(app, "omar", ANSWERED)

    assert (tasks(app, "olga"), tasks(app, "omar")) == ([], [])
    assert tasks(app, "mg1") == ["Read our message"]


def test_an_answer_is_a_task_until_the_person_has_opened_it(app: Flask) -> None:
    written(app, "olga", ANSWERED)
    assert (tasks(app, "mg1"), tasks(app, "mg2")) == (["Read our message"], ["Read our message"])

    page = browser(app, "mg1").get(PAGE)

    assert 'id="unread"' in page.get_data(as_text=True)
    assert (tasks(app, "mg1"), tasks(app, "mg2")) == ([], ["Read our message"])
    assert "Read on the page by Mg1 (demo)" in words(browser(app, "olga").get(PAGE))
    assert 'id="unread"' not in browser(app, "mg1").get(PAGE).get_data(as_text=True)


def test_a_page_that_is_only_loaded_ahead_is_not_read(app: Flask) -> None:
    written(app, "olga", ANSWERED)

    browser(app, "mg1").get(PAGE, headers={"Sec-Purpose": "prefetch"})

    assert tasks(app, "mg1") == ["Read our message"]


def test_an_answer_of_the_organisation_ends_the_task_of_all(app: Flask) -> None:
    written(app, "olga", ANSWERED)

    written(app, "mg1", "We shall wait.")

    assert tasks(app, "mg2") == []


def test_a_message_that_needs_no_answer_is_settled(app: Flask) -> None:
    written(app, "mg1", ASKED)
    client = browser(app, "olga")

    assert client.submit(client.get(PAGE), "/settle").status_code == 302

    assert (tasks(app, "olga"), tasks(app, "omar")) == ([], [])
    with app.app_context():
        assert db.session.query(MessageRead).filter(MessageRead.settled_at.is_not(None)).count() == 1


def test_the_officer_is_named_on_every_page_of_the_applicant(app: Flask) -> None:
    client = browser(app, "mg1")
    with app.app_context():
        world = w.found()
        draft = w.draft(world, chapter="mg", code="BTN-L").id
        assert correspondence.officer_of(w.first()) == recipients.contact(w.first()) == world.people["olga"]

    for page in ("/applications/1", PAGE, f"/applications/{draft}/write", f"/applications/{draft}"):
        assert "Your programme officer Olga (demo) olga@example.org" in words(client.get(page)), page
    assert "Your programme officer" not in words(client.get("/inbox"))
    assert "Your programme officer" not in words(browser(app, "olga").get("/applications/1"))


def test_an_officer_in_conflict_is_not_named(app: Flask) -> None:
    with app.app_context():
        conflict(w.found().people["olga"], w.first())

    assert "Your programme officer Omar (demo)" in words(browser(app, "mg1").get("/applications/1"))


@pytest.mark.ground("active")
def test_a_message_can_be_about_the_award_or_a_report(app: Flask) -> None:
    client = browser(app, "mg1")
    with app.app_context():
        award, report = db.session.query(Award).one(), db.session.query(Report).order_by(Report.id).first()
        assert report is not None
        number, title = award.number, report.title

    assert client.submit(client.get(PAGE), PAGE, body=ASKED, about=f"report:{report.id}").status_code == 302
    assert client.submit(client.get(PAGE), PAGE, body=ASKED, about="report:999").status_code == 422

    assert f"About: {title}" in words(browser(app, "olga").get(PAGE))
    for page in (f"/awards/{award.id}", f"/reports/{report.id}/write"):
        assert "Your programme officer Olga (demo)" in words(client.get(page))
    assert number in words(client.get(PAGE))


def test_a_question_stands_in_the_list_with_its_day_and_its_field(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        row = w.submitted(world, chapter="bo")
        w.apply(world, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        page, id = f"/applications/{row.id}/messages", row.id

    text = browser(app, "bo1").get(page).get_data(as_text=True)
    assert "Question:" in text
    assert "Who owns the mast?" in text
    assert "Your answer is due" in text
    assert f'/applications/{id}/send#answer-answer"' in text
    assert "With the applicant · due" in words(browser(app, "olga").get(page))


@pytest.mark.parametrize("name", ["mg1", "olga"])
def test_the_page_sends_few_statements_for_any_number_of_messages(app: Flask, name: str) -> None:
    counted = []
    for _ in range(2):
        for author in ("mg1", "olga", "mg1"):
            written(app, author, ASKED)
        client = browser(app, name)
        client.get(PAGE)
        with statements(app) as sent:
            client.get(PAGE)
        counted.append(len(sent))

    assert counted[0] == counted[1] <= 13  # with the number beside “Your tasks”


def test_an_erased_text_is_gone_and_verified(app: Flask) -> None:
    written(app, "mg1", ASKED)
    with app.app_context():
        world = w.found()
        row = db.session.query(Correspondence).one()
        with transaction():
            messages.erase(row, reason="They asked for it.", actor=world.actor("olga", Role.OFFICER))
        assert db.session.scalar(select(Correspondence.body)) == ""
        assert list(verifying.problems()) == []

    assert "The text was erased." in words(browser(app, "mg1").get(PAGE))


def test_other_organisations_have_no_task(app: Flask) -> None:
    written(app, "olga", ANSWERED)

    assert tasks(app, "bo1") == []

"""A new email address is confirmed at the new one, announced to the old one, and changes nothing before."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.jobs import processing
from grants.models import EmailChange, Link, Outbox, Person, SignInFailure
from grants.queries import persons as accounts
from grants.queries.sessions import hashed
from grants.services import email_changes, links, locking
from grants.web.persons import identity
from tests.browser import Answer, Careful, anonymous, browser, named
from tests.databases import advance
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink, receiving
from tests.web.passwords import SECRET, entered
from tests.web.reading import statements
from tests.web.test_account import events
from tests.web.test_mailed_links import TOKEN

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

NEW, OLD = "mia@new.example", "mg1@example.org"
PATH = "/account/email"


def ask(client: Careful, email: str = NEW, **fields: Any) -> Answer:
    """Ask for this address."""
    page = client.get(PATH)
    if "present_password" in page.page.form(PATH).fields:
        fields = {"present_password": SECRET} | fields
    return client.submit(page, PATH, email=email, **fields)


def mailed(app: Flask) -> dict[str, str]:
    """Write the mails of the changes; the text of the newest to each address."""
    with receiving(app) as sink, app.app_context():
        waiting = db.session.query(Outbox.id).filter(Outbox.args.has_key("email_change"), Outbox.done_at.is_(None))
        processing.work([id for (id,) in waiting.order_by(Outbox.id)])
        return texts(sink)


def texts(sink: Sink) -> dict[str, str]:
    """The mails by their recipient."""
    return {mail["To"]: f"{mail['Subject']}\n{plain(mail)}" for mail in sink.got}


def path(text: str) -> str:
    """The link in a mail."""
    found = TOKEN.search(text)
    assert found is not None
    return f"/link/{found[1]}"


def use(app: Flask, link: str, client: Careful | None = None) -> Answer:
    """Open the link and press its button."""
    client = client or anonymous(app)
    shown = client.get(link)
    return client.submit(shown, link) if shown.status_code == 200 else shown


def address(app: Flask, name: str = "Mg1 (demo)") -> str:
    """The address of the person with this name."""
    with app.app_context():
        return db.session.query(Person.email).filter_by(name=name).scalar() or ""


def test_the_address_changes_when_the_link_is_used(app: Flask) -> None:
    client = entered(app, "mg1")
    ask(client)
    shown, before = client.get("/account").page.text, address(app)
    mails = mailed(app)

    answer = use(app, path(mails[NEW]))

    assert ("Your new address is not confirmed yet" in shown, NEW in shown, before) == (True, True, OLD)
    assert (answer.status_code, answer.page.h1.strip(), address(app)) == (200, "The address was changed", NEW)
    assert (client.get("/account").status_code, events(app, "olga")[-1:] != []) == (200, True)
    assert "Your new address is not confirmed yet" not in client.get("/account").page.text
    assert set(mails) == {NEW, OLD}
    assert NEW in mails[OLD]


def test_opening_the_links_changes_nothing(app: Flask) -> None:
    ask(entered(app, "mg1"))
    mails = mailed(app)
    with statements(app) as sent:
        answers = [anonymous(app).get(path(mails[to])).status_code for to in (NEW, OLD) for _ in range(2)]

    assert answers == [200] * 4
    assert [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_the_link_signs_nobody_in_and_works_once(app: Flask) -> None:
    ask(entered(app, "mg1"))
    link, scanner = path(mailed(app)[NEW]), anonymous(app)

    first, second = use(app, link, scanner), use(app, link)

    assert (first.status_code, second.status_code, scanner.get("/account").status_code) == (200, 404, 302)


def test_the_old_address_stops_the_change_and_ends_all_sessions(app: Flask) -> None:
    thief = entered(app, "mg1")
    ask(thief)
    mails = mailed(app)

    answer = use(app, path(mails[OLD]))

    assert (answer.status_code, answer.page.h1.strip()) == (200, "The address stays as it is")
    assert (use(app, path(mails[NEW])).status_code, address(app)) == (404, OLD)
    assert thief.get("/account").status_code == 302
    assert events(app)[-1] == "Change of the email address stopped"


def test_without_its_end_the_change_could_still_be_confirmed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(email_changes, "_end", lambda _: None)
    monkeypatch.setattr(links, "end_of", lambda *_, **__: None)
    ask(entered(app, "mg1"))
    mails = mailed(app)
    use(app, path(mails[OLD]))

    use(app, path(mails[NEW]))

    assert address(app) == NEW


def test_a_change_that_is_stopped_before_the_mails_are_written_sends_none(app: Flask) -> None:
    client = entered(app, "mg1")
    ask(client)
    client.submit(client.get("/account"), "/account/email/stop")

    assert mailed(app) == {}
    assert "Your new address is not confirmed yet" not in client.get("/account").page.text


def test_a_later_change_takes_the_place_of_an_earlier_one(app: Flask) -> None:
    client = entered(app, "mg1")
    ask(client)
    first = path(mailed(app)[NEW])
    ask(client, "second@new.example")
    second = path(mailed(app)["second@new.example"])

    assert (use(app, first).status_code, use(app, second).status_code) == (404, 200)
    assert address(app) == "second@new.example"


def test_a_link_is_over_after_a_day(app: Flask, settings: Settings) -> None:
    ask(entered(app, "mg1"))
    link = path(mailed(app)[NEW])
    advance(settings, 86_400)

    assert (use(app, link).status_code, address(app)) == (404, OLD)


def observed(app: Flask, client: Careful, email: str) -> tuple[int, str, list[str]]:
    """What somebody who asks for this address sees: status, the account afterwards, statements."""
    with app.app_context(), transaction():
        db.session.query(SignInFailure).delete()
    page = client.get(PATH)
    with statements(app) as sent:
        answer = client.submit(page, PATH, email=email)
    return answer.status_code, client.get("/account").page.text.replace(email, "…"), list(sent)


def test_nobody_sees_which_addresses_have_an_account(app: Flask) -> None:
    client = browser(app, "mg1")
    observed(app, client, "first@new.example")

    assert observed(app, client, "olga@example.org") == observed(app, client, "nobody@example.org")


def test_a_page_that_looks_for_the_account_would_be_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    whole = email_changes.ask

    def naive(person: Person, email: str) -> Any:
        return None if accounts.at(email) else whole(person, email)

    monkeypatch.setattr(email_changes, "ask", naive)
    client = browser(app, "mg1")
    observed(app, client, "first@new.example")

    assert observed(app, client, "olga@example.org") != observed(app, client, "nobody@example.org")


def test_the_owner_of_a_taken_address_is_written_to_without_a_link(app: Flask) -> None:
    ask(entered(app, "mg1"), "olga@example.org")

    mails = mailed(app)

    assert mails["olga@example.org"].startswith("Your email address was entered for another account\nDear Olga")
    assert TOKEN.search(mails["olga@example.org"]) is None
    assert "Mg1" not in mails["olga@example.org"]


def test_the_outbox_and_the_tables_hold_no_token(app: Flask) -> None:
    ask(entered(app, "mg1"))
    with app.app_context():
        [change] = db.session.query(EmailChange.id)
        args = [row.args for row in db.session.query(Outbox).filter(Outbox.args.has_key("email_change"))]
    mails = mailed(app)
    with app.app_context():
        stored = {row.token_sha256 for row in db.session.query(Link)}

    assert args == [{"email_change": change.id, "mail": "confirm"}, {"email_change": change.id, "mail": "announce"}]
    assert {hashed(path(mails[to]).removeprefix("/link/")) for to in (NEW, OLD)} == stored


def test_a_stranger_at_the_browser_needs_the_password(app: Flask) -> None:
    client = entered(app, "mg1")

    answer = ask(client, present_password="a guess that is wrong")

    assert (answer.status_code, answer.page.form(PATH).fields["email"]) == (422, [NEW])
    assert mailed(app) == {}


def test_without_a_password_the_session_must_be_recent(app: Flask, settings: Settings) -> None:
    client = browser(app, "mg1")
    page = client.get(PATH)
    advance(settings, 1_260)

    late = client.submit(page, PATH, email=NEW)

    assert (late.status_code, "more than 20 minutes ago" in late.page.text, NEW in late.page.text) == (409, True, True)
    assert mailed(app) == {}


def test_without_that_guard_an_old_session_would_do(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(identity, "is_recent", lambda: True)
    client = browser(app, "mg1")
    advance(settings, 1_260)

    assert (ask(client).status_code, set(mailed(app))) == (302, {NEW, OLD})


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Enter the new email address."),
        ("mia", "Enter an email address such as name@example.org."),
        ('"mia"@example.org', "Enter an email address such as name@example.org."),
        (f"{'x' * 300}@example.org", "Enter 200 characters or fewer"),
        (f" {OLD.upper()} ", "This is the current address of your account."),
    ],
)
def test_what_is_no_new_address_is_refused(app: Flask, email: str, sentence: str) -> None:
    answer = ask(browser(app, "mg1"), email)

    assert (answer.status_code, sentence in answer.page.text) == (422, True)


def test_an_address_in_another_script_is_taken(app: Flask) -> None:
    ask(browser(app, "mg1"), "мия@пример.example")

    assert "мия@пример.example" in browser(app, "mg1").get("/account").page.text


def test_a_person_asks_three_times_in_fifteen_minutes_at_most(app: Flask) -> None:
    client = browser(app, "mg1")
    answers = [ask(client, f"mia{n}@new.example") for n in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert "You have asked for 3 changes within 15 minutes." in answers[-1].page.text


def both(app: Flask) -> list[int]:
    """Two people confirm the same address at the same time; the answers."""
    found = []
    for name in ("mg1", "bo1"):
        ask(browser(app, name))
        found.append(path(mailed(app)[NEW]))
    shown = [(client, client.get(link), link) for link in found for client in [anonymous(app)]]
    together, answers = threading.Barrier(2), list[int]()

    def confirm(client: Careful, page: Answer, link: str) -> None:
        together.wait()
        answers.append(client.submit(page, link).status_code)

    threads = [threading.Thread(target=confirm, args=one) for one in shown]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@pytest.mark.parametrize("_", range(3))
def test_of_two_people_one_gets_the_address(app: Flask, _: int) -> None:
    assert both(app) == [200, 409]
    with app.app_context():
        assert db.session.query(Person).filter_by(email=NEW).count() == 1


def test_the_loser_of_the_race_keeps_the_old_address_and_reads_why(app: Flask) -> None:
    ask(browser(app, "mg1"))
    link = path(mailed(app)[NEW])
    ask(browser(app, "bo1"))
    use(app, path(mailed(app)[NEW]))

    answer = use(app, link)

    assert (answer.status_code, answer.page.h1.strip()) == (409, "The address was not changed")
    assert address(app) == OLD


def test_a_link_to_sign_in_does_not_end_a_change(app: Flask) -> None:
    ask(browser(app, "mg1"))
    link = path(mailed(app)[NEW])
    with app.app_context(), transaction():
        mia = named("mg1")
        locking.hold(mia)
        entry = f"/link/{links.issue(mia, links.SIGN_IN)}"
    use(app, entry)

    assert use(app, link).status_code == 200


def test_changes_are_deleted_a_month_later(app: Flask, settings: Settings) -> None:
    ask(browser(app, "mg1"))
    advance(settings, 32 * 86_400)
    with app.app_context():
        with transaction():
            email_changes.purge()
        assert db.session.query(EmailChange).count() == 0

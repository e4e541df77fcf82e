"""The link in the mail to the old address undoes a change of the address also after it was confirmed."""

from __future__ import annotations

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import EmailChange, Link, Person
from grants.queries import provider_accounts
from grants.queries.sessions import Current
from grants.services import email_changes, links, locking
from grants.services import provider_accounts as provider_services
from tests import provider
from tests.browser import Careful, anonymous, browser, named, signed_in
from tests.databases import advance
from tests.second_factors import give_app
from tests.web.passwords import SECOND_STEP, SECRET, entered
from tests.web.test_account import events
from tests.web.test_email_changes import NEW, OLD, PATH, address, ask, mailed, path, use
from tests.web.test_members import unasked

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

BACK = "Your address was restored"
LATER = "later@new.example"


def confirmed(app: Flask, email: str = NEW) -> tuple[str, str]:
    """A thief at the browser of Mg1 changes the address and confirms it; the links at the old and the new address."""
    before = address(app)
    ask(entered(app, "mg1") if before == OLD else session_of(app), email, present_password=SECRET)
    mails = mailed(app)
    assert use(app, path(mails[email])).status_code == 200
    return path(mails[before]), path(mails[email])


def mia() -> Person:
    """The person whose address changes."""
    return db.session.query(Person).filter_by(name="Mg1 (demo)").one()


def session_of(app: Flask) -> Careful:
    """A browser with a session of hers, whatever her address is."""
    with app.app_context():
        return signed_in(app, mia())


def entry(app: Flask) -> str:
    """A link that signs in to the account, as it is mailed to its present address."""
    with app.app_context(), transaction():
        person = mia()
        locking.hold(person)
        return f"/link/{links.issue(person, links.SIGN_IN)}"


def password(app: Flask) -> str | None:
    """The hash of the password of Mg1."""
    with app.app_context():
        return mia().password_hash


def test_the_owner_gets_the_old_address_back(app: Flask) -> None:
    old, _ = confirmed(app)
    thief, waiting = session_of(app), entry(app)
    shown = anonymous(app).get(old)

    answer = use(app, old)

    assert (shown.page.h1.strip(), "m…\u2060@example.org" in shown.page.text) == ("Restore your address", True)
    assert (answer.status_code, answer.page.h1.strip(), address(app)) == (200, BACK, OLD)
    assert thief.get("/account").status_code == 302
    assert use(app, waiting).status_code == 404
    assert password(app) is None
    assert events(app)[-1] == "Change of the email address undone, and password removed"


def linked(app: Flask) -> int:
    """How many accounts at an identity provider sign in to hers."""
    with app.app_context():
        return len(provider_accounts.of(mia().id))


def test_an_account_at_a_provider_that_the_thief_has_linked_ends(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    old, _ = confirmed(app)
    with app.app_context(), transaction():
        provider.link(NEW)
    assert linked(app) == 1

    with monkeypatch.context() as patch:
        patch.setattr(provider_services, "remove_all", lambda *_, **__: None)
        with app.app_context(), transaction() as session:
            locking.hold(person := mia())
            email_changes.refuse(person, session.query(EmailChange).one().id, app.extensions["settings"])
            assert len(provider_accounts.of(person.id)) == 1, "without that the thief signs in again"
            session.rollback()

    assert use(app, old).status_code == 200
    assert linked(app) == 0


def test_it_works_for_the_stated_day_and_once(app: Flask, settings: Settings) -> None:
    old, _ = confirmed(app)
    advance(settings, 86_000)
    assert [use(app, old).status_code for _ in range(2)] == [200, 404]


def test_after_that_day_it_is_over(app: Flask, settings: Settings) -> None:
    old, _ = confirmed(app)
    advance(settings, 86_400)

    assert (use(app, old).status_code, address(app)) == (404, NEW)


def test_if_the_links_ended_with_the_change_the_thief_would_keep_the_account(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    whole = links.end
    monkeypatch.setattr(links, "end", lambda person, *_: whole(person))
    old, _ = confirmed(app)

    assert (use(app, old).status_code, address(app)) == (404, NEW)


@pytest.mark.parametrize("both", [False, True])
def test_a_second_change_does_not_end_the_link_of_the_first(app: Flask, *, both: bool) -> None:
    """The thief changes the address again, and confirms that too or has only asked for it."""
    old, _ = confirmed(app)
    if both:
        second, _ = confirmed(app, LATER)
    else:
        ask(session_of(app), LATER)
        mails = mailed(app)
        second = path(mails[LATER])

    assert (use(app, old).page.h1.strip(), address(app)) == (BACK, OLD)
    assert (use(app, second).status_code, address(app)) == (404, OLD)


def test_the_old_address_is_written_to_also_when_its_mail_comes_after_the_confirmation(app: Flask) -> None:
    ask(entered(app, "mg1"))
    with app.app_context(), transaction():
        change = db.session.query(EmailChange).one()
        locking.hold(change.person)
        email_changes.confirm(change.person)

    mails = mailed(app)

    assert set(mails) == {OLD}
    assert (use(app, path(mails[OLD])).page.h1.strip(), address(app)) == (BACK, OLD)


def test_a_change_that_was_undone_sends_no_other_link(app: Flask) -> None:
    old, _ = confirmed(app)
    use(app, old)
    with app.app_context(), transaction():
        found = email_changes.link_for(db.session.query(EmailChange.id).scalar() or 0, email_changes.Mail.ANNOUNCE)

    assert found is None


def test_an_address_that_another_account_has_got_is_not_put_back(app: Flask) -> None:
    old, _ = confirmed(app)
    with app.app_context(), transaction():
        bo = named("bo1")
        locking.hold(bo)
        email_changes.ask(bo, OLD)
        email_changes.confirm(bo)

    answer = use(app, old)

    assert (answer.status_code, address(app), password(app) is None) == (409, NEW, False)


def test_the_links_are_deleted_with_their_change(app: Flask, settings: Settings) -> None:
    confirmed(app)
    advance(settings, 32 * 86_400)
    with app.app_context():
        with transaction():
            email_changes.purge()
        assert db.session.query(Link).filter(Link.email_change_id.is_not(None)).count() == 0


def an_old_window(app: Flask, settings: Settings) -> Careful:
    """A browser whose second factor was shown 16 minutes ago."""
    with app.app_context(), transaction():
        give_app(app, named("mg1"))
    window = browser(app, "mg1")
    assert window.get(PATH).status_code == 200
    advance(settings, 16 * 60)
    return window


def test_a_person_with_a_second_factor_shows_it_again_first(app: Flask, settings: Settings) -> None:
    window = an_old_window(app, settings)

    assert window.get(PATH).location.startswith(SECOND_STEP)
    assert unasked(window, PATH, email=NEW).status_code == 401
    assert mailed(app) == {}


def test_without_that_guard_an_open_window_would_do(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    window = an_old_window(app, settings)
    monkeypatch.setattr(Current, "is_fresh", lambda *_: True)

    assert ask(window).status_code == 302
    assert set(mailed(app)) == {NEW, OLD}

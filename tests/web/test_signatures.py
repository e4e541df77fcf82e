"""Who signed an agreement: the name that was typed stands beside the account that typed it."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Award
from tests.browser import Careful, browser
from tests.web.reading import words

pytestmark = [pytest.mark.ground("awarded"), pytest.mark.sweep]
TYPED = "Somebody Else"


def signed(app: Flask, name: str, key: str) -> tuple[Careful, str]:
    """Sign under a name that is not that of the account; the browser and the address of the page that follows."""
    with app.app_context():
        award = db.session.query(Award).one()
        page, form = f"/awards/{award.id}", f"/agreements/{award.agreement.id}/transitions/{key}"
    client = browser(app, name)
    return client, client.submit(client.get(page), form, name=TYPED, read="yes").location


def sign(app: Flask, name: str, key: str) -> str:
    """Sign likewise; the words of the page that follows."""
    client, address = signed(app, name, key)
    return words(client.get(address))


def test_the_page_of_an_award_names_the_account_beside_the_typed_name(app: Flask) -> None:
    sign(app, "mg1", "sign")
    sign(app, "pia", "countersign")

    for reader in ("mg2", "olga"):
        shown = words(browser(app, reader).get("/awards/1"))
        assert shown.count(TYPED) == 2
        assert "account of Mg1 (demo), mg1@example.org" in shown
        assert "account of Pia (demo), pia@example.org" in shown


def test_the_history_names_the_account_beside_the_typed_name(app: Flask) -> None:
    sign(app, "mg1", "sign")
    sign(app, "pia", "countersign")

    for reader in ("mg1", "olga"):
        shown = words(browser(app, reader).get("/applications/1"))
        assert f"Mg1 (demo) (mg1@example.org) signed as “{TYPED}”" in shown
        assert f"Pia (demo) (pia@example.org) signed as “{TYPED}”" in shown


def test_the_page_after_a_signature_says_what_was_signed(app: Flask) -> None:
    assert f"Agreement signed by the grantee. You signed as “{TYPED}”." in sign(app, "mg1", "sign")
    assert f"Agreement signed by both parties. You signed as “{TYPED}”." in sign(app, "pia", "countersign")


def test_only_the_person_who_signed_reads_that_they_did(app: Flask) -> None:
    _, address = signed(app, "mg1", "sign")

    assert "You signed" not in words(browser(app, "mg2").get(address))
    assert "You signed" not in words(browser(app, "mg1").get("/awards/1"))

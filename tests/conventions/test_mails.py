"""Every mail that the system can send is declared in the register, and stands in docs/mails.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from config import LANGUAGES
from grants.jobs import mails_page
from tests.conventions.code import trees
from tests.conventions.mails import DECLARED, astray
from workflows.engine.flow import Notification
from workflows.flows.standard import FLOWS
from workflows.mails import register


def constants() -> Iterator[Notification]:
    """Every mail that is a constant of a module of the product."""
    for path, _ in trees():
        if path.startswith(DECLARED):
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            yield from (one for one in vars(import_module(name)).values() if isinstance(one, Notification))


def test_no_mail_is_written_outside_the_register() -> None:
    assert [place for path, tree in trees() for place in astray(path, tree)] == []


@pytest.mark.parametrize(
    "written",
    [
        'Outbox(kind="mail", args={})',
        "message_to(address, held, wording, subject, parts)",
        "deliver(settings(), message)",
        "smtplib.SMTP(host)",
        'outbox.mail(outbox.Mail(people, Notification(role, "A", "B"), {}, application=None, path="/"))',
        'outbox.mail_account(person, replace(PASSWORD_CHANGED, text="Another text"))',
    ],
)
def test_a_mail_outside_the_register_is_found(written: str) -> None:
    """Counter-test."""
    assert list(astray("grants/services/persons.py", ast.parse(written))) != []


def test_every_declared_mail_is_in_the_register() -> None:
    declared = set(constants())

    assert len(declared) > 40
    assert declared - register.notifications_of_all() == set()


def test_every_mail_of_a_transition_is_in_the_register() -> None:
    sent = {one for flow in FLOWS for row in flow.transitions for one in row.notifies}

    assert len(sent) > 20
    assert sent - register.notifications_of_all() == set()


def test_every_mail_has_a_key_and_an_occasion() -> None:
    keys = [one.key for one in register.entries()]

    assert len(keys) == len(set(keys)) > 60
    assert [one.key for one in register.entries() if not one.occasion or not one.to] == []


def test_two_mails_with_one_key_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = register.entries()[:1] * 2
    monkeypatch.setattr(register, "_of_modules", lambda: twice)

    with pytest.raises(ValueError, match="mails with the same key"):
        register.entries.__wrapped__()


def test_the_page_of_mails_is_up_to_date() -> None:
    assert mails_page.PAGE.read_text("utf-8") == mails_page.page(), "run `grants draw`"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_has_every_mail_with_its_values_in_each_language(code: str) -> None:
    for entry in register.entries():
        subject, parts = mails_page.written(entry, code)

        assert subject
        assert len(parts) >= 3
        assert not re.search(r"%\(\w+\)", "".join((subject, *parts)))

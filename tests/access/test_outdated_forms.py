"""A form sent from an older page overwrites nothing: each form that overwrites names the version that the page showed.

The forms are those of the table, so that every changing route has its own. A form without a version stands on the list
with the reason why an older page does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask, request

import grants.web
from grants.demo.page_reader import Form
from grants.web import transitions
from grants.web.reviews import routes as reviews
from grants.web.site.versions import OUTDATED, sent_version
from tests.access.forms import REASON, SENT
from tests.access.stage import Stage
from tests.access.table import Row, attempt, form, named, rows
from tests.access.twice import stored
from tests.sweeps import swept
from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS

pytestmark = pytest.mark.sweep

ADDS = "adds a row and changes none"
TAKES = "what it takes must still be waiting, which is asked under its lock"
ENDS = "ends one row, which is ended once"
SESSION = "concerns only the session of the person"
WITHOUT: dict[str, str] = {
    "/applications/{reviewed}/reviewers": ADDS,
    "/calls/{call}/apply": ADDS,
    "/funds": ADDS,
    "/funds/{fund}/envelope": "adds to an amount, or subtracts from it, and sets none",
    "/batches": TAKES,
    "/office/calls/new": ADDS,
    "/office/calls/{call}/more-time": "adds a deadline, which must be later than every other",
    "/applications/{reviewed}/conflict": ADDS,
    "/conflicts/{conflict}/lift": ENDS,
    "/applications/{reviewed}/messages": ADDS,
    "/applications/{reviewed}/notes": ADDS,
    "/messages/{message}/settle": "marks one message, which is marked once",
    "/people/{person}": ADDS,
    "/appointments/{appointment}/end": ENDS,
    "/account/sessions/end": SESSION,
    "/account/sessions/end-others": SESSION,
    "/account/close": ENDS,
    "/account/email": "asks for a change, which takes the place of an earlier one",
    "/account/email/stop": ENDS,
    "/account/password": "the current password is entered, so that an older page changes nothing",
    "/account/language": "sets one value, whatever the page showed",
    "/organisations": ADDS,
    "/organisations/{organisation}/documents/new": ADDS,
    "/organisations/documents/{organisation_document}/replace": (
        "adds a version after the one in its address, of which there is one, which is asked under its lock"
    ),
    "/memberships/{membership}/end": ENDS,
    "/memberships/{own_membership}/leave": ENDS,
    "/memberships/{own_membership}/hand-over": ADDS,
    "/organisations/{organisation}/invite": ADDS,
    "/people/invite": ADDS,
    "/invitations/{invitation}/again": ENDS,
    "/invitations/{invitation}/withdraw": ENDS,
    "/invitations/{role_invitation}/again": ENDS,
    "/invitations/{role_invitation}/withdraw": ENDS,
    "/invitation/{token}": "uses a link, which works once, whatever page shows it",
    "/sign-in": SESSION,
    "/sign-out": SESSION,
    "/sign-in/second-step": SESSION,
    "/sign-in/second-step/passkey": SESSION,
    "/sign-in/second-step/passkey/options": SESSION,
    "/account/factors/app": ADDS,
    "/account/factors/passkey": ADDS,
    "/account/factors/passkey/options": SESSION,
    "/account/factors/{factor}/remove": ENDS,
    "/account/provider/remove": ENDS,
    "/account/factors/recovery-codes": "replaces the codes of the person alone, who sees the new ones",
    "/check": "changes nothing",
    "/register": ADDS,
    "/calls/{call}/register": ADDS,
    "/link/registration/{registration}": "uses a link, which works once, whatever page shows it",
    "/join-requests/{join_request}/accept": "settles one request, which is settled once",
    "/join-requests/{join_request}/decline": "settles one request, which is settled once",
    "/link/{link}": "uses a link, which works once, whatever page shows it",
    "/unsubscribe/{unsubscription}": "sets one choice, whatever the page showed",
    "/failures/{failure}/again": "sends the same work again, which is done once",
    "/failures/again": "sends the same work again, which is done once",
    "/documents/{failed_document}/again": "voids one document, which is voided once",
}
"""The forms without a version, each with the reason."""
CHANGING = [row for row in rows() if row.method != "GET" and row.allowed and row.path in SENT]
WITH = [row for row in CHANGING if row.path not in WITHOUT]
SHOWN = swept(named(row for row in WITH if SENT[row.path].page), lambda row: row.endpoint)
"""The forms that a page shows. Those of one endpoint are read by the same lines."""

OTHER = "987654"
"""A version that no row of the test data has."""
FREE = {"repeat", "sign_in", "application_save"}
"""The tables that a refused request may change: its answer, the time of the session, and a text that came too late."""
KEEPING = {
    "extend": "/calls/{call}/transitions/extend",
    "met": "/agreements/{conditional_agreement}/transitions/met",
    "returned": "/agreements/{left_agreement}/transitions/returned",
}
"""The transitions of people that keep the step, so that the step does not tell that another person was first.

Their guards refuse what is already there: an earlier deadline, a condition that is met, a bank reference that is known.
"""


@pytest.mark.sweep
def test_each_form_of_the_table_has_a_version_or_a_reason(stage: Stage) -> None:
    shown = [row for row in CHANGING if SENT[row.path].page]

    without = {row.path for row in shown if "version" not in form(stage, row, row.allowed[0])}

    assert without - set(WITHOUT) == set()
    assert {row.path for row in shown} & set(WITHOUT) == without


@pytest.mark.sweep
def test_each_form_of_each_page_is_one_of_the_table(stage: Stage) -> None:
    """Every form of the pages of the table, also those that no row sends, has a version or a reason."""
    targets = {stage.filled(path): reason for path, reason in WITHOUT.items()}
    found: dict[str, Form] = {}
    for row in CHANGING:
        if page := SENT[row.path].page:
            for one in stage.read(row.allowed[0], stage.filled(page)).forms:
                if one.method == "post" and "version" not in one.fields:
                    found[one.action] = one

    assert {action for action in found if action not in targets and not _known(action)} == set()


def _known(action: str) -> bool:
    """Whether a form of this address stands on the list, for another row."""
    shapes = [path.partition("{")[0] + "|" + path.rpartition("}")[2] for path in WITHOUT if "{" in path]
    return any(
        action.startswith(begin) and action.endswith(end) for begin, end in (shape.split("|") for shape in shapes)
    )


@pytest.mark.parametrize("row", SHOWN)
def test_a_form_of_an_older_page_changes_nothing(stage: Stage, row: Row) -> None:
    actor = row.allowed[0]
    sent = form(stage, row, actor)
    stage.renew()
    before = stored(stage)

    late = attempt(stage, row, actor, {**sent, "version": OTHER})

    assert late.status_code == 409
    assert changed(before, stored(stage)) <= FREE


@pytest.mark.parametrize("row", SHOWN)
def test_a_version_that_no_page_writes_counts_as_outdated(stage: Stage, row: Row) -> None:
    """The version is the current one, in digits of another script, so that a reader of all digits would let it pass."""
    actor = row.allowed[0]
    sent = form(stage, row, actor)
    current = sent["version"][0] if isinstance(sent["version"], list) else sent["version"]
    stage.renew()
    before = stored(stage)

    answer = attempt(stage, row, actor, {**sent, "version": in_arabic(current)})

    assert answer.status_code == 409
    assert changed(before, stored(stage)) <= FREE


@pytest.mark.parametrize("version", ["", "abc"])
def test_an_unreadable_version_is_not_a_missing_one(stage: Stage, version: str) -> None:
    row = next(row for row in WITH if row.path == "/applications/{decision}/transitions/decline")
    sent = {**form(stage, row, row.allowed[0]), "version": version}

    answer = attempt(stage, row, row.allowed[0], sent)

    assert (answer.status_code, REASON in answer.text) == (409, True)


def test_an_unreadable_version_of_the_draft_does_not_submit_it(stage: Stage) -> None:
    row = next(row for row in WITH if row.path.endswith("/transitions/submit"))
    sent = form(stage, row, row.allowed[0])

    answers = [attempt(stage, row, row.allowed[0], {**sent, "draft": draft}) for draft in ("zz", "", sent["draft"])]

    assert [answer.status_code for answer in answers] == [409, 409, 302]


@pytest.mark.parametrize("path", ["/applications/{decision}/transitions/decline", "/reviews/{assignment}/conflict"])
def test_a_lenient_reader_of_versions_takes_any_text_for_none(
    stage: Stage, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: read as Flask reads numbers, an unreadable version is missing, and nothing is compared."""
    row = next(row for row in WITH if row.path == path)
    sent = {**form(stage, row, row.allowed[0]), "version": "abc"}
    assert attempt(stage, row, row.allowed[0], sent).status_code == 409

    for module in (transitions, reviews):
        monkeypatch.setattr(module, "sent_version", lenient)

    assert attempt(stage, row, row.allowed[0], sent).status_code == 302


def lenient(missing: int | None, name: str = "version") -> int | None:
    """The version as Flask reads numbers."""
    return request.form.get(name, missing, type=int)


def in_arabic(number: str) -> str:
    """A number in Arabic-Indic digits."""
    return "".join(chr(ord("\N{ARABIC-INDIC DIGIT ZERO}") + int(digit)) for digit in number)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (None, None),
        ("3", 3),
        ("1797296389908733", 1797296389908733),
        ("", OUTDATED),
        ("abc", OUTDATED),
        ("1e3", OUTDATED),
        ("1_0", OUTDATED),
        ("+3", OUTDATED),
        ("-3", OUTDATED),
        (" 3", OUTDATED),
        ("\N{ARABIC-INDIC DIGIT THREE}", OUTDATED),
        ("9" * 19, OUTDATED),
    ],
)
def test_a_version_is_read_as_pages_write_it(flow_row: Flask, text: str | None, version: int | None) -> None:
    sent = {} if text is None else {"version": text}

    with flow_row.test_request_context(method="POST", data=sent):
        assert sent_version(None) == version


def test_only_the_reader_of_versions_reads_them() -> None:
    reads = re.compile(r'form(\.get\(|\[)"(version|draft)"')

    assert [path.name for path in Path(grants.web.__path__[0]).rglob("*.py") if reads.search(path.read_text())] == []


def test_a_version_beyond_every_column_is_outdated(stage: Stage) -> None:
    """A save that came too late is kept with the version that it names."""
    for path in ("/applications/{draft}/write", "/reports/{report}/write"):
        row = next(row for row in WITH if row.path == path)
        sent = {**form(stage, row, row.allowed[0]), "version": "9" * 18}

        assert attempt(stage, row, row.allowed[0], sent).status_code == 409


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The tables that have changed."""
    return {name for name in before if before[name] != after[name]}


def test_what_was_typed_into_an_outdated_form_is_kept(stage: Stage) -> None:
    row = next(row for row in WITH if row.path == KEEPING["returned"])
    sent = {**form(stage, row, row.allowed[0]), "reference": "B-9999-1", "version": OTHER}

    assert "B-9999-1" in attempt(stage, row, row.allowed[0], sent).text


def test_the_current_version_is_what_lets_it_pass(stage: Stage) -> None:
    """Counter-test: the same form with the version of its page changes something."""
    row = next(row for row in WITH if row.path.endswith("/checks/standing"))
    actor = row.allowed[0]
    stage.renew()
    before = stored(stage)

    assert attempt(stage, row, actor).status_code == 302
    assert "checked" in changed(before, stored(stage))


def test_transitions_of_people_that_keep_the_step_are_known() -> None:
    keeping = {
        transition.key
        for flow in FLOWS
        for transition in flow.transitions
        if transition.target in transition.source and set(transition.roles) - {Role.CLOCK}
    }

    assert keeping == set(KEEPING)


@pytest.mark.parametrize("path", KEEPING.values())
def test_they_are_refused_without_a_version(stage: Stage, path: str) -> None:
    row = next(row for row in WITH if row.path == path)
    actor = row.allowed[0]
    sent = {name: value for name, value in form(stage, row, actor).items() if name != "version"}
    stage.renew()
    before = stored(stage)

    assert attempt(stage, row, actor, sent).status_code == 409
    assert changed(before, stored(stage)) <= FREE

"""Staff on the side of an applicant change nothing of a call in which it has applied: every form of the table is tried.

The rows are those that a role of the Foundation sends. A new one is refused to them too, or is named here with why.
"""

from __future__ import annotations

import pytest

from grants.access.principals import application_of, load_principal
from grants.db import db, transaction
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Batch,
    Conflict,
    Correspondence,
    Document,
    Involvement,
    Person,
    Report,
)
from grants.queries import failures
from grants.services import transitions
from grants.services.applications import drafts
from tests import world as w
from tests.access.cast import NAMES
from tests.access.stage import Stage
from tests.access.table import Row, form, rows
from tests.sweeps import swept
from workflows.engine.roles import Actor, Role

RIVAL = "You have acted for an applicant to this call, so another person must do this."
COVERED = "You have acted for an applicant to a call that this role covers, so another person must do this."
OTHERS = {
    "/organisations/{organisation}/correct": "You act or have acted for this organisation",
    "/organisations/{entered}/merge": "You act or have acted for this organisation",
}
"""Forms about an organisation, with the reason that they give."""
STAFF = ("off", "app", "fin", "adm")
ALLOWED = {
    "/applications/{reviewed}/conflict": "a conflict of interest can always be declared",
    "/failures/{failure}/again": "a mail or a letter is made once more as it was ordered",
    "/failures/again": "a mail or a letter is made once more as it was ordered",
    "/funds": "a contribution belongs to no call",
    "/office/calls/new": "nobody has applied to a new call",
    "/office/calls/{new_call}": "nobody has applied to a call in preparation",
    "/calls/{new_call}/transitions/open": "nobody has applied to a call in preparation",
    "/organisations": "nobody has applied for a new organisation",
    "/organisations/{merged}/separate": "the organisation has applied to no call",
    "/verifications/{verification}/transitions/verify": "the organisation has applied to no call",
    "/verifications/{refusable}/transitions/refuse": "the organisation has applied to no call",
}
ROWS = [row for row in rows() if row.method != "GET" and set(STAFF) & set(row.allowed) and "own" not in row.allowed]
CASES = [(row, next(actor for actor in STAFF if actor in row.allowed)) for row in ROWS]
KINDS = swept(
    (pytest.param(row, actor, id=f"{row.id}, {actor}") for row, actor in CASES),
    lambda row, _: (row.noun, row.path in ALLOWED),
)
"""Each form, with the first role that sends it; one of each noun comes first."""


def sent(stage: Stage, row: Row, actor: str) -> tuple[int, str]:
    """The status and the text of the answer to the row's form, once the actor is a member of every other applicant."""
    given = form(stage, row, actor)
    stage.renew()
    with stage.app.app_context(), transaction():
        person = db.session.query(Person).filter_by(email=f"{NAMES[actor]}@example.org").one()
        rival(stage)
        concerned = own(stage.filled(CONCERNS.get(row.path, row.path)))
        others = db.session.query(Application.id).filter(Application.id.not_in(concerned))
        db.session.add_all(Involvement(application_id=id, person_id=person.id, part="member") for (id,) in others)
        w.recorded()
    answer = stage.call_again(actor, row.method, stage.filled(row.path), given)
    stage.spoil()
    return answer.status_code, answer.get_data(as_text=True)


def rival(stage: Stage) -> None:
    """A second application in the call of the statement, so that every call has rivals."""
    row = db.session.get_one(Application, int(stage.numbers["statement"]))
    applicant = Actor(person=row.created_by, role=Role.APPLICANT, on_behalf_of=row.organisation_id, via="test")
    drafts.begin(call=row.call, organisation=row.organisation, actor=applicant, apply=transitions.apply)


MODELS = {
    "applications": Application,
    "assignments": Assignment,
    "agreements": Agreement,
    "reports": Report,
    "conflicts": Conflict,
    "documents": Document,
    "messages": Correspondence,
}


CONCERNS = {"/failures/again": "/failures/{failure}/again"}
"""Forms whose rows are not in their address, with an address that is about the same row."""


def own(path: str) -> list[int | None]:
    """The applications that the address is about; that of a batch is about every award."""
    noun, *rest = path.strip("/").split("/")
    if noun == "batches":
        return [id for (id,) in db.session.query(Award.application_id)]
    if noun == "failures":
        ada = db.session.query(Person).filter_by(email="ada@example.org").one()
        return [one.application_id for one in failures.listed(load_principal(ada), only=int(rest[0]))[0]]
    if noun not in MODELS:
        return []
    application = application_of(db.session.get_one(MODELS[noun], int(rest[0])))
    return [application.id] if application else []


UNOFFERED = {"/office/calls/{call}/more-time"}
"""Forms that offer such a person nothing to choose, because drafts of the call are hidden from them."""


@pytest.mark.parametrize(("row", "actor"), KINDS)
def test_staff_who_apply_change_nothing_of_the_call(stage: Stage, row: Row, actor: str) -> None:
    status, text = sent(stage, row, actor)

    if row.path in ALLOWED:
        assert status == 302
    elif row.path in UNOFFERED:
        assert status == 422
    else:
        reason = OTHERS.get(row.path, COVERED if actor == "adm" else RIVAL)
        assert (status, reason in text) == (409, True)


def test_every_exception_is_a_row() -> None:
    assert {*ALLOWED, *UNOFFERED} - {row.path for row in ROWS} == set()


def test_the_batch_of_the_table_has_a_rival(stage: Stage) -> None:
    """Otherwise its refusals would prove nothing."""
    with stage.app.app_context():
        batch = db.session.get_one(Batch, int(stage.numbers["batch"]))
        call = batch.payments[0].instalment.award.application.call_id
        awarded = db.session.query(Award.application_id)
        assert db.session.query(Application).filter_by(call_id=call).filter(Application.id.not_in(awarded)).count()

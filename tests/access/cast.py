"""Test data in which each object has people with and without access to it, and each request of the table can succeed.

The objects are created once. Each is at the step where the requests of the table about it are allowed, so that the
result depends on the person only.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage

from flask import current_app

from config import Settings
from grants.db import db, now, today, transaction
from grants.models import (
    Application,
    Assignment,
    Award,
    Batch,
    Conflict,
    Document,
    DocumentFile,
    Outbox,
    SignIn,
)
from grants.outside import mailbox
from grants.outside.storage import Storage
from grants.services import (
    calls,
    locking,
    outbox,
    persons,
    sessions,
    unsubscriptions,
)
from grants.services.applications import drafts
from grants.services.reviews import assignments
from tests import provider
from tests import world as w
from tests.access import newcomers
from tests.beside import draft_call
from tests.browser import confirmed_session
from tests.databases import advance
from tests.second_factors import give_app
from tests.world import World
from workflows.engine.roles import Role

FREE = ("anon", "own", "other", "rev", "rev2", "off", "off2", "conf", "app", "fin", "aud", "adm")
LIMITED = ("offc", "app2", "appc", "fin2", "finc", "aud2", "audc", "adm2")
ACTORS = (*FREE, *LIMITED)
"""anon: the public · own, other: applicants, of the chapter that the objects belong to and of another ·
rev, rev2: reviewers, assigned and not · off: officer of everything · off2: officer of another programme ·
conf: an officer in conflict · app: approver · fin: finance · aud: auditor · adm: administrator ·
with a 2: appointed for another programme (RES) · with a c: appointed for one call, that of the objects (BTN-L)."""

SCOPED = {
    "off2": Role.OFFICER,
    "offc": Role.OFFICER,
    "app2": Role.APPROVER,
    "appc": Role.APPROVER,
    "fin2": Role.FINANCE,
    "finc": Role.FINANCE,
    "aud2": Role.AUDITOR,
    "audc": Role.AUDITOR,
    "adm2": Role.ADMINISTRATOR,
}
"""The people appointed for one programme or one call only, with their roles."""

WITHOUT_LIMIT = {
    "off": Role.OFFICER,
    "app": Role.APPROVER,
    "fin": Role.FINANCE,
    "aud": Role.AUDITOR,
    "adm": Role.ADMINISTRATOR,
}
"""The people who hold the same roles without a limit."""

NAMES = {
    "own": "mg1",
    "other": "bo1",
    "rev": "rex",
    "rev2": "ron",
    "off": "omar",
    "off2": "off2",
    "conf": "conf",
    "app": "pia",
    "fin": "fox",
    "aud": "uma",
    "adm": "ada",
} | {actor: actor for actor in SCOPED}
"""The person of each actor. Olga completes the checks and Fay prepares batches, so that Omar and Fox can continue."""

PASSWORD = "a long enough password"
FORTNIGHT = 15 * 86_400


AWARDS = 10
"""An organisation may hold two grants at once, so the person of `own` acts for half as many organisations."""


def play() -> dict[str, str]:
    """Fill an empty database; return the numbers for the placeholders in the paths of the table."""
    settings: Settings = current_app.extensions["settings"]
    world = w.build(envelope=200_000)
    found = _people(world, settings)
    lapsed = _awarded(world)
    advance(settings, FORTNIGHT)  # from here on the time to sign that award is over
    found |= {"lapsed": str(lapsed.application_id), "lapsed_award": str(lapsed.id), "today": today().isoformat()}
    found |= _before_a_decision(world) | _in_review(world) | _other_flows(world) | _agreements(world)
    found |= _payments(world) | _calls(world)
    found |= _documents(settings, int(found["granted"]))
    found |= newcomers.organisation_documents(world)
    found |= newcomers.merged(world)
    with transaction():
        found["factor"] = str(give_app(current_app, world.people["mg1"]).id)
    with transaction():
        found["provider_account"] = str(provider.link("mg1@example.org").id)
    found |= newcomers.invited(world)
    found["message"] = str(newcomers.message(world, int(found["reviewed"])))
    with transaction():
        found["link"] = persons.set_up_link(world.people["uma"], actor=w.SYSTEM)
    found["unsubscription"] = unsubscriptions.token(world.people["uma"].id, today(), key=settings.secret_key)
    found |= newcomers.registered(world)
    with transaction() as session:
        for row in session.query(Application).filter(Application.organisation_id != world.chapters["bo"].id):
            session.add(Conflict(application_id=row.id, person_id=world.people["conf"].id, kinds="member"))
        w.recorded()
    conflict = db.session.query(Conflict.id).filter_by(application_id=int(found["reviewed"])).scalar()
    return found | {"conflict": str(conflict)}


def sign_in(settings: Settings) -> dict[str, str]:
    """The token of a session for each actor but the public, in the database of the application.

    Each was used a day ahead, so that no request of a long test run notes its use and so changes the session; and its
    second factor was shown a day ahead, so that no request finds that this was too long ago.
    """
    people, tomorrow = w.found().people, now() + timedelta(days=1)
    with transaction():
        tokens = {actor: confirmed_session(people[name], settings) for actor, name in NAMES.items()}
        for session in db.session.query(SignIn):
            session.used_at = session.confirmed_at = tomorrow
    return tokens


def _people(world: World, settings: Settings) -> dict[str, str]:
    """More officers, people with a limited role, another reviewer, and a person who signs in with a password."""
    with transaction():
        locking.hold(*(world.people[name] for name in ("mg1", "mg2", "bo2", "uma")))
        for name, role in (("conf", Role.OFFICER), ("rhea", Role.REVIEWER), ("rita", Role.REVIEWER)):
            world.people[name] = w.person(name)
            persons.appoint(world.people[name], role, actor=w.SYSTEM)
        for name, role in SCOPED.items():
            world.people[name] = w.person(name)
            where = {"call_id": world.calls["BTN-L"].id} if name.endswith("c") else {"programme": "RES"}
            persons.appoint(world.people[name], role, **where, actor=w.SYSTEM)
        for number in range(1, 1 + AWARDS // 2):
            world.chapters[f"mg_{number}_"] = w.organisation(f"Chapter MG, district {number}", "MG", "fr")
            world.people[f"mg_{number}_1"] = world.people["mg1"]
            for name in ("mg1", "mg2"):
                persons.join(world.people[name], world.chapters[f"mg_{number}_"], actor=w.SYSTEM)
        appointment = persons.appoint(world.people["bo2"], Role.REVIEWER, actor=w.SYSTEM)
        entered = sessions.hasher(settings).hash(PASSWORD)
        for name in NAMES.values():
            world.people[name].password_hash = entered
        w.recorded()
    return {
        "appointment": str(appointment.id),
        "person": str(world.people["mg1"].id),
        "reviewer": str(world.people["rhea"].id),
        "organisation": str(world.chapters["mg"].id),
    }


def _before_a_decision(world: World) -> dict[str, str]:
    """A draft with a conflicting save, a question, completed checks, a panel and a recommendation."""
    draft = w.draft(world, code="BTN-S", amount=4_000)
    with transaction():
        actor = world.actor("mg1", Role.APPLICANT, draft.organisation)
        kept = drafts.keep_lost(draft, section="project", content={"title": ["Another"]}, version=1, actor=actor)
    asked = w.submitted(world)
    w.apply(world, asked, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
    checked = w.submitted(world)
    w.check(world, checked)
    panel, decision = (_reviewed(world, "BTN-L", ("ria", "rob", "rhea")) for _ in range(2))
    for row in (panel, decision):
        w.apply(world, row, "to_panel", "olga", Role.OFFICER)
    w.apply(world, decision, "recommend", "omar", Role.OFFICER, kind="award", amount=decision.asked, conditions="")
    return {
        "draft": str(draft.id),
        "kept": str(kept.id),
        "asked": str(asked.id),
        "checked": str(checked.id),
        "panel": str(panel.id),
        "decision": str(decision.id),
    }


def _reviewed(world: World, code: str, names: tuple[str, ...], amount: int = 10_000) -> Application:
    row = w.in_review(world, code=code, amount=amount)
    w.review(world, row, names)
    return row


def _in_review(world: World) -> dict[str, str]:
    """Two applications with all required reviews; Rex is also invited to one and scores the other; Rita declined."""
    reviewed = _reviewed(world, "BTN-S", ("ria", "rob"), 3_000)
    ready = _reviewed(world, "BTN-L", ("ria", "rob", "rhea"))
    olga = world.actor("olga", Role.OFFICER)
    with transaction():
        spare = assignments.assign(application=reviewed, reviewer=world.people["rex"], actor=olga)
    with transaction():
        declined = assignments.assign(application=ready, reviewer=world.people["rita"], actor=olga)
    w.apply(world, declined, "decline", "rita", Role.REVIEWER, reason="No time this month")
    assignment = w.scored(world, ready, "rex").assignment
    return {
        "reviewed": str(reviewed.id),
        "ready": str(ready.id),
        "assignment": str(assignment.id),
        "spare_assignment": str(spare.id),
        "declined_assignment": str(declined.id),
        "sent": str(db.session.query(Assignment.id).filter_by(application_id=ready.id, step="sent").limit(1).scalar()),
    }


def _other_flows(world: World) -> dict[str, str]:
    """A reviewed statement, an alert to submit, an alert to assess, and a mini-proposal that awaits its decision."""
    with transaction():
        world.people["lab1"] = w.person("lab1")
        world.chapters["lab"] = w.organisation("Laboratory", "KE", "en", kind="university")
        persons.join(world.people["lab1"], world.chapters["lab"], actor=w.SYSTEM)
    statement = w.in_review(world, code="RES", chapter="lab")
    w.review(world, statement, ("ria", "rob"))
    alert = w.draft(world, code="DRR")
    triage, urgent = w.draft(world, code="DRR"), w.draft(world, code="DRR")
    for row in (triage, urgent):
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
    w.apply(world, urgent, "accept", "olga", Role.OFFICER)
    w.fill(urgent, 10_000, world.actor("mg1", Role.APPLICANT, world.chapters["mg"]))
    w.apply(world, urgent, "submit", "mg1", Role.APPLICANT)
    w.check(world, urgent)
    w.review(world, urgent, ("ria", "rob"))
    w.apply(world, urgent, "recommend", "omar", Role.OFFICER, kind="award", amount=urgent.asked, conditions="")
    return {
        "statement": str(statement.id),
        "alert": str(alert.id),
        "triage": str(triage.id),
        "urgent": str(urgent.id),
    }


def _agreements(world: World) -> dict[str, str]:
    """A partial award that no one has signed, one that the grantee has signed, and one with an open condition."""
    offered, half, conditional = _awarded(world, given=9_000), _awarded(world), _awarded(world)
    w.apply(world, half.agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
    w.signed(world, conditional)
    return {
        "offered": str(offered.application_id),
        "offered_award": str(offered.id),
        "offered_agreement": str(offered.agreement.id),
        "half": str(half.application_id),
        "half_award": str(half.id),
        "half_agreement": str(half.agreement.id),
        "conditional_award": str(conditional.id),
        "conditional_agreement": str(conditional.agreement.id),
    }


def _payments(world: World) -> dict[str, str]:
    """Active grants: one to pay and report on, three in batches, one with unspent funds, and one ready to close."""
    batches = {step: w.batch(world, _active(world)) for step in ("prepared", "approved", "released")}
    for step in ("approved", "released"):
        w.apply(world, batches[step], "approve", "fritz", Role.FINANCE)
    w.apply(world, batches["released"], "release", "fox", Role.FINANCE)
    received = w.received(world, _award_of(batches["prepared"]), 1)
    left, settled = (_spent(world, used) for used in ("0.9", "1"))
    granted = _active(world)
    report = w.written_report(world, granted, 1)
    return {
        "granted": str(granted.application_id),
        "award": str(granted.id),
        "report": str(report.id),
        "received": str(received.id),
        "batch": str(batches["prepared"].id),
        "approved_batch": str(batches["approved"].id),
        "released_batch": str(batches["released"].id),
        "left_award": str(left.id),
        "left_agreement": str(left.agreement.id),
        "settled": str(settled.application_id),
    }


def _awarded(world: World, given: int | None = None) -> Award:
    """Another award, to an organisation below its limit."""
    made = db.session.query(Award).count()
    return w.awarded(world, chapter=f"mg_{1 + made // 2}_", given=given)


def _active(world: World) -> Award:
    """Another award, signed by both parties, with its condition met."""
    award = _awarded(world)
    w.signed(world, award)
    w.apply(world, award.agreement, "met", "olga", Role.OFFICER, proof="The owner is named.")
    return award


def _award_of(batch: Batch) -> Award:
    award: Award = batch.payments[0].instalment.award
    return award


def _spent(world: World, used: str) -> Award:
    """An award that is paid and reported on, with that share of it spent."""
    award = _active(world)
    w.reported(world, award, 1)
    w.paid(world, award)
    w.reported(world, award, 2, used=used)
    return award


def _calls(world: World) -> dict[str, str]:
    """The calls and the fund; money is allocated to the call in preparation, and a draft in the other waits."""
    assert world.fund is not None
    new_call = draft_call(world)
    w.begun(world, "BTN-L", "bo")
    with transaction():
        calls.fund(new_call, amount=Decimal(10_000), actor=world.actor("fay", Role.FINANCE))
    return {
        "fund": str(world.fund.id),
        "call": str(world.calls["BTN-L"].id),
        "new_call": str(new_call.id),
    }


def _documents(settings: Settings, granted: int) -> dict[str, str]:
    """A printed letter, a letter that could not be printed, and a mail in the mailbox."""
    letter = db.session.query(Document).filter_by(application_id=granted).order_by(Document.id).limit(1).one()
    with transaction() as session:
        dead = session.query(Outbox).order_by(Outbox.id).limit(1).one()
        outbox.fail(outbox.Claim(dead.id, dead.attempts, dead.kind, dead.args), problem="no paper", lasting=True)
        session.get_one(Outbox, dead.id).dead_at = now()
        order = session.query(Outbox).order_by(Outbox.id.desc()).limit(1).one()
        file = Storage(settings.files).put(b"%PDF-1.7")
        session.add(DocumentFile(document_id=letter.id, outbox_id=order.id, sha256=file, size=8, pages=1, made_with={}))
        w.recorded()
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Your award", "mg1@example.org"
    mail.set_content("Sign it.")
    mailbox.folder(settings.instance).mkdir(mode=0o700, exist_ok=True)
    (mailbox.folder(settings.instance) / "one.eml").write_bytes(bytes(mail))
    named = {"document": str(letter.id), "number": letter.number, "code": str(letter.code)}
    named["failed_document"] = str(dead.args["document"])
    return {"failure": str(dead.id), **named, "mail": "one"}

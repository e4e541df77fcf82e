"""Test data in which every object has a person who may see it and one who may not, and a browser for each of them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from config import Settings
from grants.db import db, now, saving
from grants.models import Assignment, Conflict, Document, DocumentFile, Outbox, Report
from grants.outside.storage import Storage
from grants.services import applications, outbox, persons, reviews
from tests import world as w
from tests.browser import Careful, anonymous, signed_in
from tests.world import World
from workflows.roles import Role

ACTORS = ("anon", "own", "other", "rev", "rev2", "off", "off2", "conf", "app", "fin", "aud", "adm")
"""anon: the public · own, other: applicants, of the chapter that owns the object and of another chapter ·

rev, rev2: reviewers, assigned and not assigned · off: officer of everything · off2: officer of another call · conf: an
officer in conflict · app: approver · fin: finance · aud: auditor · adm: administrator.
"""


@dataclass
class Stage:
    """The application, a browser for each actor, and the ids that are filled into addresses."""

    app: Flask
    browsers: dict[str, Careful]
    numbers: dict[str, str]

    def bury(self) -> None:
        """Mark the failed document as given up again, which the row that retries it needs."""
        with self.app.app_context():
            with saving() as session:
                session.get_one(Outbox, int(self.numbers["failure"])).dead_at = now()
            db.session.remove()


def build(app: Flask) -> Stage:
    """Create everything: a draft, one application in review, one active with reports, payments and documents."""
    with app.app_context():
        world = w.build()
        for name in ("off2", "conf"):
            with saving():
                world.people[name] = w.person(name)
                call = world.calls["RES"].id if name == "off2" else None
                persons.appoint(world.people[name], Role.OFFICER, call_id=call, actor=w.SYSTEM)
        numbers = _objects(world, app.extensions["settings"])
        people = {key: world.people[name] for key, name in NAMES.items()}
        db.session.remove()
    browsers = {key: signed_in(app, person) for key, person in people.items()} | {"anon": anonymous(app)}
    return Stage(app, browsers, numbers)


NAMES = {
    "own": "mg1",
    "other": "bo1",
    "rev": "rex",
    "rev2": "ron",
    "off": "olga",
    "off2": "off2",
    "conf": "conf",
    "app": "pia",
    "fin": "fay",
    "aud": "uma",
    "adm": "ada",
}


def _objects(world: World, settings: Settings) -> dict[str, str]:
    award = w.active(world, code="BTN-L")
    draft = w.draft(world, code="BTN-S", amount=4_000)
    reviewed = w.in_review(world, code="BTN-S", amount=3_000)
    w.review(world, reviewed, ("ria",))
    with saving():
        assignment = reviews.assign(
            application=reviewed, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER)
        )
    spare = w.in_review(world, code="BTN-S", chapter="bo", amount=2_000)
    with saving():
        spare_assignment = reviews.assign(
            application=spare, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER)
        )
        kept = applications.keep_lost(
            draft, section="project", content={"title": ["Another"]}, version=1, person=world.people["mg1"].id
        )
        appointment = persons.appoint(world.people["bo2"], Role.REVIEWER, actor=w.SYSTEM)
    batch = w.batch(world, award)
    new_call = w.draft_call(world)
    for row in (award.application, reviewed):
        with saving() as session:
            session.add(Conflict(application_id=row.id, person_id=world.people["conf"].id, kinds="member"))
    with saving() as session:
        dead = session.query(Outbox).order_by(Outbox.id).limit(1).one()
        outbox.fail(outbox.Claim(dead.id, dead.attempts, dead.kind, dead.args), problem="no paper", lasting=True)
    assert world.fund is not None
    printed = (
        db.session.query(Document).filter_by(application_id=award.application_id).order_by(Document.id).limit(1).one()
    )
    with saving() as session:
        order = session.query(Outbox).order_by(Outbox.id.desc()).limit(1).one()
        session.add(
            DocumentFile(
                document_id=printed.id,
                outbox_id=order.id,
                sha256=Storage(settings.files).put(b"%PDF-1.7"),
                size=8,
                pages=1,
                made_with={},
            )
        )
    return {
        "spare_assignment": str(spare_assignment.id),
        "kept": str(kept.id),
        "appointment": str(appointment.id),
        "spare_call": str(world.calls["DRR"].id),
        "number": printed.number,
        "draft": str(draft.id),
        "reviewed": str(reviewed.id),
        "granted": str(award.application_id),
        "award": str(award.id),
        "agreement": str(award.agreement.id),
        "assignment": str(assignment.id),
        "batch": str(batch.id),
        "fund": str(world.fund.id),
        "call": str(world.calls["BTN-L"].id),
        "new_call": str(new_call.id),
        "organisation": str(world.chapters["mg"].id),
        "person": str(world.people["mg1"].id),
        "failure": str(dead.id),
        "report": str(db.session.query(Report.id).filter_by(award_id=award.id, number=1).scalar()),
        "document": str(printed.id),
        "sent": str(db.session.query(Assignment.id).filter_by(application_id=reviewed.id, state="sent").scalar()),
    }

"""What stands beside the grants in the database of the access tests: invitations, registrations, messages, files."""

from __future__ import annotations

from datetime import timedelta

from grants.db import transaction
from grants.models import (
    Application,
    Organisation,
    Registration,
)
from grants.queries import memberships
from grants.services import (
    duplicates,
    invitations,
    join_requests,
    locking,
    registrations,
    transitions,
    verifications,
)
from grants.services.correspondence import messages
from grants.services.profiles import Details
from grants.services.registrations import Entry
from tests import world as w
from tests.attachments import uploads
from tests.world import World
from workflows.engine.rights import Right
from workflows.engine.roles import Role


def registered(world: World) -> dict[str, str]:
    """Organisations to verify, a person who asks to join the chapter, and the link of a registration."""
    found: dict[str, str] = {}
    for key, organisation_key in (("verification", "verified"), ("refusable", "refused")):
        with transaction():
            organisation = w.organisation(f"To be {organisation_key}", "TG", "fr")
            row = verifications.begin(organisation, actor=w.SYSTEM, apply=transitions.apply)
            found |= {key: str(row.id), organisation_key: str(organisation.id)}
    with transaction() as session:
        chapter = session.get_one(Organisation, world.chapters["mg"].id)
        locking.hold(chapter)
        request = join_requests.ask(w.person("joe"), chapter, title="Treasurer", days=-1)
        found["join_request"] = str(request.id)
    with transaction() as session:
        entry = Entry("eve@example.org", "Eve", "", "en", "nonprofit", "Isles", "PF", Details("Isles"))
        registrations.ask(entry, address="192.0.2.7", lifetime=timedelta(days=30))
        issued = registrations.issue(session.query(Registration.id).scalar())
        assert issued is not None
        found["registration"] = issued[2]
    return found


def merged(world: World) -> dict[str, str]:
    """An organisation that is merged into another one, and a third entry that is not merged."""
    actor = world.actor("ada", Role.ADMINISTRATOR)
    names = ("Entered twice", "Entered once", "Entered again")
    with transaction():
        duplicate, kept, third = (w.organisation(name, "TG", "fr") for name in names)
    with transaction():
        version = duplicates.version_of(duplicate, kept)
        duplicates.merge(duplicate, kept, reason="The same.", version=version, actor=actor, apply=transitions.apply)
    return {"merged": str(duplicate.id), "entered": str(third.id)}


def message(world: w.World, application: int) -> int:
    """A message of the applicant, and a note of the office."""
    with transaction() as session:
        row = session.get_one(Application, application)
        messages.note(row, body="Their register entry is on file.", actor=world.actor("olga", Role.OFFICER))
    with transaction():
        return messages.send(row, body="May we buy the routers now?", actor=world.actor("mg1", Role.APPLICANT)).id


def invited(world: World) -> dict[str, str]:
    """An invitation to act for the chapter, one to a role, one whose link is known; the members of the chapter."""
    chapter, administrator = world.chapters["mg"], world.actor("ada", Role.ADMINISTRATOR)
    member = world.actor("mg1", Role.APPLICANT, chapter)
    with transaction():
        rights = {Right.SIGN}
        ours = invitations.invite_member(chapter, email="new@example.org", name="New", rights=rights, actor=member)
    with transaction():
        role = invitations.invite_to_role(Role.REVIEWER, email="r@example.org", name="R", actor=administrator)
        open_ = invitations.invite_to_role(Role.REVIEWER, email="s@example.org", name="S", actor=administrator)
    with transaction():
        issued = invitations.issue(open_.id)
    held = {name: memberships.current(world.people[name], chapter) for name in ("mg1", "mg2")}
    return {
        "invitation": str(ours.id),
        "role_invitation": str(role.id),
        "token": issued[1] if issued else "",
        "own_membership": str(held["mg1"].id if held["mg1"] else 0),
        "membership": str(held["mg2"].id if held["mg2"] else 0),
    }


def organisation_documents(world: World) -> dict[str, str]:
    """A document of an organisation whose file was accepted."""
    document = uploads.document(world)
    uploads.check_all()
    return {"organisation_document": str(document.id), "attachment": str(document.attachment_id)}

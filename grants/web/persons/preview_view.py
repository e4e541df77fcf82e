"""What a role would allow a person, as their page shows it before the role is assigned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext

from grants.forms.persons import AppointmentForm
from grants.models import Appointment, Person
from grants.queries import previews
from grants.queries.previews import Place
from grants.web.site.components import Link
from grants.web.site.formats import label, translate
from workflows.engine.roles import Role


@dataclass(frozen=True, slots=True)
class RolePreview:
    """A role before it is assigned. digest: of everything that is shown. outdated: it differs from what was shown.

    allows, denies, conflicts: sentences. ways: how conflicts can be avoided. role, scope, ends_on: as the form sends
    them; covers: what it covers, as text; until: its end date. button: the title of the button.
    """

    title: str
    covers: str
    until: date | None
    allows: Sequence[str]
    denies: Sequence[str]
    conflicts: Sequence[str]
    ways: Sequence[Link]
    role: str
    scope: str
    ends_on: str
    digest: str
    outdated: bool
    button: str


def show(person: Person, form: AppointmentForm, held: Sequence[Appointment], *, outdated: bool) -> RolePreview:
    """The preview for a form whose fields are valid. held: the roles of the person that the reader sees."""
    role = Role(form.role.data)
    found = previews.preview(person, role, Place(*form.where()), held)
    count = len(found.conflicts)
    return RolePreview(
        title=label(role),
        covers=form.covers,
        until=form.ends_on.data,
        allows=[translate(one) for one in found.allows],
        denies=[translate(one) for one in found.denies],
        conflicts=[translate(one) for one in found.conflicts],
        ways=[
            Link(gettext("Choose a scope in which there is no conflict"), "#give"),
            Link(gettext("End the other role first"), "#roles"),
            Link(gettext("Choose another person"), url_for("persons.index")),
        ],
        role=str(role),
        scope=str(form.scope.data),
        ends_on=form.ends_on.data.isoformat() if form.ends_on.data else "",
        digest=found.digest,
        outdated=outdated,
        button=ngettext("Assign role with %(num)s conflict", "Assign role with %(num)s conflicts", count)
        if count
        else gettext("Assign role"),
    )

"""Legal details of an organisation: the present version, the form that adds one, and the earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from grants.forms.profiles import DetailsForm
from grants.models import Organisation, Profile
from grants.services.registers import REGISTERS, ours
from grants.web.site.components import Fact
from grants.web.site.formats import country, day, translate


@dataclass(frozen=True, slots=True)
class Version:
    """One version of legal details. line: its number, date and author. text: its register has no check digits."""

    facts: Sequence[Fact]
    line: str
    website: str


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """The form of a new version. version: the number of the present one, 0 without any."""

    organisation: Organisation
    form: DetailsForm
    version: int


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """Every version, the newest first."""

    organisation: Organisation
    versions: Sequence[Version]


def shown(profile: Profile, organisation: Organisation) -> Version:
    """A version as the page shows it."""
    place = ", ".join(part for part in (profile.address, profile.city, country(organisation.country)) if part)
    facts = [
        Fact(gettext("Legal name"), profile.legal_name),
        *_register(profile),
        Fact(gettext("Foundation number"), ours(organisation.id)),
        Fact(gettext("Address"), place),
    ]
    return Version(facts, _line(profile), profile.website)


def _register(profile: Profile) -> list[Fact]:
    """The register and the number in it; that of a register without check digits is kept as text."""
    if not profile.register:
        return [Fact(gettext("Register"), gettext("No register number"))]
    if known := REGISTERS.get(profile.register):
        return [
            Fact(gettext("Register"), translate(known.title)),
            Fact(gettext("Number"), gettext("%(number)s · check digits correct", number=profile.register_number)),
            Fact(gettext("Open identifier"), profile.identifier),
        ]
    text = gettext("%(number)s · kept as text, not checked", number=profile.register_number)
    return [Fact(gettext("Register"), profile.register), Fact(gettext("Number"), text)]


def _line(profile: Profile) -> str:
    on = day(profile.since_at.date(), "year")
    if profile.author is None:
        return gettext("Version %(number)s, %(day)s", number=profile.number, day=on)
    return gettext("Version %(number)s, %(day)s, by %(name)s", number=profile.number, day=on, name=profile.author.name)

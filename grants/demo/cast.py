"""The cast of the story: invented people, marked as demonstration, in the roles of the project."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from config import ROOT, Settings
from grants.db import db, transaction
from grants.models import Organisation, Person
from grants.queries.sessions import person_of
from grants.services import organisations, persons
from grants.services.sessions import hasher
from workflows.engine.roles import CLOCK, Role

PASSWORD = "demonstration"  # noqa: S105 - the demo prints it beside each login
CHAPTERS = ROOT / "grants" / "reference" / "chapters.csv"


@dataclass(frozen=True, slots=True)
class Part:
    """An invented person: the name shown on pages, and either a role or the organisation they act for."""

    name: str
    role: Role | None = None
    organisation: str = ""
    language: str = "en"
    zone: str = "UTC"


MADAGASCAR = "Internet Society Madagascar Chapter"
SPANISH = "Capítulo de demostración (demo)"
THIRD = "Third demonstration chapter (demo)"
INVENTED = ((SPANISH, "UY", "Latin America & Caribbean", "es"), (THIRD, "KE", "Africa", "en"))

CAST = {
    "hanta": Part("Hanta R. (demo)", organisation=MADAGASCAR, language="fr", zone="Indian/Antananarivo"),
    "mialy": Part("Mialy A. (demo)", organisation=MADAGASCAR, language="fr", zone="Indian/Antananarivo"),
    "lucia": Part("Lucía P. (demo)", organisation=SPANISH, language="es", zone="America/Montevideo"),
    "diego": Part("Diego S. (demo)", organisation=SPANISH, language="es", zone="America/Montevideo"),
    "wanjiru": Part("Wanjiru K. (demo)", organisation=THIRD, zone="Africa/Nairobi"),
    "otieno": Part("Otieno M. (demo)", organisation=THIRD, zone="Africa/Nairobi"),
    "nia": Part("Nia Okello (demo)", Role.OFFICER),
    "joel": Part("Joel Baptiste (demo)", Role.OFFICER),
    "rivera": Part("A. Rivera (demo)", Role.APPROVER),
    "rosa": Part("Rosa Méndez (demo)", Role.FINANCE),
    "daniel": Part("Daniel Osei (demo)", Role.FINANCE),
    "tomas": Part("Tomas Lindqvist (demo)", Role.FINANCE),
    "ines": Part("Ines Duarte (demo)", Role.REVIEWER),
    "karim": Part("Karim Benali (demo)", Role.REVIEWER),
    "lucie": Part("Lucie Fontaine (demo)", Role.REVIEWER),
    "farid": Part("Farid Haddad (demo)", Role.REVIEWER),
    "mei": Part("Mei Tan (demo)", Role.AUDITOR),
    "sam": Part("Sam Ito (demo)", Role.ADMINISTRATOR),
}


def email(key: str) -> str:
    """The mail address with which a member of the cast signs in."""
    return f"{key}@example.org"


def seat(settings: Settings) -> None:
    """Give every member of the cast an account and a role or an organisation; safe to repeat.

    Also adds the published chapters.
    """
    with transaction():
        with CHAPTERS.open(encoding="utf-8", newline="") as rows:
            organisations.add_missing(list(csv.DictReader(rows)))
        for name, country, region, language in INVENTED:
            if _organisation(name) is None:
                organisations.add(
                    name=name, country=country, region=region, language=language, source="demonstration data"
                )
        hashed = hasher(settings).hash(PASSWORD)
        for key, part in CAST.items():
            if person_of(email(key)) is None:
                _give(
                    part,
                    persons.add(
                        email=email(key),
                        name=part.name,
                        password_hash=hashed,
                        language=part.language,
                        timezone=part.zone,
                        actor=CLOCK,
                    ),
                )


def _give(part: Part, person: Person) -> None:
    if part.role:
        persons.appoint(person, part.role, actor=CLOCK)
    organisation = _organisation(part.organisation)
    if organisation:
        persons.join(person, organisation, actor=CLOCK)


def _organisation(name: str) -> Organisation | None:
    return db.session.query(Organisation).filter_by(name=name).one_or_none()

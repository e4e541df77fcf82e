"""The cast of the story: invented people, marked as demonstration, in the roles of the project."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from config import ROOT, Settings
from grants.db import db, transaction
from grants.models import Factor, Organisation, Person
from grants.models.factors import TOTP
from grants.outside.keys import kept
from grants.queries.sessions import person_of
from grants.services import locking, organisations, persons
from grants.services.factors import registry, totp
from grants.services.sessions import hasher
from workflows.engine.roles import CLOCK, Role

PASSWORD = "demonstration"  # noqa: S105 - the demo prints it beside each login
CHAPTERS = ROOT / "grants" / "reference" / "chapters.csv"


@dataclass(frozen=True, slots=True)
class Part:
    """An invented person: the name shown on pages, and either a role or the organisation they act for.

    domain: of the email address; every domain is reserved for examples (RFC 2606).
    """

    name: str
    role: Role | None = None
    organisation: str = ""
    language: str = "en"
    zone: str = "UTC"
    domain: str = "foundation.example.org"


MADAGASCAR = "Internet Society Madagascar Chapter"
SPANISH = "Capítulo de demostración (demo)"
THIRD = "Third demonstration chapter (demo)"
INVENTED = ((SPANISH, "UY", "Latin America & Caribbean", "es"), (THIRD, "KE", "Africa", "en"))


def chapter_domain(country: str) -> str:
    """The email domain of a chapter's people. country: its two-letter code."""
    return f"chapter-{country.lower()}.example.org"


def _chapter(name: str, organisation: str, country: str, language: str, zone: str) -> Part:
    return Part(name, organisation=organisation, language=language, zone=zone, domain=chapter_domain(country))


CAST = {
    "hanta": _chapter("Hanta R. (demo)", MADAGASCAR, "MG", "fr", "Indian/Antananarivo"),
    "mialy": _chapter("Mialy A. (demo)", MADAGASCAR, "MG", "fr", "Indian/Antananarivo"),
    "lucia": _chapter("Lucía P. (demo)", SPANISH, "UY", "es", "America/Montevideo"),
    "diego": _chapter("Diego S. (demo)", SPANISH, "UY", "es", "America/Montevideo"),
    "wanjiru": _chapter("Wanjiru K. (demo)", THIRD, "KE", "en", "Africa/Nairobi"),
    "otieno": _chapter("Otieno M. (demo)", THIRD, "KE", "en", "Africa/Nairobi"),
    "nia": Part("Nia Okello (demo)", Role.OFFICER),
    "joel": Part("Joel Baptiste (demo)", Role.OFFICER),
    "rivera": Part("A. Rivera (demo)", Role.APPROVER),
    "rosa": Part("Rosa Méndez (demo)", Role.FINANCE),
    "daniel": Part("Daniel Osei (demo)", Role.FINANCE),
    "tomas": Part("Tomas Lindqvist (demo)", Role.FINANCE),
    "ines": Part("Ines Duarte (demo)", Role.REVIEWER, domain="university.example.net"),
    "karim": Part("Karim Benali (demo)", Role.REVIEWER, domain="networks.example.com"),
    "lucie": Part("Lucie Fontaine (demo)", Role.REVIEWER, domain=chapter_domain("CA")),
    "farid": Part("Farid Haddad (demo)", Role.REVIEWER, domain="engineers.example.net"),
    "mei": Part("Mei Tan (demo)", Role.AUDITOR),
    "sam": Part("Sam Ito (demo)", Role.ADMINISTRATOR),
}
"""Lucie has an address of the Quebec chapter, so that the page of its application warns of a shared domain."""


def email(key: str) -> str:
    """The email address with which a member of the cast signs in."""
    return f"{key}@{CAST[key].domain}"


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
        joined = [_organisation(part.organisation) for part in CAST.values()]
        locking.hold(applied=[organisation for organisation in joined if organisation])
        hashed = hasher(settings).hash(PASSWORD)
        encrypted_with = settings.secret_key or kept(settings.instance, "secret_key")
        for key, part in CAST.items():
            if person_of(email(key)) is None:
                _give(
                    part,
                    persons.add(
                        email=email(key),
                        name=part.name,
                        password_hash=hashed,
                        mail_language=part.language,
                        timezone=part.zone,
                        actor=CLOCK,
                    ),
                    encrypted_with,
                )


def _give(part: Part, person: Person, key: str) -> None:
    """Give the person their role with the second factor that it requires, or their organisation."""
    if part.role:
        persons.appoint(person, part.role, actor=CLOCK)
        secret = totp.new_secret(person, key=key)
        registry.store(Factor(person_id=person.id, kind=TOTP, label="Demonstration", secret=secret), actor=CLOCK)
    organisation = _organisation(part.organisation)
    if organisation:
        persons.join(person, organisation, actor=CLOCK)


def _organisation(name: str) -> Organisation | None:
    return db.session.query(Organisation).filter_by(name=name).one_or_none()

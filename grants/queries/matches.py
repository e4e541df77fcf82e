"""Organisations that may be the same as one that somebody registers: similar name, same website or register number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from rapidfuzz import fuzz
from sqlalchemy import func, or_, select

from grants.db import db
from grants.models import Application, Membership, Organisation, Profile
from grants.models.organisations import is_one_with

MOST = 5
"""The most organisations that a page offers."""
ALIKE, PARTLY_ALIKE = 82, 95
"""The least similarity of two names, of 100: in all their words, and in the words of the shorter one."""
SHARED = frozenset(
    {
        "internet", "society", "isoc", "chapter", "chapitre", "capitulo", "the", "of", "and", "de", "la", "le", "les",
        "du", "des", "el", "los", "y", "et", "for", "pour", "para", "association", "asociacion", "associacao",
        "foundation", "fondation", "fundacion", "asbl", "vzw", "ev", "ngo", "ong", "inc", "ltd",
    }
)  # fmt: skip
"""Words that tell no organisation from another, as `folded` writes them."""
SHARED_DOMAINS = frozenset(
    {
        "facebook.com", "instagram.com", "linkedin.com", "x.com", "twitter.com", "youtube.com", "github.io",
        "wordpress.com", "blogspot.com", "sites.google.com", "medium.com", "wixsite.com",
    }
)  # fmt: skip
"""Domains under which many organisations have their pages."""
HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of an organisation that somebody registers. identifier: empty without a number that was checked."""

    name: str
    legal_name: str
    country: str
    website: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An organisation that may be the same, with public facts only. free: nobody ever applied or acts for it."""

    id: int
    name: str
    kind: str
    country: str
    city: str
    free: bool


def domain_of(website: str) -> str:
    """The host of a website in ASCII, without “www.”; empty if the text is no address of one."""
    text = website.strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        host = host.encode("idna").decode("ascii").removeprefix("www.")
    except (UnicodeError, ValueError):
        return ""
    return host if HOST.fullmatch(host) else ""


def folded(name: str) -> str:
    """The words of a name in lower case, without accents and signs, and without those that many names share."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    words = re.findall(r"\w+", letters)
    return " ".join([word for word in words if word not in SHARED] or words)


def alike(first: str, second: str) -> bool:
    """Whether two folded names may name the same organisation."""
    if fuzz.token_sort_ratio(first, second) >= ALIKE:
        return True
    shorter = min(len(first.split()), len(second.split()))
    return shorter > 1 and fuzz.token_set_ratio(first, second) >= PARTLY_ALIKE


def matching(candidate: Candidate) -> list[Match]:
    """The organisations that may be the same, the most similar first, at most five; two queries."""
    wanted = {folded(candidate.name), folded(candidate.legal_name)} - {""}
    found = []
    for id, name, legal_name, website, identifier in _near(candidate):
        names = {folded(name), folded(legal_name or "")} - {""}
        same = candidate.identifier and identifier == candidate.identifier
        if same or _same_site(website, candidate.website) or any(alike(a, b) for a in wanted for b in names):
            closest = max((fuzz.token_sort_ratio(a, b) for a in wanted for b in names), default=0)
            found.append((100 if same else closest, id))
    found.sort(key=lambda one: (-one[0], one[1]))
    return public(list(dict.fromkeys(id for _, id in found))[:MOST])


def _near(candidate: Candidate) -> list[tuple[int, str, str | None, str | None, str | None]]:
    """Organisations of the country, and those elsewhere with the same name, number or website.

    A duplicate comes with the id of the entry that is kept.
    """
    newest = (
        select(Profile.organisation_id, func.max(Profile.number).label("number"))
        .group_by(Profile.organisation_id)
        .subquery()
    )
    here = or_(Organisation.country == candidate.country, func.plain(Organisation.name) == func.plain(candidate.name))
    if candidate.identifier:
        here = or_(here, Profile.identifier == candidate.identifier)
    if domain := domain_of(candidate.website):
        here = or_(here, Profile.website.icontains(domain, autoescape=True))
    kept = func.coalesce(Organisation.merged_into_id, Organisation.id)
    wanted = (
        select(kept, Organisation.name, Profile.legal_name, Profile.website, Profile.identifier)
        .outerjoin(newest, newest.c.organisation_id == Organisation.id)
        .outerjoin(Profile, (Profile.organisation_id == Organisation.id) & (Profile.number == newest.c.number))
        .where(here)
        .order_by(Organisation.id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in db.session.execute(wanted)]


def _same_site(first: str | None, second: str) -> bool:
    domain = domain_of(second)
    return bool(domain) and domain not in SHARED_DOMAINS and domain_of(first or "") == domain


def public(ids: Iterable[int]) -> list[Match]:
    """The public facts of these organisations, in the same order."""
    wanted = list(ids)
    acts = select(Membership.id).where(is_one_with(Membership.organisation_id, Organisation.id)).exists()
    applied = select(Application.id).where(is_one_with(Application.organisation_id, Organisation.id)).exists()
    city = (
        select(Profile.city)
        .where(Profile.organisation_id == Organisation.id)
        .order_by(Profile.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = (Organisation.id, Organisation.name, Organisation.kind, Organisation.country)
    rows = db.session.execute(
        select(*columns, func.coalesce(city, ""), ~(acts | applied)).where(Organisation.id.in_(wanted))
    )
    found = {row[0]: Match(*row) for row in rows}
    return [found[id] for id in wanted if id in found]

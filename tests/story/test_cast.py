"""The invented people of the demonstration: reserved addresses, and one reviewer who shares a domain with a chapter."""

from __future__ import annotations

import csv

from config import ROOT
from grants.demo.cast import CAST, INVENTED, chapter_domain, email
from grants.demo.crowd import ASKED, READ, UNREAD
from grants.demo.proposals import read
from workflows.engine.roles import Role

RESERVED = ("example.org", "example.net", "example.com")
"""Domains that nobody can register (RFC 2606)."""


def countries() -> dict[str, str]:
    """The country of each organisation of the demonstration."""
    with (ROOT / "grants" / "reference" / "chapters.csv").open(encoding="utf-8", newline="") as rows:
        published = {row["chapter"]: row["country_iso2"] for row in csv.DictReader(rows)}
    return published | {name: country for name, country, *_ in INVENTED}


def domain_of(key: str) -> str:
    """The domain of a member of the cast."""
    return email(key).rpartition("@")[2]


def test_every_address_is_in_a_reserved_domain() -> None:
    reserved = [key for key in CAST if domain_of(key).endswith(RESERVED)]

    assert reserved == list(CAST)


def test_the_people_of_a_chapter_share_its_domain_and_the_staff_share_theirs() -> None:
    chapters = {key: part.organisation for key, part in CAST.items() if part.organisation}
    staff = {domain_of(key) for key, part in CAST.items() if part.role and part.role is not Role.REVIEWER}

    found = {key: domain_of(key) for key in chapters}

    assert found == {key: chapter_domain(countries()[name]) for key, name in chapters.items()}
    assert staff == {"foundation.example.org"}


def test_only_one_reviewer_shares_a_domain_with_one_applicant() -> None:
    applicants = {key: chapter_domain(countries()[read(key).organisation]) for key in (*READ, *UNREAD, ASKED)}
    applicants |= {key: domain_of(key) for key, part in CAST.items() if part.organisation}
    reviewers = {key: domain_of(key) for key, part in CAST.items() if part.role is Role.REVIEWER}

    shared = [(one, other) for one in reviewers for other in applicants if reviewers[one] == applicants[other]]

    assert shared == [("lucie", "quebec")]
    assert len(set(reviewers.values())) == len(reviewers)

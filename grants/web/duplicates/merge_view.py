"""The pages that merge a duplicate: choose the entry that is kept, compare both, confirm; and the page to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext

from grants.access.permissions import Permission
from grants.access.principals import Principal
from grants.forms.duplicates import MergeForm, SeparationForm
from grants.models import Organisation
from grants.queries import duplicates, matches, organisations, profiles
from grants.queries.matches import Candidate, Match
from grants.services import duplicates as commands
from grants.services.registers import ours
from grants.web.site.authorization import actor_on_row, principal
from grants.web.site.components import Fact, Reason
from grants.web.site.formats import country, day, label, translate
from workflows.engine.roles import Role

MOST = 20


@dataclass(frozen=True, slots=True)
class ChoicePage:
    """The entries that may be kept. words: what was searched for; without, those that may be the same are listed."""

    duplicate: Organisation
    words: str
    found: Sequence[Match]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison: what both entries have there, and whether it differs."""

    title: str
    duplicate: str
    kept: str
    differs: bool


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """Both entries side by side. reasons: why they cannot be merged. version: of both."""

    duplicate: Organisation
    kept: Organisation
    lines: Sequence[Line]
    reasons: Sequence[Reason]
    form: MergeForm
    version: int


@dataclass(frozen=True, slots=True)
class SeparationPage:
    """The form to undo a merge. version: of the duplicate."""

    duplicate: Organisation
    kept: Organisation
    form: SeparationForm
    version: int


@dataclass(frozen=True, slots=True)
class Merged:
    """An entry that was merged, as the page of either one says. reason: for those who may undo it."""

    id: int
    name: str
    on: date
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entries:
    """How an organisation is merged. into: the entry that is kept, of a duplicate. merged: those merged into this one.

    sets: the reader may merge it and undo a merge.
    """

    into: Merged | None
    merged: Sequence[Merged]
    sets: bool


def choice(duplicate: Organisation) -> ChoicePage:
    """The entries that may be kept, for the words of the request."""
    words = request.args.get("words", "").strip()
    if words:
        found = matches.public(duplicates.sought(principal(), words, besides=duplicate, most=MOST))
    else:
        found = [one for one in matches.matching(_candidate(duplicate)) if one.id != duplicate.id]
    return ChoicePage(duplicate, words, found)


def comparison(duplicate: Organisation, kept: Organisation, form: MergeForm) -> ComparisonPage:
    """Both entries side by side, with what is shared once they are merged."""
    into, actor = commands.entry_of(kept), actor_on_row(duplicate, Role.ADMINISTRATOR)
    form.kept.data = str(into.id)
    return ComparisonPage(
        duplicate=duplicate,
        kept=into,
        lines=_lines(duplicate, into),
        reasons=[Reason(translate(one)) for one in commands.against(duplicate, into, actor)],
        form=form,
        version=commands.version_of(duplicate, into),
    )


def separation(duplicate: Organisation, kept: Organisation, form: SeparationForm) -> SeparationPage:
    """The form to undo the merge of this duplicate."""
    return SeparationPage(duplicate, kept, form, duplicate.version)


def entries(organisation: Organisation) -> Entries:
    """How the organisation is merged, for its page."""
    reader = principal()
    into = organisation.merged_into
    found = [] if into else duplicates.merged_into(organisation)
    return Entries(
        into=_merged(organisation, into, reader) if into else None,
        merged=[_merged(one, one, reader) for one in found],
        sets=reader.may(Permission.SET_ORGANISATIONS),
    )


def _merged(row: Organisation, shown: Organisation, reader: Principal) -> Merged:
    """What the page says of this merged row, which names the other one. shown: the entry that it leads to."""
    sets = reader.may(Permission.SET_ORGANISATIONS)
    assert row.merged_at is not None  # noqa: S101 - a constraint ties it to the entry that is kept
    by = row.merged_by.name if row.merged_by and sets else ""
    return Merged(shown.id, shown.name, row.merged_at.date(), by, row.merged_reason if sets else "")


def _lines(duplicate: Organisation, kept: Organisation) -> list[Line]:
    """The facts of both entries, without grants, which administrators do not see."""
    rows = zip(_facts(duplicate), _facts(kept), strict=True)
    return [Line(title, mine, theirs, differs=mine != theirs) for (title, mine), (_, theirs) in rows]


def _facts(organisation: Organisation) -> list[Fact]:
    found = profiles.present(organisation)
    return [
        Fact(gettext("Name"), organisation.name),
        Fact(gettext("Legal name"), found.legal_name if found else "–"),
        Fact(gettext("Number"), found.identifier if found else ours(organisation.id)),
        Fact(gettext("Website"), (found.website if found else "") or "–"),
        Fact(gettext("Type"), label(organisation.kind)),
        Fact(gettext("Country"), country(organisation.country)),
        Fact(gettext("Standing"), label(organisation.standing) if organisation.kind == "chapter" else "–"),
        Fact(gettext("Added on"), day(organisation.created_at.date(), "year")),
        Fact(gettext("People"), ", ".join(_names(organisation)) or "–"),
    ]


def _names(organisation: Organisation) -> list[str]:
    """The names of those who act for the organisation, each once."""
    return list(dict.fromkeys(one.person.name for one in organisations.contacts(organisation, principal())))


def _candidate(organisation: Organisation) -> Candidate:
    """What other entries are compared with."""
    found = profiles.present(organisation)
    if found is None:
        return Candidate(organisation.name, "", organisation.country)
    return Candidate(organisation.name, found.legal_name, organisation.country, found.website, found.identifier)

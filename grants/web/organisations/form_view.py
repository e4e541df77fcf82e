"""The list of organisations for administrators, and the form to add or correct one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext

from grants.forms.organisations import OrganisationForm
from grants.models import Organisation
from grants.queries import matches, organisations
from grants.queries.matches import Match
from grants.queries.organisations import Listing
from grants.services import organisations as commands
from grants.web.site.authorization import principal


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of organisations. words: what was searched for. first: the address of the first page, where not shown."""

    words: str
    listing: Listing
    first: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form. to: where it is sent. organisation: what is corrected, with its version; None to add one.

    found: organisations that may be the same. cancel: the address of the page to go back to.
    """

    form: OrganisationForm
    title: str
    to: str
    cancel: str
    organisation: Organisation | None = None
    version: int | None = None
    found: Sequence[Match] = ()


def listed() -> ListPage:
    """The page of the list for the words of the request."""
    words, after = request.args.get("words", "").strip(), request.args.get("after", "")
    found = organisations.listing(principal(), words=words, after=after)
    return ListPage(words, found, url_for("organisations.index", words=words or None) if after else "")


def adding(form: OrganisationForm, found: Sequence[Match] = ()) -> FormPage:
    """The form to add an organisation. found: those that may be the same."""
    return FormPage(
        form=form,
        title=gettext("Add an organisation"),
        to=url_for("organisations.add"),
        cancel=url_for("organisations.index"),
        found=found,
    )


def correcting(organisation: Organisation, form: OrganisationForm) -> FormPage:
    """The form to correct this organisation."""
    return FormPage(
        form=form,
        title=gettext("Correct the entry"),
        to=url_for("organisations.correct", id=organisation.id),
        cancel=url_for("organisations.show", id=organisation.id),
        organisation=organisation,
        version=commands.version_of(organisation),
    )


def alike(form: OrganisationForm) -> list[Match]:
    """The organisations that may be the same as the entered one; none if the administrator said that it is none."""
    return [] if form.different.data else matches.matching(form.candidate)

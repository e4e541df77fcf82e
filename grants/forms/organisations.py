"""Organisations: what identifies one, for its registration and for an administrator who adds or corrects it."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel import Locale
from flask_babel import get_locale, gettext, lazy_gettext
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired, ValidationError

from config import LANGUAGES, NAMES
from grants.forms.base import ChoiceField, line, needed
from grants.forms.profiles import DetailsForm
from grants.models import Organisation, Profile
from grants.queries.matches import Candidate
from grants.services import profiles, registers
from grants.services.organisations import Named, sort_key
from grants.services.persons import LONGEST
from workflows.cases import KINDS

NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Codes of the Unicode data that stand for no country."""
NO_KIND = lazy_gettext("Select the type of organisation.")
NO_COUNTRY = lazy_gettext("Select the country.")
NO_LEGAL_NAME = lazy_gettext("Enter the legal name of the organisation.")


@cache
def _countries(language: str) -> dict[str, str]:
    """The name of each country in a language, by code, in the order of the names."""
    names = {str(code): str(name) for code, name in Locale.parse(language).territories.items()}
    known = {code: name for code, name in names.items() if len(code) == 2 and code.isalpha()}  # noqa: PLR2004
    ordered = sorted(known, key=lambda code: sort_key(known[code]))
    return {code: known[code] for code in ordered if code not in NO_COUNTRIES}


class OrganisationFields(DetailsForm):
    """The kind, the country and the name of an organisation, with its legal details."""

    kind = RadioField(lazy_gettext("Type of organisation"), [InputRequired(NO_KIND)], choices={}, validate_choice=False)
    country = ChoiceField(lazy_gettext("Country"), validators=[needed(NO_COUNTRY)], wrong=NO_COUNTRY, choices={})
    organisation = line(
        lazy_gettext("Name of the organisation"),
        most=LONGEST,
        missing=lazy_gettext("Enter the name of the organisation."),
    )

    def __init__(self, profile: Profile | None = None, **values: Any) -> None:
        super().__init__(profile, **values)
        self.kind.choices = {kind: gettext(name.text) for kind, name in KINDS.items()}
        self.country.choices = {"": gettext("Select a country")} | _countries(str(get_locale() or "en"))

    def validate_kind(self, field: Any) -> None:
        """Refuse a kind that the page does not offer."""
        if field.data not in KINDS:
            raise ValidationError(str(NO_KIND))


ORDER = (
    *("kind", "country", "organisation", "language", "legal_name", "register", "register_number", "register_name"),
    *("address", "city", "website", "different"),
)
"""The fields of the form of an administrator as the page shows them."""


class OrganisationForm(OrganisationFields):
    """An organisation as an administrator adds or corrects it.

    One from the published list may have no legal details yet, and may be corrected without them.
    """

    legal_name = line(
        lazy_gettext("Legal name"),
        most=profiles.LONGEST,
        required=False,
        description=lazy_gettext("As written in the registration document of the organisation."),
    )
    language = ChoiceField(
        lazy_gettext("Language for letters"), wrong=lazy_gettext("Select one of the languages."), choices={}
    )
    different = BooleanField(lazy_gettext("None of these organisations"))

    def __init__(self, organisation: Organisation | None = None, profile: Profile | None = None) -> None:
        """organisation, profile: what is corrected, with its present legal details; None to add one."""
        self.without_details = organisation is not None and profile is None
        super().__init__(profile, **_values(organisation))
        self._fields = {name: self._fields[name] for name in ORDER}
        self.language.choices = {code: NAMES[code] for code in LANGUAGES}
        self.legal_name.flags.required = not self.without_details

    def validate_legal_name(self, field: Any) -> None:
        """Require the legal name, unless there are no legal details and none are entered."""
        entered = (self.register, self.register_name, self.register_number, self.address, self.city, self.website)
        if not (field.data or "").strip() and not (self.without_details and not any(one.data for one in entered)):
            raise ValidationError(str(NO_LEGAL_NAME))

    @property
    def named(self) -> Named:
        """The values beside the legal details, once the form is valid."""
        return Named(
            name=(self.organisation.data or "").strip(),
            kind=self.kind.data,
            country=self.country.data,
            language=self.language.data,
        )

    @property
    def candidate(self) -> Candidate:
        """What existing organisations are compared with."""
        details = self.details
        known = registers.identifier(details.entered, 0) if details.entered.register in registers.REGISTERS else ""
        return Candidate(self.named.name, details.legal_name, self.country.data, details.website, known)


def _values(organisation: Organisation | None) -> dict[str, str]:
    """The values of a stored organisation, by field."""
    if organisation is None:
        return {"language": str(get_locale() or "en").partition("_")[0]}
    return {
        "organisation": organisation.name,
        "kind": organisation.kind,
        "country": organisation.country,
        "language": organisation.language,
    }

"""The registration of an organisation by its first contact, and the answer to a request to join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import get_locale, gettext, lazy_gettext
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from config import LANGUAGES, NAMES
from grants.forms.base import ChoiceField, Form, line, needed
from grants.forms.cleaning import cleaned
from grants.forms.organisations import OrganisationFields
from grants.queries.matches import Match
from grants.services.join_requests import LONGEST as LONGEST_REASON
from grants.services.persons import ADDRESS, LONGEST
from grants.services.registrations import Entry

NONE_OF_THESE = "none"
ORDER = (
    *("kind", "country", "organisation", "match", "legal_name", "register", "register_number", "register_name"),
    *("address", "city", "website", "name", "title", "email", "language", "authorised", "informed"),
)
"""The fields of a registration as the page shows them, so that its errors are listed in the same order."""


class MatchFields(Form):
    """Which of the organisations that may be the same it is. Nothing is selected in advance."""

    match = RadioField(lazy_gettext("Is this your organisation?"), choices={}, validate_choice=False)

    def offer(self, found: Sequence[Match]) -> None:
        """Offer these organisations, and that it is none of them."""
        self.match.choices = {str(one.id): one.name for one in found} | {NONE_OF_THESE: gettext("None of these")}

    def chosen(self, found: Sequence[Match]) -> int | None:
        """The organisation that was chosen among these; None for none of them."""
        return next((one.id for one in found if str(one.id) == self.match.data), None)

    def answered(self, found: Sequence[Match]) -> bool:
        """Whether the question about these organisations was answered."""
        return self.match.data == NONE_OF_THESE or self.chosen(found) is not None


class RegistrationForm(MatchFields, OrganisationFields):
    """An organisation and its first contact. known: names of organisations that exist already."""

    name = line(
        lazy_gettext("Your name"),
        most=LONGEST,
        missing=lazy_gettext("Enter your name."),
        render_kw={"autocomplete": "name"},
    )
    title = line(lazy_gettext("Your role"), most=LONGEST, required=False)
    email = line(
        lazy_gettext("Your email address"),
        most=LONGEST,
        missing=lazy_gettext("Enter your email address."),
        description=lazy_gettext("You sign in with a link sent to this address. You do not need a password."),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    language = ChoiceField(
        lazy_gettext("Language of our emails to you"), wrong=lazy_gettext("Select one of the languages."), choices={}
    )
    authorised = BooleanField(
        lazy_gettext("I am authorised to act for this organisation."),
        [InputRequired(lazy_gettext("Confirm that you are authorised to act for this organisation."))],
    )
    informed = BooleanField(
        lazy_gettext("I agree that the Foundation may store what I enter here to process applications."),
        [InputRequired(lazy_gettext("Confirm that the Foundation may store what you enter."))],
    )

    def __init__(self) -> None:
        super().__init__()
        self._fields = {name: self._fields[name] for name in ORDER}
        self.language.choices = {code: NAMES[code] for code in LANGUAGES}
        if self.language.data is None:
            self.language.data = str(get_locale() or "en").partition("_")[0]

    def validate_email(self, field: Any) -> None:
        """Refuse what is no address."""
        if not ADDRESS.fullmatch((field.data or "").strip()):
            raise ValidationError(gettext("Enter an email address in the format name@example.org."))

    def entry(self, call_id: int | None, found: Sequence[Match]) -> Entry:
        """The values, once the form is valid. found: the organisations that it offered."""
        chosen = self.chosen(found)
        return Entry(
            email=(self.email.data or "").strip(),
            name=(self.name.data or "").strip(),
            title=(self.title.data or "").strip(),
            language=self.language.data,
            kind=self.kind.data,
            organisation=(self.organisation.data or "").strip(),
            country=self.country.data,
            details=self.details,
            call_id=call_id,
            organisation_id=chosen,
            declined=() if chosen else tuple(one.id for one in found),
        )


class DeclineForm(Form):
    """The reason why a request to join is declined."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [needed(lazy_gettext("Enter the reason."))],
        filters=[cleaned],
        description=lazy_gettext("We send it to the person."),
        render_kw={"maxlength": LONGEST_REASON},
    )

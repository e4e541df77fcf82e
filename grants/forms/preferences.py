"""What people set in their own account."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from wtforms import SelectMultipleField
from wtforms.validators import ValidationError

from config import LANGUAGES, NAMES
from grants.forms.base import ChoiceField, Form, OptionField, line, needed
from grants.models import Person
from grants.services.persons import LONGEST
from grants.services.preferences import Preferences
from workflows.engine.urgency import Delivery

NO_LANGUAGE = lazy_gettext("Select a language.")
NO_ZONE = lazy_gettext("Select a time zone.")
DELIVERIES = {
    Delivery.IMMEDIATE: lazy_gettext("Every email at once"),
    Delivery.DAILY: lazy_gettext("Urgent emails at once, all others in one daily email"),
    Delivery.URGENT: lazy_gettext("Urgent emails at once, what you need to know in one daily email, and nothing else"),
}
"""The choices of when emails are sent, in their order."""


class ReadingField(SelectMultipleField):
    """Any number of the languages that are offered."""

    def pre_validate(self, form: object) -> None:
        """Refuse a language that is not offered."""
        if not set(self.data or ()) <= set(NAMES):
            self.data = [code for code in self.data or () if code in NAMES]
            raise ValidationError(gettext("Select languages from the list."))


class PreferencesForm(Form):
    """Name, languages, time zone and emails of a person."""

    name = line(
        lazy_gettext("Name"),
        most=LONGEST,
        printed=True,
        missing=lazy_gettext("Enter your name."),
        render_kw={"autocomplete": "name"},
    )
    language = ChoiceField(
        lazy_gettext("Language of pages"), validators=[needed(NO_LANGUAGE)], wrong=NO_LANGUAGE, choices={}
    )
    mail_language = ChoiceField(
        lazy_gettext("Language of emails to you"), validators=[needed(NO_LANGUAGE)], wrong=NO_LANGUAGE, choices={}
    )
    reading_languages = ReadingField(lazy_gettext("Languages you can review in"), choices=[])
    mail_delivery = OptionField(
        lazy_gettext("When emails are sent to you"),
        validators=[needed(lazy_gettext("Select when emails are sent to you."))],
        choices={},
    )
    timezone = ChoiceField(lazy_gettext("Time zone"), validators=[needed(NO_ZONE)], wrong=NO_ZONE, choices={})

    @classmethod
    def of(
        cls, person: Person, *, zones: Mapping[str, str], names: Mapping[str, str], reviews: bool
    ) -> PreferencesForm:
        """The form with the values of the person.

        zones: the time zones to choose from, by key. names: of the languages, by code. reviews: whether the person is a
        reviewer, who chooses languages for that. A language of pages is asked for where there are several.
        """
        form = cls(
            name=person.name,
            language=person.language if person.language in LANGUAGES else next(iter(LANGUAGES)),
            mail_language=person.language_of_mails if person.language_of_mails in LANGUAGES else "en",
            reading_languages=person.reading_languages,
            mail_delivery=person.mail_delivery,
            timezone=person.timezone,
        )
        form.language.choices = dict(LANGUAGES)
        form.mail_language.choices = dict(LANGUAGES)
        form.reading_languages.choices = [(code, names[code]) for code in NAMES]
        form.mail_delivery.choices = {str(one): str(label) for one, label in DELIVERIES.items()}
        form.timezone.choices = dict(zones)
        if len(LANGUAGES) == 1:
            del form.language
        if not reviews:
            del form.reading_languages
        return form

    def preferences(self, person: Person) -> Preferences:
        """What was entered; what the form does not ask for stays."""
        return Preferences(
            name=self.name.data or "",
            language=self.language.data if "language" in self else person.language,
            mail_language=self.mail_language.data,
            reading_languages=(self.reading_languages.data or [])
            if "reading_languages" in self
            else person.reading_languages,
            timezone=self.timezone.data,
            mail_delivery=Delivery(self.mail_delivery.data),
        )

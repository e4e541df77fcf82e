"""What people set in their own account: name, languages and time zone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from config import LANGUAGES, NAMES
from grants.db import db
from grants.models import Person
from grants.services import locking, persons
from grants.services.refusals import Refused, Stale
from workflows.engine.message import Message
from workflows.engine.urgency import Delivery


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person sets. mail_language: of emails. reading_languages: in which they can review.

    mail_delivery: when they want emails that are not urgent.
    """

    name: str
    language: str
    mail_language: str
    reading_languages: Collection[str]
    timezone: str
    mail_delivery: Delivery


def change(person: Person, wanted: Preferences, *, version: int) -> None:
    """Change the account of the person by themselves, and record it in history; nothing if nothing is different.

    Raises Stale when the version of the account is no longer `version`, and Refused for what is no name, language or
    time zone.
    """
    locking.hold(person)
    if person.version != version or person.ended_at is not None:
        raise Stale(person)
    if wrong := tuple(persons.faults(person.email, wanted.name, wanted.language, wanted.timezone)):
        raise Refused(*wrong)
    if wanted.mail_language not in LANGUAGES or not set(wanted.reading_languages) <= set(NAMES):
        raise Refused(Message("Select languages from the list."))
    person.name, person.timezone = wanted.name, wanted.timezone
    person.language, person.mail_language = wanted.language, wanted.mail_language
    person.mail_delivery = wanted.mail_delivery
    chosen = [code for code in NAMES if code in wanted.reading_languages]
    if chosen != person.reading_languages:
        person.reading_languages = chosen
    _record(person, "Account details changed")


def set_language(person: Person, language: str) -> None:
    """Set the language of pages by the person themselves, and record it in history; nothing if it is set already.

    Mails keep the language that they had. Raises Refused for an unknown language.
    """
    locking.hold(person)
    if language not in NAMES:
        raise Refused(Message("Select languages from the list."))
    if person.language != language:
        person.mail_language, person.language = person.language_of_mails, language
    _record(person, "Language of pages changed")


def _record(person: Person, text: str) -> None:
    if db.session.is_modified(person):
        db.session.flush()
        persons.record(person, persons.themselves(person), "profile", Message(text))

"""Template filters that format values in the reader's language, time zone and currency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_percent
from babel.support import NullTranslations
from flask import Flask, g, has_app_context, request
from flask_babel import Babel, Domain, get_locale, gettext, ngettext
from flask_login import current_user
from jinja2 import StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.utils import cached_property

from config import LANGUAGES, NAMES
from grants.db import now
from grants.language import RIGHT_TO_LEFT, Wording, date_as, isolated, left_to_right, translations
from grants.language import amount as formatted
from grants.language import day as long_day
from grants.language import number as plain_number
from grants.models.documents import DOCUMENTS
from workflows.cases import KINDS, STANDINGS
from workflows.countries import FLAGS, REGIONS
from workflows.engine.message import Message, Value
from workflows.engine.roles import ROLES
from workflows.programme import STAGES, TIME_LIMITS
from workflows.words import words

LABELS: dict[str, Message] = {**ROLES, **KINDS, **STANDINGS, **STAGES, **TIME_LIMITS, **DOCUMENTS, **FLAGS}
"""The vocabularies whose stored keys pages show by name."""

DAYS = {"short": "d MMM", "week": "EEE d MMM", "year": "d MMM y"}
"""The forms of a date that never breaks. `short` and `week` have the year only if it is not the present one."""


class Catalogues(Domain):
    """The translations of pages, read from their `.po` files."""

    def get_translations(self) -> NullTranslations:
        """The translations into the language of the request; English outside a request."""
        return _reader().wording.catalogue


@dataclass(frozen=True, slots=True)
class _Reader:
    """What formatting for the reader of this request needs, found once and not for each of some hundred values."""

    locale: Locale
    wording: Wording


def _reader() -> _Reader:
    """The reader of this request, or of English outside a request; another one after the language is changed."""
    kept = g.get("_flask_babel") if has_app_context() else None
    found: _Reader | None = getattr(kept, "reader", None)
    if found is None or found.locale is not getattr(kept, "babel_locale", None):
        locale = get_locale() or Locale("en")
        found = _Reader(locale, Wording(str(locale), translations(str(locale)), instant))
        if has_app_context():
            g._flask_babel.reader = found  # noqa: SLF001 - where Flask-Babel keeps the locale of the request
    return found


class Languages(Babel):
    """Flask-Babel over our catalogues."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The one domain of pages."""
        return Catalogues()


def init_app(app: Flask) -> None:
    """Set up languages, and the filters that `templates/macros/time.html` lists."""
    Languages(app, locale_selector=language)
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True, pgettext=_pgettext)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _in_template
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        instant=instant,
        day=day,
        days_left=days_left,
        hours_left=hours_left,
        amount=amount,
        translate=translate,
        shown=shown,
        number=number,
        country=country,
        label=label,
        paragraphs=paragraphs,
        clock=clock,
        in_sentence=in_sentence,
        reference=reference,
        numbered=numbered,
        words=words,
        languages=languages,
    )


@pass_context
def _in_template(context: Context, text: str, /, **values: Any) -> str:
    """What Jinja's own function gives, without its further calls: a page has some two hundred sentences."""
    translated = _gettext(text)
    if context.eval_ctx.autoescape:
        translated = Markup(translated)  # noqa: S704 - a sentence of a template or of its catalogue
    if values and _locale() in RIGHT_TO_LEFT:
        values = {name: isolated(value, _locale()) if type(value) is str else value for name, value in values.items()}
    return translated % values if values or "%" in translated else translated


def _gettext(text: str) -> str:
    return str(_reader().wording.catalogue.ugettext(text))


def _pgettext(context: str, text: str) -> str:
    return str(_reader().wording.catalogue.upgettext(context, text))


def _ngettext(one: str, many: str, count: int) -> str:
    return str(_reader().wording.catalogue.ungettext(one, many, count))


def language() -> str:
    """The language from the query string, else the person's own, that of the cookie or of the browser."""
    own = current_user.language if current_user.is_authenticated else ""
    for wanted in (request.args.get("language", ""), own, request.cookies.get("grants_language", "")):
        if wanted in LANGUAGES:
            return str(wanted)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def translate(what: Message | str) -> str:
    """A message translated and with its values formatted, in the reader's language."""
    return _reader().wording.translate(what)


def shown(value: Value) -> str:
    """A value of a message in the format of the reader's language: a day, an instant, an amount, a number, a text."""
    return _reader().wording.shown(value)


def _locale() -> str:
    return _reader().wording.language


def zone() -> ZoneInfo:
    """The reader's time zone; UTC for the public."""
    return ZoneInfo(current_user.timezone) if current_user.is_authenticated else ZoneInfo("UTC")


def current_instant() -> datetime:
    """The current instant by the database's clock, queried once per request."""
    found: datetime | None = g.get("now")
    if found is None:
        found = g.now = now()
    return found


def current_day() -> date:
    """Today by the database's clock."""
    return current_instant().date()


def instant(at: datetime, form: str = "full") -> str:
    """An instant in UTC and, if different, in the reader's time zone."""
    locale = _reader().locale
    utc = at.astimezone(ZoneInfo("UTC"))
    year = " y" if utc.year != current_day().year else ""
    on, clock_time = format_datetime(utc, f"EEE d MMM{year}", locale=locale), format_time(utc, "HH:mm", locale=locale)
    hour = left_to_right(_unbroken(f"{clock_time} UTC"), _locale())
    text = gettext("%(day)s, %(time)s", day=_unbroken(on), time=hour)
    own = at.astimezone(zone())
    if form == "full" and own.utcoffset() != timedelta(0):
        city = get_timezone_location(zone(), locale=locale, return_city=True)
        there = left_to_right(format_time(own, "HH:mm", locale=locale), _locale())
        local = _unbroken(f"{format_datetime(own, 'EEE', locale=locale)} {there}")
        text += " " + gettext("(%(time)s in %(city)s)", time=local, city=city)
    return text


def clock(at: datetime) -> str:
    """A time of day in UTC, such as "14:32:07 UTC"."""
    return left_to_right(f"{at.astimezone(ZoneInfo('UTC')):%H:%M:%S} UTC", _locale())


def day(on: date, form: str = "long") -> str:
    """A date in the reader's language. form: long, or a key of DAYS."""
    if form == "long":
        return long_day(on, _locale())
    year = " y" if form != "year" and on.year != current_day().year else ""
    return _unbroken(date_as(on, DAYS[form] + year, _locale()))


def _unbroken(text: str) -> str:
    """The text on one line wherever it stands."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def days_left(when: date | datetime) -> str:
    """The number of days until then, as text."""
    left = (when.date() if isinstance(when, datetime) else when) - current_day()
    if left.days < 0:
        return str(ngettext("%(num)s day overdue", "%(num)s days overdue", -left.days))
    if left.days == 0:
        return str(gettext("today"))
    return str(ngettext("in %(num)s day", "in %(num)s days", left.days))


def hours_left(until: datetime) -> str:
    """The number of hours until then, as text; a started hour counts."""
    left = -((current_instant() - until) // timedelta(hours=1))
    if left <= 0:
        return str(ngettext("%(num)s hour overdue", "%(num)s hours overdue", 1 - left))
    return str(ngettext("in %(num)s hour", "in %(num)s hours", left))


def amount(value: Decimal | None, currency: str = "USD", *, code: bool = True, cents: bool = True) -> str:
    """Money with the decimals of its currency; a dash for None."""
    if value is None:
        return "–"
    return formatted(value, currency, _locale(), code=code, cents=cents)


def amounts(values: Mapping[str, Decimal], *, cents: bool = True) -> str:
    """One figure for each currency, by its code: "JPY 5,000 and USD 12.00"."""
    figures = [amount(value, currency, cents=cents) for currency, value in sorted(values.items())]
    return str(format_list(figures, locale=_locale()))


def number(value: Decimal | float | None, places: int | None = None) -> str:
    """A number without trailing zeros, or with so many decimals, as means have; a dash for None."""
    return "–" if value is None else plain_number(value, _locale(), places)


def percent(value: Decimal | float) -> str:
    """A percentage in the reader's language, without trailing zeros: 12.50 → "12.5%"."""
    share = Decimal(str(value)).normalize() / 100
    return str(format_percent(share, locale=_locale(), decimal_quantization=False))


def country(code: str) -> str:
    """A country's name in the reader's language."""
    locale = _reader().locale
    return str(locale.territories.get(code, code))


def region(name: str) -> str:
    """A region's name in the reader's language; another text as it is stored."""
    return translate(REGIONS[name]) if name in REGIONS else name


def label(code: str) -> str:
    """The name of a stored key: `good_standing` → "Good standing"; raises KeyError for an unknown one."""
    return translate(LABELS[code])


def language_name(code: str) -> str:
    """The name of a language in the reader's language and, if different, in its own: "French (Français)"."""
    own = NAMES.get(code, code)
    name = Locale(code).get_display_name(_locale()) or own
    return own if name.lower() == own.lower() else f"{name} ({own})"


def languages(codes: Sequence[str]) -> str:
    """Languages by their names in the reader's language: "English and French"."""
    locale = _reader().locale
    return str(format_list([locale.languages.get(code, code) for code in codes], locale=locale))


def zone_name(key: str) -> str:
    """The city of a time zone with its present difference from UTC: "Nairobi (UTC+3)"."""
    city = get_timezone_location(key, locale=_locale(), return_city=True)
    return city if city == "UTC" else f"{city} ({offset(key, current_instant())})"


def offset(key: str, at: datetime) -> str:
    """The difference of a time zone from UTC at this instant: "UTC+3", "UTC−5:30", "UTC"."""
    ahead = at.astimezone(ZoneInfo(key)).utcoffset() or timedelta(0)
    sign, minutes = "+" if ahead > timedelta(0) else "−", abs(ahead) // timedelta(minutes=1)
    hours = f"{minutes // 60}:{minutes % 60:02}" if minutes % 60 else f"{minutes // 60}"
    return f"UTC{sign}{hours}" if minutes else "UTC"


def in_sentence(title: str) -> str:
    """A title as part of a sentence: "Interim report" → "interim report"; an abbreviation at its start stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def reference(number: str | None) -> str:
    """A reference number, such as `BTN-2026-0003`; empty if there is none."""
    return number or ""


def numbered(name: str, place: str, number: str | None) -> Markup:
    """What stands under a title: the name of an applicant, then country and number, such as “US · BTN-2026-0009”.

    A narrow column breaks before the country only, and shows no dot there (.follows in tables.css).
    """
    parts = (isolated(part, _locale()) for part in (place, number) if part)
    after = Markup("\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}").join(parts)
    return Markup('<span>{}</span> <span class="follows"><span>· </span>{}</span>').format(
        isolated(name, _locale()), after
    )


def paragraphs(text: str) -> Markup:
    """Plain text as HTML paragraphs."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    return Markup().join(Markup("<p>{}</p>").format(Markup("<br>").join(part.split("\n"))) for part in parts)

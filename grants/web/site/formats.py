"""Template filters that format values in the reader's language, time zone and currency."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, get_currency_precision
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext, ngettext
from flask_login import current_user
from jinja2 import StrictUndefined
from markupsafe import Markup

from config import LANGUAGES
from grants.db import today
from workflows.engine.message import Message, Money, Value

DAY = {"long": "d MMMM y", "short": "d MMM", "week": "EEE d MMM", "year": "d MMM y"}


def init_app(app: Flask) -> None:
    """Set up languages, and the filters that `templates/macros/time.html` lists."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.static_folder).replace("static", "translations")
    Babel(app, locale_selector=language)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        instant=instant,
        day=day,
        days_left=days_left,
        amount=amount,
        translate=translate,
        number=number,
        country=country,
        label=label,
        paragraphs=paragraphs,
        clock=clock,
    )


def language() -> str:
    """The language from the query string, else the cookie, the person's settings or the browser."""
    asked = request.args.get("language") or request.cookies.get("grants_language") or ""
    if asked in LANGUAGES:
        return asked
    if current_user.is_authenticated and current_user.person.language in LANGUAGES:
        return str(current_user.person.language)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def translate(what: Message | str) -> str:
    """A message translated and with its values formatted, in the reader's language."""
    if isinstance(what, str):
        return str(gettext(what))
    values = {name: _value(value) for name, value in what.values.items()}
    return str(gettext(what.text, **values)) if values else str(gettext(what.text.replace("%%", "%")))


def _value(value: Value) -> str:
    match value:
        case Money(total, currency):
            return amount(total, currency)
        case datetime():
            return instant(value)
        case date():
            return day(value)
        case Decimal():
            return number(value)
        case str():
            return str(gettext(value))
        case _:
            return str(value)


def zone() -> ZoneInfo:
    """The reader's time zone; UTC for the public."""
    return ZoneInfo(current_user.person.timezone) if current_user.is_authenticated else ZoneInfo("UTC")


def current_day() -> date:
    """Today by the database's clock, queried once per request."""
    if "today" not in g:
        g.today = today()
    found: date = g.today
    return found


def instant(at: datetime, form: str = "full") -> str:
    """An instant in UTC and, if different, in the reader's time zone."""
    locale = get_locale() or Locale("en")
    utc = at.astimezone(ZoneInfo("UTC"))
    year = " y" if utc.year != current_day().year else ""
    text = f"{format_datetime(utc, f'EEE d MMM{year}', locale=locale)}, {format_time(utc, 'HH:mm', locale=locale)} UTC"
    own = at.astimezone(zone())
    if form == "full" and own.utcoffset() != timedelta(0):
        city = str(zone()).rsplit("/", maxsplit=1)[-1].replace("_", " ")
        local = f"{format_datetime(own, 'EEE', locale=locale)} {format_time(own, 'HH:mm', locale=locale)}"
        text += " " + gettext("(%(time)s in %(city)s)", time=local, city=city)
    return text


def clock(at: datetime) -> str:
    """A time of day in UTC, such as "14:32:07 UTC"."""
    return f"{at.astimezone(ZoneInfo('UTC')):%H:%M:%S} UTC"


def day(on: date, form: str = "long") -> str:
    """A date in the reader's language. form: a key of DAY."""
    return format_date(on, DAY[form], locale=get_locale() or "en")


def days_left(when: date | datetime) -> str:
    """The number of days until then, as text."""
    left = (when.date() if isinstance(when, datetime) else when) - current_day()
    if left.days < 0:
        return str(ngettext("%(num)s day overdue", "%(num)s days overdue", -left.days))
    if left.days == 0:
        return str(gettext("today"))
    return str(ngettext("in %(num)s day", "in %(num)s days", left.days))


def amount(value: Decimal | None, currency: str = "USD", *, code: bool = True, cents: bool = True) -> str:
    """Money with the decimals of its currency; a dash for None."""
    if value is None:
        return "–"
    digits = get_currency_precision(currency) if cents else 0
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = format_decimal(value, pattern, locale=get_locale() or "en").replace("-", "\N{MINUS SIGN}")
    return f"{currency}\N{NO-BREAK SPACE}{text}" if code else text


def number(value: Decimal | int | None) -> str:
    """A number without trailing zeros; a dash for None."""
    return "–" if value is None else format_decimal(Decimal(value).normalize(), locale=get_locale() or "en")


def country(code: str) -> str:
    """A country's name in the reader's language."""
    locale = get_locale() or Locale("en")
    return str(locale.territories.get(code, code))


def label(code: str) -> str:
    """An internal key as text: `good_standing` → "Good standing"."""
    return str(gettext(code.replace("_", " ").capitalize()))


def paragraphs(text: str) -> Markup:
    """Plain text as HTML paragraphs."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    return Markup().join(Markup("<p>{}</p>").format(Markup("<br>").join(part.split("\n"))) for part in parts)

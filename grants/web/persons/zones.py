"""The time zones to choose from, by their cities."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location
from flask_babel import get_locale

from grants.services.organisations import sort_key
from grants.web.site.formats import current_instant, offset


@cache
def _cities(locale: str) -> tuple[tuple[str, str], ...]:
    """Every time zone with the name of its city, sorted by that name; worked out once for each language."""
    keys = (set(get_global("zone_territories")) & available_timezones()) | {"UTC"}
    named = {key: get_timezone_location(key, locale=locale, return_city=True) for key in keys if "Etc" not in key}
    return tuple(sorted(named.items(), key=lambda item: (sort_key(item[1]), item[0])))


def zones(present: str) -> dict[str, str]:
    """The time zones by key, as "Nairobi (UTC+3)". present: that of the reader, which is offered in any case."""
    locale, now = str(get_locale() or "en"), current_instant()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    found = dict(_differing(locale, quarter))
    if present not in found:
        city = get_timezone_location(present, locale=locale, return_city=True)
        found = {present: _named(city, present, now)} | found
    return found


@lru_cache(maxsize=16)
def _differing(locale: str, at: datetime) -> dict[str, str]:
    """The cities with their differences from UTC, which change at the beginning of a quarter of an hour, if at all."""
    return {key: _named(city, key, at) for key, city in _cities(locale)}


def time_in(key: str) -> str:
    """The present time of day in this time zone."""
    return f"{current_instant().astimezone(ZoneInfo(key)):%H:%M}"


def _named(city: str, key: str, now: datetime) -> str:
    return city if city == "UTC" else f"{city} ({offset(key, now)})"

"""Regions, and two country lists of the United Nations, shown beside an applicant's country. They never affect a score.

Least developed countries: Committee for Development Policy, December 2024. Small island developing states: Office of
the High Representative (UN-OHRLLS), the 39 states of 2024. Codes are ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from workflows.engine.message import Message

FLAGS = {
    "LDC": Message("Least developed country (LDC)"),
    "SIDS": Message("Small island developing state (SIDS)"),
}
"""The full name of each flag."""
REGIONS = {
    "Africa": Message("Africa"),
    "Asia-Pacific": Message("Asia-Pacific"),
    "Europe": Message("Europe"),
    "Latin America & Caribbean": Message("Latin America and the Caribbean"),
    "Middle East": Message("Middle East"),
    "North America": Message("North America"),
}
"""The name of each region of the Society, by how organisations store it."""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEAST_DEVELOPED = _codes("""
    AF AO BD BF BI BJ CD CF DJ ER ET GM GN GW HT KH KI KM LA LR LS MG ML MM MR MW MZ NE NP RW SB SD SL SN SO SS TD TG
    TL TV TZ UG YE ZM
""")
SMALL_ISLANDS = _codes("""
    AG BB BS BZ CK CU CV DM DO FJ FM GD GW GY HT JM KI KM KN LC MH MU MV NR NU PG PW SB SC SG SR ST TL TO TT TV VC VU
    WS
""")


def flags_of(country: str) -> tuple[str, ...]:
    """The flags of a country: LDC, SIDS, both or none."""
    lists = (("LDC", LEAST_DEVELOPED), ("SIDS", SMALL_ISLANDS))
    return tuple(flag for flag, countries in lists if country in countries)

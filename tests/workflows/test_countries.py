"""Two country lists of the United Nations."""

from __future__ import annotations

import pytest

from workflows.countries import LEAST_DEVELOPED, SMALL_ISLANDS, flags_of


def test_the_lists_have_the_official_number_of_countries() -> None:
    assert (len(LEAST_DEVELOPED), len(SMALL_ISLANDS)) == (44, 39)


@pytest.mark.parametrize(
    ("country", "flags"), [("MG", ("LDC",)), ("DM", ("SIDS",)), ("HT", ("LDC", "SIDS")), ("FR", ()), ("", ())]
)
def test_a_country_is_on_one_list_on_both_or_on_none(country: str, flags: tuple[str, ...]) -> None:
    assert flags_of(country) == flags

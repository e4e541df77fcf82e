"""The list of common passwords has the length and order that its reader expects, and finds what is in it."""

from __future__ import annotations

import secrets

import pytest

from grants.outside.common_passwords import BYTES, LIST, is_common


@pytest.mark.parametrize("password", ["qwerty123456", "QWERTY123456", " qwertyqwerty ", "1q2w3e4r5t6y"])
def test_a_common_password_is_found_in_any_case(password: str) -> None:
    assert is_common(password)


def test_other_passwords_are_not_found() -> None:
    assert [one for one in ("", "short", "a mast on the hill", "ñandú corre mañana") if is_common(one)] == []
    assert not any(is_common(secrets.token_hex(10)) for _ in range(1_000))


def test_the_list_is_sorted_and_long_enough() -> None:
    stored = LIST.read_bytes()
    entries = [stored[at : at + BYTES] for at in range(0, len(stored), BYTES)]

    assert len(entries) > 40_000
    assert entries == sorted(set(entries))

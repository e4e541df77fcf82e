"""Passwords that many people use: those of twelve characters or more in a published list of a million.

The list is stored as the first six bytes of the SHA-256 of each password in lower case, sorted, so that nobody reads
passwords in this repository. Source: `grants/reference/README.md`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from functools import cache

from config import ROOT

LIST = ROOT / "grants" / "reference" / "common_passwords.bin"
BYTES = 6


def is_common(password: str) -> bool:
    """Whether the password is in the list, in upper or lower case.

    Of other passwords, about one in six thousand million is taken for one of the list.
    """
    wanted = hashlib.sha256(password.strip().casefold().encode()).digest()[:BYTES]
    known = _known()
    at = bisect_left(_Entries(known), wanted) * BYTES
    return known[at : at + BYTES] == wanted


class _Entries:
    """The entries of the list as a sequence, without a copy of each."""

    def __init__(self, known: bytes) -> None:
        self._known = known

    def __len__(self) -> int:
        return len(self._known) // BYTES

    def __getitem__(self, number: int) -> bytes:
        return self._known[number * BYTES : (number + 1) * BYTES]


@cache
def _known() -> bytes:
    """The list, read when the first password is set."""
    return LIST.read_bytes()

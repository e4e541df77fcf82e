"""The one way printing says no."""

from __future__ import annotations


class Unprintable(Exception):
    """A document that cannot be printed as it is; the text says why, for the officer who reads it."""

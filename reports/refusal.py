"""The exception for documents that cannot be printed."""

from __future__ import annotations


class Unprintable(Exception):
    """A document cannot be printed in its current form. The text gives the reason to the officer."""

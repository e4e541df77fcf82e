"""Errors of commands that are meant for people: the web shows their reasons."""

from __future__ import annotations

from workflows.engine.message import Message


class Refused(Exception):
    """A command or transition was refused; `reasons` holds every reason as a message."""

    def __init__(self, *reasons: Message) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons


class Stale(Exception):
    """The row has changed since the page was made; `row` is the row."""

    def __init__(self, row: object) -> None:
        super().__init__("the row has changed since the page was made")
        self.row = row

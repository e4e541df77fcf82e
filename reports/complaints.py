"""What WeasyPrint complains of while it draws, read from its own log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from reports.refusal import Unprintable

_LOGGER = logging.getLogger("weasyprint")


class Complaints(logging.Filter):
    """Hears every record of one rendering, and lets what is meant for people pass on to the program's log."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: list[str] = []
        self.errors: list[str] = []
        self.stop: BaseException | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Sort a record: a missing glyph, an error, a stop that was swallowed, or none of these."""
        if record.msg.startswith(".notdef glyph") and isinstance(record.args, tuple):
            char, code = record.args[0], record.args[1]
            self.missing.append(f"“{char}” (U+{code:04X})")
        elif record.levelno >= logging.ERROR:
            self.errors.append(record.getMessage())
        elif record.exc_info and not isinstance(record.exc_info[1], Exception):
            self.stop = record.exc_info[1]
        return record.levelno >= logging.WARNING

    def sentence(self) -> str:
        """Why the document cannot be printed, or nothing."""
        if self.missing:
            return f"No installed font has the character {', '.join(dict.fromkeys(self.missing))}."
        return f"The print engine reports: {'; '.join(dict.fromkeys(self.errors))}." if self.errors else ""

    def end(self) -> None:
        """Raise what was complained of.

        While it draws an SVG, WeasyPrint catches even what must stop a process, such as a job's time limit, and
        tells it to its debugging log alone; here it is raised again.
        """
        if self.stop:
            raise self.stop
        if sentence := self.sentence():
            raise Unprintable(sentence)


@contextmanager
def listening() -> Iterator[Complaints]:
    """Hear WeasyPrint whatever the program's logging is set to, in this thread and without another one."""
    complaints, level, disabled = Complaints(), _LOGGER.level, _LOGGER.disabled
    _LOGGER.addFilter(complaints)
    _LOGGER.setLevel(logging.DEBUG)
    _LOGGER.disabled = False
    try:
        if not _LOGGER.isEnabledFor(logging.WARNING):
            raise Unprintable("Logging is switched off, so a missing character would go unseen.")
        yield complaints
    finally:
        _LOGGER.removeFilter(complaints)
        _LOGGER.setLevel(level)
        _LOGGER.disabled = disabled

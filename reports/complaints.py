"""Errors and missing characters that WeasyPrint reports in its log during rendering."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from reports.refusal import Unprintable

_LOGGER = logging.getLogger("weasyprint")


class Complaints(logging.Filter):
    """Collects the log records of one rendering; warnings and errors also go to the program's log."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: list[str] = []
        self.errors: list[str] = []
        self.stop: BaseException | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Classify a record: a missing glyph, an error, a suppressed exception that must stop the process, or other."""
        if record.msg.startswith(".notdef glyph") and isinstance(record.args, tuple):
            char, code = record.args[0], record.args[1]
            self.missing.append(f"“{char}” (U+{code:04X})")
        elif record.levelno >= logging.ERROR:
            self.errors.append(record.getMessage())
        elif record.exc_info and not isinstance(record.exc_info[1], Exception):
            self.stop = record.exc_info[1]
        return record.levelno >= logging.WARNING

    def sentence(self) -> str:
        """The reason why the document cannot be printed, or an empty string."""
        if self.missing:
            return f"No installed font contains the character {', '.join(dict.fromkeys(self.missing))}."
        return f"The print engine reports: {'; '.join(dict.fromkeys(self.errors))}." if self.errors else ""

    def end(self) -> None:
        """Raise Unprintable if anything was reported.

        While drawing an SVG, WeasyPrint also catches exceptions that must stop the process, such as the time limit of
        a job, and only writes them to its debug log. They are raised again here.
        """
        if self.stop:
            raise self.stop
        if sentence := self.sentence():
            raise Unprintable(sentence)


@contextmanager
def listening() -> Iterator[Complaints]:
    """Collect WeasyPrint's log records, whatever the log level of the program. Starts no thread."""
    complaints, level, disabled = Complaints(), _LOGGER.level, _LOGGER.disabled
    _LOGGER.addFilter(complaints)
    _LOGGER.setLevel(logging.DEBUG)
    _LOGGER.disabled = False
    try:
        if not _LOGGER.isEnabledFor(logging.WARNING):
            raise Unprintable("Logging is disabled, so missing characters cannot be detected.")
        yield complaints
    finally:
        _LOGGER.removeFilter(complaints)
        _LOGGER.setLevel(level)
        _LOGGER.disabled = disabled

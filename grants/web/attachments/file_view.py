"""An uploaded file as pages show it: its state in words, its facts, and where to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from flask import url_for
from flask_babel import gettext, ngettext

from grants.models import Attachment, AttachmentCheck
from grants.web.site.components import Link
from grants.web.site.formats import number, translate
from workflows.attachments import MEGABYTE, WAITING, Kind
from workflows.engine.message import Message

DELAYS: Mapping[str, Message] = {
    "scanner": WAITING,
    "tried again": Message(
        "The check is taking longer than usual. We will retry it automatically; you do not need to do anything."
    ),
    "given up": Message(
        "We could not check this file, and our staff can see that the check failed. You can also replace the file "
        "and try again."
    ),
}
"""Why a file is not checked yet, by the delay of `queries.attachments`."""
LETTERS = 4


@dataclass(frozen=True, slots=True)
class FileView:
    """An uploaded file. letters: its type, as the square shows it. state: checking, ready or refused.

    text: what the state means for the reader. facts: pages and size. notes: what the stored copy no longer has.
    url: of the download, empty while there is none. previews: pictures of the first pages.
    """

    name: str
    letters: str
    state: str
    text: str
    facts: str
    notes: Sequence[str]
    url: str
    previews: Sequence[Link]

    @property
    def thumbnail(self) -> Link | None:
        """The first preview."""
        return self.previews[0] if self.previews else None


@dataclass(frozen=True, slots=True)
class Limit:
    """A kind of file that is accepted: its formats and its largest size."""

    name: str
    formats: str
    size: str


def of(attachment: Attachment, delay: str | None) -> FileView:
    """The view of a file. delay: why it is not checked yet, where that takes longer."""
    check = attachment.check
    name = check.name if check and check.name else attachment.name
    ready = check is not None and check.verdict == "accepted"
    return FileView(
        name=name,
        letters=PurePath(name).suffix.lstrip(".").upper()[:LETTERS],
        state="ready" if ready else "refused" if check else "checking",
        text=_text(check, delay),
        facts=_facts(check if ready else None, attachment.size),
        notes=[translate(Message.from_json(note)) for note in check.notes] if check else [],
        url=url_for("attachments.show", id=attachment.id) if ready else "",
        previews=_previews(attachment),
    )


def limits(kinds: Sequence[Kind]) -> list[Limit]:
    """What a field accepts, as it stands above the field."""
    return [
        Limit(
            translate(kind.label),
            ", ".join(form.label for form in kind.formats),
            gettext("up to %(megabytes)s MB", megabytes=kind.megabytes),
        )
        for kind in kinds
    ]


def size(count: int) -> str:
    """A size in kB, or from one million bytes in MB."""
    if count < MEGABYTE:
        return gettext("%(number)s kB", number=number(Decimal(max(1, round(count / 1000)))))
    return gettext("%(number)s MB", number=number(round(Decimal(count) / MEGABYTE, 1)))


def _text(check: AttachmentCheck | None, delay: str | None) -> str:
    if check and check.reason:
        return translate(Message.from_json(check.reason))
    if check or delay is None:
        return ""
    return translate(DELAYS[delay])


def _facts(check: AttachmentCheck | None, uploaded: int) -> str:
    """Pages and size of what is stored, or the size of the upload."""
    parts = [str(ngettext("%(num)s page", "%(num)s pages", check.pages))] if check and check.pages else []
    return ", ".join([*parts, size(check.size if check and check.size else uploaded)])


def _previews(attachment: Attachment) -> list[Link]:
    return [
        Link(
            gettext("Page %(number)s", number=one.number)
            if attachment.check and attachment.check.pages
            else gettext("Preview"),
            url_for("attachments.preview", id=attachment.id, number=one.number),
        )
        for one in attachment.previews
    ]

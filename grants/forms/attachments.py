"""The field of a file: what can be refused before the file is inspected."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import IO, Any

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from wtforms import FileField
from wtforms.validators import StopValidation

from grants.outside.inspection import formats, names
from grants.outside.inspection.verdict import Rejection
from workflows.attachments import Kind

PIECE = 256 * 1024


class UploadField(FileField):
    """One file of one of these kinds. Its name and size are looked at here; its content by the inspection."""

    def __init__(self, label: str, *, kinds: Sequence[Kind], **kw: Any) -> None:
        endings = [ending for kind in kinds for form in kind.formats for ending in form.extensions]
        super().__init__(label, render_kw={"accept": ",".join(endings)}, **kw)
        self.flags.required = True
        self.kinds = kinds
        self.kind = ""

    @property
    def filename(self) -> str:
        """The name of the file as it is shown; empty without a file."""
        file = self._sent()
        return names.shown(file.filename or "") if file else ""

    def pieces(self) -> Iterator[bytes]:
        """The content of a valid field's file. It can be read in another thread, which knows of no request."""
        file = self._sent()
        return iter(()) if file is None else _pieces(file.stream)

    def pre_validate(self, form: Any) -> None:
        """Refuse no file, an empty or too large one, and one of another kind, each with its sentence."""
        file = self._sent()
        if file is None:
            raise StopValidation(gettext("Choose a file."))
        size = file.stream.seek(0, os.SEEK_END)
        try:
            kind, _ = formats.choose(self.filename, size, self.kinds)
        except Rejection as refused:
            raise StopValidation(gettext(refused.message.text, **refused.message.values)) from None
        self.kind = kind.key

    def _sent(self) -> FileStorage | None:
        file = request.files.get(self.name) if request.method == "POST" else None
        return file if file is not None and file.filename else None


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(PIECE):
        yield piece

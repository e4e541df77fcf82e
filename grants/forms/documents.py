"""Asking whether a document is ours: by its number, or by the file itself."""

from __future__ import annotations

from flask import request
from wtforms import FileField
from wtforms.validators import ValidationError

from grants.forms.base import Form, line

BEGINS = b"%PDF-"
LOOKED_AT = 1024
"""A PDF may have something before its first line; readers look for it within so many bytes (ISO 32000-2, Annex I.3)."""


class NumberForm(Form):
    """The number that a letter bears at its foot."""

    number = line("Number", most=40, description="It stands at the foot of the letter, such as L-2026-0042.")


class FileForm(Form):
    """A PDF file to be compared with what we printed."""

    file = FileField("PDF file", description="Up to 2 MB. It is compared and not kept.")

    def __init__(self) -> None:
        super().__init__()
        upload = request.files.get("file") if request.method == "POST" else None
        self.bytes = upload.read() if upload else b""

    def validate_file(self, field: FileField) -> None:
        """There is one, and it looks like a PDF."""
        if not self.bytes:
            raise ValidationError("Choose the PDF file of the letter.")
        if BEGINS not in self.bytes[:LOOKED_AT]:
            raise ValidationError(
                "This is not a PDF file. Choose the file as you got it, not a picture or a scan of it."
            )

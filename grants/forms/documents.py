"""Verification of a document by its number or its file."""

from __future__ import annotations

import re
import unicodedata

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import FileField
from wtforms.validators import ValidationError

from grants.forms.base import Form, line

BEGINS = b"%PDF-"
LOOKED_AT = 1024
"""Bytes within which readers look for a PDF's first line, as other data may precede it (ISO 32000-2, Annex I.3)."""
ALIKE = str.maketrans("OIL", "011")
"""What no code contains, and what was meant by it."""


NUMBER = re.compile(r"([A-Z]{1,4})-([0-9]{4})-0*([0-9]{1,6})", re.ASCII)


def read_number(typed: str) -> str:
    """The number of a document as it is printed, however it was typed; empty if it cannot be one.

    Spaces, dots, slashes and dashes of every kind part it, and zeros may be missing: “l 2026 42” is L-2026-0042.
    """
    parted = re.sub(r"[\s./\u2010-\u2015\u2212-]+", "-", unicodedata.normalize("NFKC", typed).strip().upper())
    found = NUMBER.fullmatch(parted)
    return f"{found[1]}-{found[2]}-{int(found[3]):04}" if found else ""


def read_code(typed: str) -> str:
    """The code of a document as it is stored, however it was typed: without hyphens and spaces, in capitals."""
    return re.sub("[^0-9A-Z]", "", typed.upper().translate(ALIKE))


class NumberForm(Form):
    """The number and the code printed at the foot of a document."""

    number = line(
        lazy_gettext("Number"),
        most=40,
        missing=lazy_gettext("Enter the number of the document."),
        description=lazy_gettext("At the foot of the document, such as L-2026-0042."),
    )
    code = line(
        lazy_gettext("Code"),
        most=40,
        required=False,
        description=lazy_gettext("Beside the number, such as 7K2M-9QX4T-B3WD."),
    )

    @classmethod
    def refused(cls, number: str, code: str) -> NumberForm:
        """The form sent without the number of a document, with its error and what was entered."""
        form = cls(number=number, code=code)
        other = gettext("Enter the number as it is printed, such as L-2026-0042.")
        form.number.errors = [other if number else gettext("Enter the number of the document.")]
        return form


class FileForm(Form):
    """A PDF file to be compared with the documents we issued."""

    file = FileField(
        lazy_gettext("PDF file"), description=lazy_gettext("Up to 2 MB. We compare the file and do not keep it.")
    )

    def __init__(self) -> None:
        super().__init__()
        upload = request.files.get("file") if request.method == "POST" else None
        self.bytes = upload.read() if upload else b""

    def validate_file(self, field: FileField) -> None:
        """Require a file that looks like a PDF."""
        if not self.bytes:
            raise ValidationError(gettext("Upload the PDF file of the document."))
        if BEGINS not in self.bytes[:LOOKED_AT]:
            raise ValidationError(
                gettext("This is not a PDF file. Upload the file as you received it, not a picture or a scan of it.")
            )

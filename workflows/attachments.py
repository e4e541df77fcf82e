"""Files that people may attach: their kinds and limits, and the sentence of each refusal and each note.

The inspection (`grants/outside/inspection`) decides by this table; pages show the limits of a kind before a file is
chosen. A refusal says what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.message import N_, Message, Value

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. label: its name in every language; extensions: the first one ends the name of a stored file."""

    label: str
    media_type: str
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. megabytes: the largest size; stored: what becomes of the file, for the reader."""

    key: str
    label: Message
    formats: tuple[Format, ...]
    megabytes: int
    stored: Message

    @property
    def largest(self) -> int:
        """The largest size in bytes."""
        return self.megabytes * MEGABYTE


OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

JPEG = Format("JPEG", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = Format("PNG", "image/png", (".png",))
WEBP = Format("WebP", "image/webp", (".webp",))
TIFF = Format("TIFF", "image/tiff", (".tif", ".tiff"))
DOCX = Format("DOCX", f"{OPEN_XML}wordprocessingml.document", (".docx",))
ODT = Format("ODT", f"{OPEN_DOCUMENT}text", (".odt",))
XLSX = Format("XLSX", f"{OPEN_XML}spreadsheetml.sheet", (".xlsx",))
ODS = Format("ODS", f"{OPEN_DOCUMENT}spreadsheet", (".ods",))
PPTX = Format("PPTX", f"{OPEN_XML}presentationml.presentation", (".pptx",))
ODP = Format("ODP", f"{OPEN_DOCUMENT}presentation", (".odp",))
PLAIN = Format("TXT", "text/plain", (".txt",))
CSV = Format("CSV", "text/csv", (".csv",))
ZIP = Format("ZIP", "application/zip", (".zip",))

CHECKED = Message(N_("Checked and repackaged"))
PDF = Kind(
    "pdf",
    Message(N_("PDF")),
    (Format("PDF", "application/pdf", (".pdf",)),),
    25,
    Message(N_("Rewritten without scripts or attached files")),
)
PICTURE = Kind(
    "picture",
    Message(N_("Image")),
    (JPEG, PNG, WEBP, TIFF),
    20,
    Message(N_("Rewritten without location or camera data")),
)
DOCUMENT = Kind("document", Message(N_("Text document")), (DOCX, ODT), 25, CHECKED)
SPREADSHEET = Kind("spreadsheet", Message(N_("Spreadsheet")), (XLSX, ODS), 15, CHECKED)
PRESENTATION = Kind("presentation", Message(N_("Presentation")), (PPTX, ODP), 50, CHECKED)
TEXT = Kind("text", Message(N_("Plain text or CSV")), (PLAIN, CSV), 5, Message(N_("Stored as UTF-8")))
ARCHIVE = Kind("archive", Message(N_("Archive")), (ZIP,), 100, Message(N_("Each file in it is checked")))

KINDS = {kind.key: kind for kind in (PDF, PICTURE, DOCUMENT, SPREADSHEET, PRESENTATION, TEXT, ARCHIVE)}
USUAL = (PDF, PICTURE, DOCUMENT, SPREADSHEET, PRESENTATION, TEXT)
"""What a form accepts unless it says otherwise: everything but archives."""

BETTER = {
    **dict.fromkeys((".doc", ".dot", ".docm", ".dotx", ".dotm", ".rtf", ".wps", ".wpd", ".sxw", ".ott"), ".docx"),
    **dict.fromkeys((".xls", ".xlt", ".xlsm", ".xlsb", ".xltx", ".xltm", ".xlam", ".sxc", ".ots"), ".xlsx"),
    **dict.fromkeys((".ppt", ".pps", ".pot", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm", ".sxi", ".otp"), ".pptx"),
    **dict.fromkeys((".pages", ".numbers", ".key", ".pub", ".vsd", ".vsdx", ".odg", ".htm", ".html", ".xhtml"), ".pdf"),
    **dict.fromkeys((".mht", ".eml", ".msg", ".xps", ".ps", ".eps", ".ai", ".md", ".tex"), ".pdf"),
    **dict.fromkeys((".heic", ".heif", ".avif", ".psd"), ".jpg"),
    **dict.fromkeys((".svg", ".svgz", ".gif", ".bmp", ".ico"), ".png"),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"), ".zip"),
    ".tsv": ".csv",
}
"""Formats that are not accepted, each with the one in which its program can save the file."""


class Reason(StrEnum):
    """Why a file is refused."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_ACCEPTED = "not_accepted"
    SAVE_AS = "save_as"
    DISGUISED = "disguised"
    SECOND_FILE = "second_file"
    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105
    RESTRICTED = "restricted"
    EXPANDS = "expands"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PARTS = "too_many_parts"
    PORTFOLIO = "portfolio"
    DYNAMIC_FORM = "dynamic_form"
    TOO_MANY_PIXELS = "too_many_pixels"
    SEVERAL_PICTURES = "several_pictures"
    MACROS = "macros"
    EMBEDDED = "embedded"
    EXTERNAL = "external"
    DATA_EXCHANGE = "data_exchange"
    UNUSUAL_PART = "unusual_part"
    UNUSUAL_MARKUP = "unusual_markup"
    UNSAFE_PATH = "unsafe_path"
    DOUBLE_NAME = "double_name"
    LINK = "link"
    NESTED = "nested"
    MEMBER = "member"
    NOT_TEXT = "not_text"
    FORMULA = "formula"
    CRASHED = "crashed"
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    INFECTED = "infected"


REFUSALS = {
    Reason.EMPTY: N_("This file is empty. Choose another file, or save it again and attach the new file."),
    Reason.TOO_LARGE: N_("This file is larger than %(megabytes)s MB. Make it smaller and attach it again."),
    Reason.NOT_ACCEPTED: N_("Files of this type cannot be attached. Attach a file of one of these types: %(types)s."),
    Reason.SAVE_AS: N_(
        "Files of the type %(extension)s cannot be attached. Save this file as %(better)s and attach the new file."
    ),
    Reason.DISGUISED: N_(
        "The content of this file is not %(format)s, although its name says so. "
        "Open it, save it as %(format)s and attach the new file."
    ),
    Reason.SECOND_FILE: N_(
        "Another file is hidden in this file. Save it again with the program that made it and attach the new file."
    ),
    Reason.DAMAGED: N_("This file is damaged or incomplete. Open it, save it again and attach the new file."),
    Reason.PASSWORD: N_("This file is protected by a password. Save it without a password and attach it again."),
    Reason.RESTRICTED: N_(
        "This PDF is protected against printing or changes. Save it without this protection and attach it again."
    ),
    Reason.EXPANDS: N_(
        "The content of this file is larger than %(megabytes)s MB once it is unpacked. "
        "Remove what is not needed and attach it again."
    ),
    Reason.TOO_MANY_PAGES: N_(
        "This file has more than %(most)s pages. Remove the pages that are not needed and attach it again."
    ),
    Reason.TOO_MANY_PARTS: N_(
        "This file consists of more than %(most)s parts. Remove what is not needed, or print it to PDF, "
        "and attach the new file."
    ),
    Reason.PORTFOLIO: N_("This PDF is a container for other files (a portfolio). Attach these files one by one."),
    Reason.DYNAMIC_FORM: N_(
        "This form can only be read with Adobe Acrobat. Open it there, print it to PDF and attach the new file."
    ),
    Reason.TOO_MANY_PIXELS: N_(
        "This image has more than %(millions)s million pixels. Make it smaller and attach it again."
    ),
    Reason.SEVERAL_PICTURES: N_(
        "This file contains several images. Save them as one PDF, or attach each image as a file of its own."
    ),
    Reason.MACROS: N_("This file contains macros. Save it without macros and attach the new file."),
    Reason.EMBEDDED: N_(
        "This file contains an object embedded from another program. Remove the object, or save the file as "
        "PDF, and attach the new file."
    ),
    Reason.EXTERNAL: N_(
        "This file loads content from outside (%(target)s) when it is opened. "
        "Remove this link, or save the file as PDF, and attach the new file."
    ),
    Reason.DATA_EXCHANGE: N_(
        "A field or formula of this file starts another program. Remove it, or save the file as PDF, "
        "and attach the new file."
    ),
    Reason.UNUSUAL_PART: N_(
        "This file contains a part that does not belong in this type of file (%(part)s). "
        "Open it, save it under a new name and attach the new file."
    ),
    Reason.UNUSUAL_MARKUP: N_(
        "This file has an unusual internal structure. Open it, save it under a new name and attach the new file."
    ),
    Reason.UNSAFE_PATH: N_(
        "The archive contains a file with an unsafe path (%(member)s). Create the archive again from one folder."
    ),
    Reason.DOUBLE_NAME: N_(
        "The archive contains two files with the same name (%(member)s). Rename one of them and create the archive "
        "again."
    ),
    Reason.LINK: N_(
        "The archive contains a link instead of a file (%(member)s). Replace the link with the file and create the "
        "archive again."
    ),
    Reason.NESTED: N_(
        "The archive contains another archive (%(member)s). Add its files directly and create the archive again."
    ),
    Reason.MEMBER: N_("The file “%(member)s” in this archive cannot be accepted. %(why)s"),
    Reason.NOT_TEXT: N_(
        "This file is not plain text: line %(line)s contains a character that is not allowed in plain text. "
        "Save it as text in UTF-8 and attach the new file."
    ),
    Reason.FORMULA: N_(
        "Line %(line)s of this table contains a formula. Save the table with values only and attach the new file."
    ),
    Reason.CRASHED: N_(
        "This file could not be read. Open it, save it again, or print it to PDF, and attach the new file."
    ),
    Reason.TOO_SLOW: N_(
        "Checking this file took too long. Save it in a simpler form, such as a PDF with smaller images, "
        "and attach the new file."
    ),
    Reason.TOO_MUCH_MEMORY: N_(
        "Checking this file took too much memory. Make its images smaller, or split it, and attach the new file."
    ),
    Reason.INFECTED: N_(
        "The virus scanner found “%(virus)s” in this file. Scan your computer for viruses, then attach a clean file."
    ),
}
"""What a reader is shown for each reason."""


class Note(StrEnum):
    """What the stored form of an accepted file no longer has, or has otherwise."""

    CLEANED = "cleaned"
    SIGNATURE = "signature"
    RENAMED = "renamed"
    CONVERTED = "converted"
    MEMBER = "member"


NOTES = {
    Note.CLEANED: N_("We removed scripts, actions or attached files from the copy that we store."),
    Note.SIGNATURE: N_(
        "The digital signature of this PDF cannot be verified on the copy that we store. Keep your own file."
    ),
    Note.RENAMED: N_("The file is %(format)s, so its name now ends in %(extension)s."),
    Note.CONVERTED: N_("The text was read as %(encoding)s. Check that all characters are correct."),
    Note.MEMBER: N_("About “%(member)s” in this archive: %(note)s"),
}
SPACE = 500 * MEGABYTE
"""Bytes of uploads that an organisation can keep, without those that were not accepted."""
NO_SPACE = N_(
    "Your organisation has %(left)s MB left of its %(megabytes)s MB for files, and this file is %(size)s MB. Make it "
    "smaller, or write to your programme officer."
)
WAITING = Message(N_("This file is waiting for a virus scan. You do not need to do anything."))


def refusal(reason: Reason, **values: Value) -> Message:
    """The sentence of a reason, with its values."""
    return Message(REFUSALS[reason], cure=None, **values)


def note(key: Note, **values: Value) -> Message:
    """The sentence of a note, with its values."""
    return Message(NOTES[key], cure=None, **values)


def types(kinds: Iterable[Kind]) -> str:
    """The formats of these kinds, as pages and refusals list them: “PDF, JPEG, PNG”."""
    return ", ".join(form.label for kind in kinds for form in kind.formats)


def found(extension: str, kinds: Iterable[Kind]) -> tuple[Kind, Format] | None:
    """The kind and format, among these kinds, of names with this extension (in small letters, with its dot)."""
    return next(
        ((kind, form) for kind in kinds for form in kind.formats if extension in form.extensions),
        None,
    )


def unaccepted(extension: str, kinds: Iterable[Kind]) -> tuple[Reason, dict[str, str]]:
    """The reason, with its values, for which a file with this extension is refused."""
    allowed = tuple(kinds)
    better = BETTER.get(extension, "")
    if found(better, allowed):
        return Reason.SAVE_AS, {"extension": extension, "better": better}
    return Reason.NOT_ACCEPTED, {"types": types(allowed)}

"""PDF: opened, limited, cleaned, written anew by pikepdf, and its first pages rendered by PDFium."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from grants.outside.inspection import cleaning, containers
from grants.outside.inspection.limits import MEBIBYTE, Limits
from grants.outside.inspection.verdict import STORED, Reading, Rejection
from workflows.attachments import Format, Note, Reason, note
from workflows.engine.message import Message

BEGINS = b"%PDF-"
END = b"%%EOF"
TAIL = 1024
"""The last bytes, in which readers look for the end of a PDF: without it the file was cut off."""
PIECE = 64 * 1024
FLATE = {"/FlateDecode", "/Fl"}
OF_PICTURES = {"None", "/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"}
"""No filter, and those whose pixels are decoded only when a page is shown."""


def read(source: Path, form: Format, folder: Path, limits: Limits) -> Reading:
    """Write the PDF anew without anything active; raises Rejection."""
    data = source.read_bytes()
    if not data.startswith(BEGINS):
        raise Rejection(Reason.DISGUISED, format=form.label)
    if containers.ends_as_archive(data) or containers.has_archive_end(data[data.rfind(END) :]):
        raise Rejection(Reason.SECOND_FILE)
    if END not in data[-TAIL:]:
        raise Rejection(Reason.DAMAGED)
    try:
        notes = _rewrite(source, folder / STORED, limits)
    except pikepdf.PasswordError as error:
        raise Rejection(Reason.PASSWORD) from error
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, RecursionError) as error:
        raise Rejection(Reason.DAMAGED) from error
    from grants.outside.inspection import previews

    pages, pictures = previews.of_pdf(folder, limits)
    return Reading(form, pages=pages, previews=pictures, notes=notes)


def _rewrite(source: Path, target: Path, limits: Limits) -> tuple[Message, ...]:
    with pikepdf.open(source, inherit_page_attributes=False) as pdf:
        _refuse_unreadable(pdf, limits)
        _measure(pdf, limits)
        signed = cleaning.is_signed(pdf)
        cleaned = cleaning.clean(pdf)
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    found = ((Note.CLEANED, cleaned), (Note.SIGNATURE, signed))
    return tuple(note(key) for key, applies in found if applies)


def _refuse_unreadable(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Raise Rejection for what no ordinary reader shows, and for too many pages or objects."""
    if pdf.is_encrypted:
        raise Rejection(Reason.RESTRICTED)
    if not (pages := len(pdf.pages)):
        raise Rejection(Reason.DAMAGED)
    if pages > limits.pages:
        raise Rejection(Reason.TOO_MANY_PAGES, most=limits.pages)
    if len(pdf.objects) > limits.objects:
        raise Rejection(Reason.TOO_MANY_PARTS, most=limits.objects)
    if "/Collection" in pdf.Root:
        raise Rejection(Reason.PORTFOLIO)
    if pdf.Root.get("/NeedsRendering", False) and "/XFA" in pdf.Root.get("/AcroForm", {}):
        raise Rejection(Reason.DYNAMIC_FORM)


def _measure(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Raise Rejection if the streams are larger than allowed once decompressed; nothing is kept of them."""
    left = limits.expanded
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            for piece in _unpacked(item):
                left -= len(piece)
                if left < 0:
                    raise Rejection(Reason.EXPANDS, megabytes=limits.expanded // MEBIBYTE)


def _unpacked(stream: pikepdf.Object) -> Iterator[bytes]:
    """The content of a stream in pieces, through all its deflate filters, one after the other."""
    named = stream.get("/Filter")
    filters = [str(one) for one in (named if isinstance(named, pikepdf.Array) else [named])]
    pieces: Iterator[bytes] = iter((stream.read_raw_bytes(),))
    for one in filters:
        if one in FLATE:
            pieces = _inflated(pieces)
        elif one in OF_PICTURES:
            break
        else:
            return _decoded(stream)
    return pieces


def _decoded(stream: pikepdf.Object) -> Iterator[bytes]:
    """The content of a stream with a rare filter, decoded by qpdf at once, within the limit of memory."""
    try:
        yield stream.read_bytes()
    except pikepdf.PdfError:  # a filter of pictures follows
        yield stream.read_raw_bytes()


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packed = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest and not packed.eof:
            try:
                yield packed.decompress(rest, PIECE)
            except zlib.error:  # readers show what comes before the damage
                return
            rest = packed.unconsumed_tail

"""Office documents, honest and hostile, and the zip files that they are."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

from workflows.attachments import DOCX, ODS, ODT, PPTX, XLSX, Format

Members = dict[str, bytes]
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml", PPTX: "ppt/presentation.xml"}
TYPES = {DOCX: "wordprocessingml.document", XLSX: "spreadsheetml.sheet", PPTX: "presentationml.presentation"}
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = (
    f'xmlns:office="{OFFICE}office:1.0" xmlns:text="{OFFICE}text:1.0" xmlns:table="{OFFICE}table:1.0" '
    f'xmlns:draw="{OFFICE}drawing:1.0" xmlns:script="{OFFICE}script:1.0" xmlns:manifest="{OFFICE}manifest:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)


def packed(members: Mapping[str, bytes], *, stored: tuple[str, ...] = ("mimetype",)) -> bytes:
    """A zip file of these members."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else None)
    return file.getvalue()


def relations(*entries: tuple[str, str, str]) -> bytes:
    """A list of relations: (type, target, mode)."""
    lines = [
        f'<Relationship Id="r{n}" Type="{RELATIONS}/{kind}" Target="{target}" {mode and f"TargetMode={mode!r}"}/>'
        for n, (kind, target, mode) in enumerate(entries)
    ]
    head = f'<Relationships xmlns="{PACKAGE}/relationships" xmlns:a="urn:a">'
    return HEAD + f"{head}{''.join(lines)}</Relationships>".encode()


def content_types(form: Format, *more: str, main: str = "") -> bytes:
    override = f'<Override PartName="/{MAIN[form]}" ContentType="{main or TYPES_OF[form]}"/>'
    return (
        HEAD
        + f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f"{override}{''.join(more)}</Types>".encode()
    )


TYPES_OF = {form: f"application/vnd.openxmlformats-officedocument.{kind}.main+xml" for form, kind in TYPES.items()}


def open_xml(form: Format, body: str = "", more: Mapping[str, bytes] | None = None) -> Members:
    """The members of a small document."""
    main = MAIN[form]
    part = f"<w:document {WORD}><w:body>{body or '<w:p><w:r><w:t>Report</w:t></w:r></w:p>'}</w:body></w:document>"
    return {
        "[Content_Types].xml": content_types(form),
        "_rels/.rels": relations(("officeDocument", main, "")),
        main: HEAD + part.encode(),
        "docProps/core.xml": HEAD + b"<core/>",
        **(more or {}),
    }


def docx(body: str = "", **more: bytes) -> bytes:
    """A document of Word; `more` are members, with `__` for the slash and `_` for the dot of a name."""
    return packed(open_xml(DOCX, body, {_named(name): data for name, data in more.items()}))


def with_member(form: Format, name: str, data: bytes = b"<x/>") -> bytes:
    return packed(open_xml(form, more={name: data}))


def related(form: Format, kind: str, target: str, mode: str = "External") -> bytes:
    """A document whose main part refers to something."""
    folder, _, name = MAIN[form].rpartition("/")
    return with_member(form, f"{folder}/_rels/{name}.rels", relations((kind, target, mode)))


def field(*runs: str) -> bytes:
    """A document with a field whose instruction is cut into runs."""
    return docx("<w:p>" + "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs) + "</w:p>")


def formula(text: str) -> bytes:
    return with_member(XLSX, "xl/worksheets/sheet1.xml", HEAD + f"<worksheet><c><f>{text}</f></c></worksheet>".encode())


def nested(levels: int) -> bytes:
    """Documents inside documents."""
    inner = docx()
    for _ in range(levels - 1):
        inner = with_member(DOCX, "word/embeddings/a.docx", inner)
    return inner


def macros(main: str) -> bytes:
    """A document with macros whose name says that it has none."""
    members = open_xml(DOCX, more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    return packed({**members, "[Content_Types].xml": content_types(DOCX, main=main)})


def open_document(form: Format, body: str = "", more: Mapping[str, bytes] | None = None, entry: str = "") -> Members:
    """The members of a small document of LibreOffice."""
    content = f"<office:document-content {NAMES}><office:body>{body}</office:body></office:document-content>"
    listed = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{form.media_type}"/>{entry}'
    return {
        "mimetype": form.media_type.encode(),
        "content.xml": HEAD + content.encode(),
        "styles.xml": HEAD + b"<styles/>",
        "Configurations2/accelerator/current.xml": b"",
        **(more or {}),
        "META-INF/manifest.xml": HEAD + f"<manifest:manifest {NAMES}>{listed}</manifest:manifest>".encode(),
    }


def odt(body: str = "", more: Mapping[str, bytes] | None = None, entry: str = "") -> bytes:
    return packed(open_document(ODT, body, more, entry))


def ods(body: str = "") -> bytes:
    return packed(open_document(ODS, body))


def encrypted_office() -> bytes:
    """What Office writes for a document with a password: an old container with the package in a stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


def old_office() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(512)


def _named(name: str) -> str:
    return name.replace("__", "/").replace("_", ".")

"""Hostile files: each with its name and the reason for which it must be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.attachments import images, packages, pdfs, zips
from workflows.attachments import DOCX, ODS, ODT, PPTX, XLSX, Reason


class Case(NamedTuple):
    """What is uploaded, under which name, and why it is refused."""

    title: str
    name: str
    data: Callable[[], bytes]
    reason: Reason


def _pdf(title: str, data: Callable[[], bytes], reason: Reason) -> Case:
    return Case(title, "report.pdf", data, reason)


PDFS = [
    _pdf("a page of the web before the PDF", lambda: b"<html>" + pdfs.honest(), Reason.DISGUISED),
    _pdf("a line end before the PDF", lambda: b"\n" + pdfs.honest(), Reason.DISGUISED),
    _pdf("a program named PDF", lambda: b"MZ\x90\0" + bytes(200), Reason.DISGUISED),
    _pdf("an archive behind the PDF", lambda: pdfs.honest() + packages.packed({"a.js": b"x"}), Reason.SECOND_FILE),
    _pdf("an archive and more behind the PDF", lambda: pdfs.honest() + zips.bomb(4) + b"junk", Reason.SECOND_FILE),
    _pdf("a password", pdfs.with_password, Reason.PASSWORD),
    _pdf("protection against copying", pdfs.restricted, Reason.RESTRICTED),
    _pdf("a head and nothing else", lambda: b"%PDF-1.7\n" + bytes(100), Reason.DAMAGED),
    _pdf("cut off", lambda: pdfs.honest()[:300], Reason.DAMAGED),
    _pdf("no pages", lambda: pdfs.saved(pdfs.plain(0)), Reason.DAMAGED),
    _pdf("thousands of pages", lambda: pdfs.honest(1_001), Reason.TOO_MANY_PAGES),
    _pdf("a page that expands", lambda: pdfs.bomb(20), Reason.EXPANDS),
    _pdf("a page that expands in two steps", lambda: pdfs.bomb(20, times=2), Reason.EXPANDS),
    _pdf("a page that expands behind letters", lambda: pdfs.bomb_in_letters(20), Reason.EXPANDS),
    _pdf("a collection of files", lambda: pdfs.changed(pdfs.portfolio), Reason.PORTFOLIO),
    _pdf("a form that is built while it is read", lambda: pdfs.changed(pdfs.with_dynamic_form), Reason.DYNAMIC_FORM),
]

PICTURES = [
    Case("a page of the web named JPEG", "photo.jpg", lambda: images.HTML, Reason.DISGUISED),
    Case("a drawing with a script", "map.svg", lambda: images.SVG, Reason.SAVE_AS),
    Case("a drawing with a script named PNG", "map.png", lambda: images.SVG, Reason.DISGUISED),
    Case("a GIF that is a script", "logo.gif", lambda: images.GIF_AND_SCRIPT, Reason.SAVE_AS),
    Case("a GIF that is a script, named PNG", "logo.png", lambda: images.GIF_AND_SCRIPT, Reason.DISGUISED),
    Case("the format of an iPhone", "IMG_1.HEIC", lambda: images.HEIC, Reason.SAVE_AS),
    Case("the format of an iPhone named JPEG", "IMG_1.jpg", lambda: images.HEIC, Reason.DISGUISED),
    Case("too many pixels", "map.png", lambda: images.png_of(60_000, 60_000), Reason.TOO_MANY_PIXELS),
    Case("pixels of which Pillow warns", "map.png", lambda: images.png_of(10_000, 10_000), Reason.TOO_MANY_PIXELS),
    Case("a little too many pixels", "map.png", lambda: images.png_of(8_001, 8_000), Reason.TOO_MANY_PIXELS),
    Case("cut off", "photo.jpg", lambda: images.photograph()[:-300], Reason.DAMAGED),
    Case("data that are missing", "map.png", lambda: images.png_of(900, 900), Reason.DAMAGED),
    Case("several pages", "scan.tiff", lambda: images.several("TIFF"), Reason.SEVERAL_PICTURES),
    Case("a film", "film.webp", lambda: images.several("WEBP"), Reason.SEVERAL_PICTURES),
    Case(
        "an archive behind the picture",
        "photo.jpg",
        lambda: images.photograph() + packages.packed({"a.js": b"x"}),
        Reason.SECOND_FILE,
    ),
]


def _docx(title: str, data: Callable[[], bytes], reason: Reason) -> Case:
    return Case(title, "report.docx", data, reason)


MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cccc">]><a>&b;</a>'

OPEN_XML = [
    _docx("macros under another name", lambda: packages.macros(MACRO_TYPE), Reason.MACROS),
    _docx("macros that the types do not name", lambda: packages.macros(""), Reason.MACROS),
    Case("macros by name", "report.docm", lambda: packages.macros(MACRO_TYPE), Reason.SAVE_AS),
    Case(
        "a sheet of old macros",
        "plan.xlsx",
        lambda: packages.with_member(XLSX, "xl/macrosheets/sheet1.xml"),
        Reason.MACROS,
    ),
    _docx("a control", lambda: packages.with_member(DOCX, "word/activeX/activeX1.xml"), Reason.EMBEDDED),
    _docx("an object", lambda: packages.with_member(DOCX, "word/embeddings/oleObject1.bin"), Reason.EMBEDDED),
    _docx(
        "an object by its type", lambda: packages.related(DOCX, "oleObject", "embeddings/a.png", ""), Reason.EMBEDDED
    ),
    _docx(
        "a document with macros inside",
        lambda: packages.with_member(DOCX, "word/embeddings/a.docx", packages.macros(MACRO_TYPE)),
        Reason.MACROS,
    ),
    _docx("a page of the web inside", lambda: packages.related(DOCX, "aFChunk", "a.html", ""), Reason.EMBEDDED),
    _docx(
        "a template from a server",
        lambda: packages.related(DOCX, "attachedTemplate", "https://evil.example/a.dotm"),
        Reason.EXTERNAL,
    ),
    _docx(
        "a template from a server, not marked",
        lambda: packages.related(DOCX, "attachedTemplate", "https://evil.example/a.dotm", ""),
        Reason.EXTERNAL,
    ),
    _docx(
        "a picture that reports its reader", lambda: packages.related(DOCX, "image", "//evil/a.png"), Reason.EXTERNAL
    ),
    _docx("a link to a script", lambda: packages.related(DOCX, "hyperlink", "javascript:x()"), Reason.MACROS),
    _docx(
        "a link to a script in two pieces",
        lambda: packages.related(DOCX, "hyperlink", "java&#9;script:x()"),
        Reason.MACROS,
    ),
    _docx(
        "a template whose address has two meanings",
        lambda: packages.related(DOCX, "attachedTemplate", 'https://evil.example/a.dotm" a:Target="b.xml'),
        Reason.UNUSUAL_MARKUP,
    ),
    _docx("a link to a share", lambda: packages.related(DOCX, "hyperlink", r"\\evil\a.exe"), Reason.EXTERNAL),
    Case(
        "values from another file",
        "plan.xlsx",
        lambda: packages.related(XLSX, "externalLinkPath", "file:///a.xlsx"),
        Reason.EXTERNAL,
    ),
    Case(
        "a query of a database", "plan.xlsx", lambda: packages.with_member(XLSX, "xl/connections.xml"), Reason.EXTERNAL
    ),
    _docx("a field that starts a program", lambda: packages.field("DDEAUTO c:\\\\cmd.exe"), Reason.DATA_EXCHANGE),
    _docx("the same field in pieces", lambda: packages.field("DD", "EAUTO", " cmd"), Reason.DATA_EXCHANGE),
    Case(
        "a formula that starts a program",
        "plan.xlsx",
        lambda: packages.formula("cmd|'/c calc'!A0"),
        Reason.DATA_EXCHANGE,
    ),
    Case(
        "a formula that asks a server",
        "plan.xlsx",
        lambda: packages.formula("_xlfn.WEBSERVICE(A1)"),
        Reason.EXTERNAL,
    ),
    Case(
        "an old drawing that reports its reader",
        "plan.xlsx",
        lambda: packages.with_member(XLSX, "xl/drawings/vmlDrawing1.vml", b"<v:fill src = 'https://evil.example/a'/>"),
        Reason.EXTERNAL,
    ),
    Case(
        "a film on a slide",
        "talk.pptx",
        lambda: packages.with_member(PPTX, "ppt/media/media1.mp4", b"film"),
        Reason.EMBEDDED,
    ),
    _docx(
        "an extension that loads a page",
        lambda: packages.with_member(DOCX, "word/webextensions/webextension1.xml"),
        Reason.EXTERNAL,
    ),
    _docx("documents three deep", lambda: packages.nested(3), Reason.EMBEDDED),
    _docx("entities", lambda: packages.with_member(DOCX, "customXml/item1.xml", ENTITIES), Reason.UNUSUAL_MARKUP),
    _docx(
        "markup a thousand levels deep", lambda: packages.docx("<a>" * 1_000 + "</a>" * 1_000), Reason.UNUSUAL_MARKUP
    ),
    _docx("markup that does not end", lambda: packages.docx("<a>"), Reason.DAMAGED),
    _docx("a program among the parts", lambda: packages.with_member(DOCX, "word/a.exe", b"MZ"), Reason.UNUSUAL_PART),
    _docx("a page of the web among the parts", lambda: packages.with_member(DOCX, "index.html"), Reason.UNUSUAL_PART),
    _docx("a path out of the document", lambda: packages.with_member(DOCX, "word/../../a.xml"), Reason.UNUSUAL_MARKUP),
    _docx("a spreadsheet", lambda: packages.packed(packages.open_xml(XLSX)), Reason.UNUSUAL_PART),
    _docx("any archive", lambda: packages.packed({"word/document.xml": b"<a/>"}), Reason.DISGUISED),
    _docx("an archive that begins as a program", lambda: b"MZ\x90" + packages.docx(), Reason.DISGUISED),
    _docx("parts that expand", lambda: packages.with_member(DOCX, "word/a.xml", b" " * 20 * 1024**2), Reason.EXPANDS),
    _docx("a password", packages.encrypted_office, Reason.PASSWORD),
    _docx("an old document under a new name", packages.old_office, Reason.SAVE_AS),
    Case("an old document", "report.doc", packages.old_office, Reason.SAVE_AS),
    Case("an old spreadsheet", "plan.xls", packages.old_office, Reason.SAVE_AS),
    Case(
        "a drawing with a script on a slide",
        "talk.pptx",
        lambda: packages.with_member(PPTX, "ppt/media/image1.svg", images.SVG),
        Reason.EMBEDDED,
    ),
]

LISTENER = '<script:event-listener xlink:href="vnd.sun.star.script:Standard.a?language=Basic"/>'
SECRET = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'


def _odt(title: str, data: Callable[[], bytes], reason: Reason) -> Case:
    return Case(title, "report.odt", data, reason)


OPEN_DOCUMENT = [
    _odt("macros of LibreOffice", lambda: packages.odt(more={"Basic/Standard/a.xml": b"<a/>"}), Reason.MACROS),
    _odt("scripts of LibreOffice", lambda: packages.odt(more={"Scripts/python/a.py": b"x"}), Reason.MACROS),
    _odt("an event that runs a macro", lambda: packages.odt(LISTENER), Reason.MACROS),
    _odt("a link to a macro", lambda: packages.odt('<text:a xlink:href="macro:///a.b()">a</text:a>'), Reason.MACROS),
    _odt("an object", lambda: packages.odt('<draw:object-ole xlink:href="./Object 1"/>'), Reason.EMBEDDED),
    _odt("the data of an object", lambda: packages.odt(more={"Object 1": b"\xd0\xcf"}), Reason.EMBEDDED),
    _odt(
        "a picture that reports its reader",
        lambda: packages.odt('<draw:image xlink:href="https://evil.example/a.png"/>'),
        Reason.EXTERNAL,
    ),
    _odt(
        "a section from another file",
        lambda: packages.odt('<text:section-source xlink:href="../a.odt"/>'),
        Reason.EXTERNAL,
    ),
    Case(
        "a cell that queries a program",
        "plan.ods",
        lambda: packages.ods('<table:table-cell table:formula="of:=DDE(&quot;soffice&quot;;1;2)"/>'),
        Reason.DATA_EXCHANGE,
    ),
    _odt("a script in the text", lambda: packages.odt("<text:script>x()</text:script>"), Reason.MACROS),
    _odt("a frame of another page", lambda: packages.odt('<draw:floating-frame xlink:href="a"/>'), Reason.EMBEDDED),
    _odt("another base of all addresses", lambda: packages.odt('<text:p xml:base="//evil/"/>'), Reason.EXTERNAL),
    _odt(
        "a template from a server",
        lambda: packages.odt('<meta:template xlink:href="https://evil.example/a.ott"/>'),
        Reason.EXTERNAL,
    ),
    _odt("a password", lambda: packages.odt(entry=SECRET), Reason.PASSWORD),
    _odt("entities", lambda: packages.odt(more={"meta.xml": ENTITIES}), Reason.UNUSUAL_MARKUP),
    _odt("a spreadsheet", lambda: packages.packed(packages.open_document(ODS)), Reason.DISGUISED),
    _odt("a packed type", lambda: packages.packed(packages.open_document(ODT), stored=()), Reason.DISGUISED),
]

ARCHIVES = [
    Case("a path out of the archive", "all.zip", lambda: packages.packed({"../a.txt": b"a"}), Reason.UNSAFE_PATH),
    Case("a path from the root", "all.zip", lambda: packages.packed({"/etc/a.txt": b"a"}), Reason.UNSAFE_PATH),
    Case("a path of Windows", "all.zip", lambda: packages.packed({"..\\a.txt": b"a"}), Reason.UNSAFE_PATH),
    Case("a link", "all.zip", zips.linked, Reason.LINK),
    Case("two members of one name", "all.zip", lambda: zips.twice("a.txt"), Reason.DOUBLE_NAME),
    Case(
        "names that differ in capitals",
        "all.zip",
        lambda: packages.packed({"A.txt": b"a", "a.TXT": b"b"}),
        Reason.DOUBLE_NAME,
    ),
    Case("an encrypted member", "all.zip", zips.encrypted, Reason.PASSWORD),
    Case("an archive in the archive", "all.zip", lambda: packages.packed({"a.zip": b"PK"}), Reason.NESTED),
    Case("a program", "all.zip", lambda: packages.packed({"a.exe": b"MZ"}), Reason.MEMBER),
    Case("a disguised member", "all.zip", lambda: packages.packed({"a.pdf": images.HTML}), Reason.MEMBER),
    Case(
        "thousands of members",
        "all.zip",
        lambda: packages.packed({f"{n}.txt": b"a" for n in range(5_001)}),
        Reason.TOO_MANY_PARTS,
    ),
    Case("members that expand", "all.zip", lambda: zips.bomb(20), Reason.EXPANDS),
    Case("a header that states less than there is", "all.zip", zips.shorter_than_it_is, Reason.DAMAGED),
    Case("a member before the archive", "all.zip", zips.before_itself, Reason.DAMAGED),
    Case("nothing", "all.zip", lambda: packages.packed({"__MACOSX/._a": b""}), Reason.EMPTY),
    Case("no archive", "all.zip", lambda: b"Rar!\x1a\x07\x01\0" + bytes(50), Reason.DISGUISED),
]

TEXTS = [
    Case("a page of the web named text", "notes.txt", lambda: images.HTML, Reason.DISGUISED),
    Case("a PDF named text", "notes.txt", pdfs.honest, Reason.DISGUISED),
    Case("zeros", "notes.txt", lambda: b"line\nab\0cd", Reason.NOT_TEXT),
    Case("signs that control a terminal", "notes.txt", lambda: b"one\n\x1b[2J", Reason.NOT_TEXT),
    Case("bytes of no encoding", "notes.txt", lambda: b"caf\xe9 \x81", Reason.NOT_TEXT),
    Case("a formula in a table", "plan.csv", lambda: b"a,b\n1,=HYPERLINK(A1)\n", Reason.FORMULA),
    Case("a cell without an end", "plan.csv", lambda: b'a,"' + b"a" * 200_000, Reason.DAMAGED),
    Case("a formula between semicolons", "plan.csv", lambda: b"a;b\n1;+cmd|' /C calc'!A0\n", Reason.FORMULA),
]

NAMES = [
    Case("a program", "setup.exe", lambda: b"MZ", Reason.NOT_ACCEPTED),
    Case("a program after a turn of direction", "report\u202efdp.exe", lambda: b"MZ", Reason.NOT_ACCEPTED),
    Case("no extension", "report", pdfs.honest, Reason.NOT_ACCEPTED),
    Case("two extensions", "report.pdf.html", lambda: images.HTML, Reason.SAVE_AS),
    Case("nothing in the file", "report.pdf", lambda: b"", Reason.EMPTY),
    Case("too many bytes", "notes.txt", lambda: b"a" * 5_000_001, Reason.TOO_LARGE),
]

CASES = [*PDFS, *PICTURES, *OPEN_XML, *OPEN_DOCUMENT, *ARCHIVES, *TEXTS, *NAMES]

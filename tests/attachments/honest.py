"""Honest files, as people attach them, with names in many scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.attachments import images, packages, pdfs
from tests.attachments.packages import HEAD, open_document, open_xml, packed, relations
from workflows.attachments import DOCX, ODP, ODS, PPTX, XLSX, Note


class Case(NamedTuple):
    """What is uploaded, under which name, the name as it is shown then, and what the reader is to know."""

    name: str
    data: Callable[[], bytes]
    shown: str
    notes: tuple[Note, ...] = ()


def chart() -> bytes:
    """A presentation with a chart, whose numbers are a spreadsheet inside it, and a picture."""
    inner = packed(open_xml(XLSX))
    part = HEAD + b'<c:chart xmlns:c="urn:c"/>'
    more = {
        "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": inner,
        "ppt/charts/chart1.xml": part,
        "ppt/charts/_rels/chart1.xml.rels": relations(("package", "../embeddings/Microsoft_Excel_Sheet1.xlsx", "")),
        "ppt/media/image1.png": images.saved(images.drawn(), "PNG"),
    }
    return packed(open_xml(PPTX, more=more))


def from_a_template() -> bytes:
    """A document of Word that notes the template on its author's disk, with a link to the web and one to a file."""
    links = relations(
        ("attachedTemplate", r"file:///C:\Users\Ana\Templates\Carta.dotx", "External"),
        ("hyperlink", "https://www.internetsociety.org/", "External"),
        ("hyperlink", "mailto:ana@example.org", "External"),
        ("hyperlink", "Presupuesto.xlsx", "External"),
        ("styles", "styles.xml", ""),
    )
    return packed(open_xml(DOCX, more={"word/_rels/document.xml.rels": links, "word/media/a.emf": b"EMF"}))


def budget() -> bytes:
    """A spreadsheet with harmless formulas, the settings of a printer, and markup as only Office writes it."""
    sheet = "<worksheet><c><f>\"a|b\"&amp;Sheet2!A1</f></c><c><f>SUM('x|y'!A1:A9)</f></c></worksheet>"
    more = {
        "xl/worksheets/sheet1.xml": HEAD + sheet.encode(),
        "xl/printerSettings/printerSettings1.bin": b"\0\1",
        "xl/drawings/vmlDrawing1.vml": b"<xml><v:textbox>two<br>lines</v:textbox></xml>",
    }
    return packed(open_xml(XLSX, more=more))


def formula_of_libreoffice() -> bytes:
    """A spreadsheet of LibreOffice with a chart."""
    cell = '<table:table-cell table:formula="of:=SUM([.A1:.B2])*{1;2|3;4}"/><draw:object xlink:href="./Object 1"/>'
    return packed(open_document(ODS, cell, {"Object 1/content.xml": HEAD + b"<chart/>", "Object 1/meta.xml": b"<a/>"}))


def slides() -> bytes:
    """A presentation of LibreOffice whose picture leads to the next slide."""
    listener = '<presentation:event-listener xmlns:presentation="urn:p" presentation:action="next-page"/>'
    return packed(open_document(ODP, listener))


def folder() -> bytes:
    """An archive as a Mac makes it."""
    return packed(
        {
            "Rapport/lisez-moi.txt": "Été".encode(),
            "Rapport/plan.csv": b"a,b\n1,2\n",
            "Rapport/photo.jpg": images.photograph(),
            "Rapport/carte.jpg": images.commented_png(),
            "Rapport/.DS_Store": b"\0\0",
            "__MACOSX/Rapport/._photo.jpg": b"\0\5\x16\7",
        }
    )


TABLE = "nom;montant\nÉté;-5,00\n@ana;+33 1 23\n"
CASES = [
    Case("Rapport annuel – été 2026.pdf", lambda: pdfs.honest(3), "Rapport annuel – été 2026.pdf"),
    Case("التقرير السنوي.pdf", lambda: pdfs.changed(pdfs.with_links), "التقرير السنوي.pdf"),
    Case("signed.pdf", lambda: pdfs.changed(pdfs.signed), "signed.pdf", (Note.SIGNATURE,)),
    Case("font.pdf", lambda: pdfs.changed(pdfs.with_page_named_like_an_action), "font.pdf"),
    Case("現地写真.jpg", images.photograph, "現地写真.jpg"),
    Case("IMG_2026.JPEG", images.two_pictures_of_a_phone, "IMG_2026.JPEG"),
    Case("दूरसंचार.png", images.commented_png, "दूरसंचार.png"),
    Case("map.jpg", lambda: images.saved(images.drawn(mode="RGBA"), "PNG"), "map.png", (Note.RENAMED,)),
    Case("Скан.tif", lambda: images.saved(images.drawn(mode="1"), "TIFF"), "Скан.png", (Note.RENAMED,)),
    Case("grey.png", lambda: images.saved(images.drawn().convert("I;16"), "PNG"), "grey.png"),
    Case("print.jpg", lambda: images.saved(images.drawn(mode="CMYK"), "JPEG"), "print.jpg"),
    Case("logo.webp", lambda: images.photograph("WEBP"), "logo.webp"),
    Case("Carta ñandú.docx", from_a_template, "Carta ñandú.docx"),
    Case("预算.xlsx", budget, "预算.xlsx"),
    Case("การนำเสนอ.pptx", chart, "การนำเสนอ.pptx"),
    Case("ደብዳቤ.odt", packages.odt, "ደብዳቤ.odt"),
    Case("Бюджет.ods", formula_of_libreoffice, "Бюджет.ods"),
    Case("talk.odp", slides, "talk.odp"),
    Case("notes.txt", "Mbɔ́ŋ – 北京\r\n\tfin".encode, "notes.txt"),
    Case("ancien.txt", lambda: "Été à Genève – 5 €".encode("cp1252"), "ancien.txt", (Note.CONVERTED,)),
    Case("données.csv", lambda: TABLE.encode("utf-16"), "données.csv", (Note.CONVERTED,)),
    Case("everything.zip", folder, "everything.zip", (Note.MEMBER,)),
]

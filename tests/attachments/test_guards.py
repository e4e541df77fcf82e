"""Counter-tests: each guard of the readers is taken away, and the harm that it prevents happens."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from grants.outside.inspection import archives, containers, formats, markup, odf, office, ooxml, pictures, texts
from grants.outside.inspection.containers import Budget
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import STORED, Reading, Rejection
from tests.attachments import hostile, images, packages, pdfs, zips
from workflows import attachments
from workflows.attachments import DOCX, JPEG, ODT, PNG, ZIP, Format, Reason

SMALL = Limits(expanded=1024**2, pixels=1_000)


def read(data: bytes, form: Format, folder: Path) -> Reading:
    """The reading of a file in this process, by the reader of its format."""
    kind, _ = attachments.found(form.extensions[0], attachments.KINDS.values()) or pytest.fail(form.label)
    (folder / "taken").write_bytes(data)
    return formats.reader(kind)(folder / "taken", form, folder, SMALL)


def refused(data: bytes, form: Format, folder: Path) -> Reason:
    """The reason for which a file is refused."""
    with pytest.raises(Rejection) as caught:
        read(data, form, folder)
    return caught.value.reason


def stored(folder: Path) -> bytes:
    return (folder / STORED).read_bytes()


def member(folder: Path, name: str) -> bytes:
    with zipfile.ZipFile(folder / STORED) as archive:
        return archive.read(name)


def test_without_the_counting_an_archive_expands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = zips.bomb(8)
    assert refused(data, ZIP, tmp_path) is Reason.EXPANDS

    monkeypatch.setattr(Budget, "spend", lambda *_: None)
    read(data, ZIP, tmp_path)

    assert len(data) < 50_000
    assert len(member(tmp_path, "0.txt")) == 4_000_000


def test_without_the_counting_a_document_expands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packages.with_member(DOCX, "word/media/a.png", bytes(8 * 1024**2))
    assert refused(data, DOCX, tmp_path) is Reason.EXPANDS

    monkeypatch.setattr(Budget, "spend", lambda *_: None)
    read(data, DOCX, tmp_path)

    assert len(member(tmp_path, "word/media/a.png")) == 8 * 1024**2


def test_without_the_refusal_of_document_types_entities_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    class Texts(ooxml.Part):
        texts = frozenset({"a"})
        found = ""

        def end(self, name: str, text: str) -> None:
            self.found = text

    monkeypatch.setattr(markup.Parser, "_document_type", lambda *_: None)
    reader = Texts()
    markup.Parser(reader).feed(hostile.ENTITIES, last=True)

    assert reader.found == "cccc"


def test_without_the_rules_of_relations_a_remote_template_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = packages.related(DOCX, "attachedTemplate", "https://evil.example/a.dotm")
    assert refused(data, DOCX, tmp_path) is Reason.EXTERNAL

    monkeypatch.setattr(ooxml, "_refuse_loading", lambda *_: None)
    read(data, DOCX, tmp_path)

    assert b"https://evil.example/a.dotm" in member(tmp_path, "word/_rels/document.xml.rels")


def test_without_the_list_of_parts_a_program_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packages.with_member(DOCX, "word/a.exe", b"MZ")
    assert refused(data, DOCX, tmp_path) is Reason.UNUSUAL_PART

    monkeypatch.setattr(ooxml.OpenXml, "_refuse", lambda *_: None)
    read(data, DOCX, tmp_path)

    assert member(tmp_path, "word/a.exe") == b"MZ"


def test_without_the_list_of_parts_macros_of_libreoffice_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = packages.odt(more={"Basic/Standard/a.xml": b"<a/>"})
    assert refused(data, ODT, tmp_path) is Reason.MACROS

    monkeypatch.setattr(odf, "MACROS", ())
    monkeypatch.setattr(odf, "FOLDERS", ("Basic/", "Configurations2/"))
    read(data, ODT, tmp_path)

    assert member(tmp_path, "Basic/Standard/a.xml") == b"<a/>"


def test_without_packing_anew_a_page_of_the_web_stays_in_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the members of a zip file and in its comment there may be anything."""
    data = packages.docx()
    commented = data[:-2] + len(images.HTML).to_bytes(2, "little") + images.HTML
    read(commented, DOCX, tmp_path)
    assert images.HTML not in stored(tmp_path)

    monkeypatch.setattr(office, "_rewrite", lambda source, level: level.target.write_bytes(source.read_bytes()))
    read(commented, DOCX, tmp_path)

    assert images.HTML in stored(tmp_path)


def test_without_the_checked_paths_a_member_leaves_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packages.packed({"../a.txt": b"a"})
    assert refused(data, ZIP, tmp_path) is Reason.UNSAFE_PATH

    monkeypatch.setattr(containers, "_is_safe", lambda *_: True)
    read(data, ZIP, tmp_path)

    assert zipfile.ZipFile(tmp_path / STORED).namelist() == ["../a.txt"]


def test_without_reading_the_members_a_page_of_the_web_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = packages.packed({"a.pdf": images.HTML})
    assert refused(data, ZIP, tmp_path) is Reason.MEMBER

    monkeypatch.setattr(formats, "reader", lambda *_: copied)
    archives.read(tmp_path / "taken", ZIP, tmp_path, SMALL)

    assert member(tmp_path, "a.pdf") == images.HTML


def copied(source: Path, form: Format, folder: Path, limits: Limits) -> Reading:
    """A reader that stores what it gets."""
    (folder / STORED).write_bytes(source.read_bytes())
    return Reading(form)


def test_without_the_limit_of_pixels_a_large_picture_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = images.large(200, 200)
    assert refused(data, PNG, tmp_path) is Reason.TOO_MANY_PIXELS

    monkeypatch.setattr(pictures, "_refuse", lambda *_: None)
    read(data, PNG, tmp_path)

    with Image.open(tmp_path / STORED) as decoded:
        assert decoded.size == (200, 200)


def test_without_clearing_a_picture_keeps_what_the_camera_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_refuse", lambda *_: None)
    read(images.photograph(), JPEG, tmp_path)
    assert images.SECRET.encode() not in stored(tmp_path)

    monkeypatch.setattr(pictures, "_coloured", lambda picture: picture.copy())
    monkeypatch.setattr(pictures, "_thumbnail", lambda *_: "")
    read(images.photograph(), JPEG, tmp_path)

    assert images.SECRET.encode() in stored(tmp_path)


def test_without_the_first_byte_a_page_of_the_web_passes_as_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Browsers show such a file as the page that it begins with, and readers of PDF as a PDF."""
    from grants.outside.inspection import pdf

    form = attachments.PDF.formats[0]
    data = b"<html>" + pdfs.honest()
    assert refused(data, form, tmp_path) is Reason.DISGUISED

    monkeypatch.setattr(pdf, "BEGINS", b"<html>%PDF-")

    assert read(data, form, tmp_path).pages == 1


def test_without_the_search_for_formulas_a_table_calculates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"a,b\n1,=HYPERLINK(A1)\n"
    assert refused(data, attachments.CSV, tmp_path) is Reason.FORMULA

    monkeypatch.setattr(texts, "_refuse_formulas", lambda *_: None)
    read(data, attachments.CSV, tmp_path)

    assert stored(tmp_path) == data

"""Every honest file is accepted, and what is stored of it can be opened again and holds nothing else."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from grants.outside.inspection.verdict import Accepted, Verdict
from tests.attachments import honest, images, looking
from tests.attachments.honest import Case
from tests.attachments.looking import Upload
from workflows import attachments
from workflows.attachments import NOTES


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Verdict]:
    """The verdict on each case."""
    uploads = (Upload(case.name, case.data()) for case in honest.CASES)
    return dict(zip(honest.CASES, looking.verdicts(uploads, tmp_path_factory.mktemp("honest")), strict=True))


@pytest.mark.parametrize("case", honest.CASES, ids=lambda case: case.name)
def test_an_honest_file_is_accepted_and_can_be_opened_again(case: Case, found: dict[Case, Verdict]) -> None:
    verdict = found[case]

    assert isinstance(verdict, Accepted), verdict
    data = verdict.path.read_bytes()
    assert verdict.name == case.shown
    assert [note.text for note in verdict.notes] == [NOTES[note] for note in case.notes]
    assert (verdict.sha256, verdict.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert OPENED[verdict.kind.key](data, verdict)


def pdf(data: bytes, verdict: Accepted) -> bool:
    with pikepdf.open(BytesIO(data)) as opened:
        return (len(opened.pages), len(verdict.previews)) == (verdict.pages, min(verdict.pages or 0, 3))


def picture(data: bytes, verdict: Accepted) -> bool:
    """The pixels, the format that the verdict names, and nothing else but how the file is encoded."""
    with Image.open(BytesIO(data)) as opened:
        opened.load()
        plain = set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background",
                                     "timestamp", "duration"}  # fmt: skip
        formats = {"JPEG": attachments.JPEG, "PNG": attachments.PNG, "WEBP": attachments.WEBP}
        return plain and formats[str(opened.format)] is verdict.format


def package(data: bytes, verdict: Accepted) -> bool:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        return opened.testzip() is None and len(opened.namelist()) > 2


def text(data: bytes, verdict: Accepted) -> bool:
    return bool(data.decode())


OPENED = {
    "pdf": pdf, "picture": picture, "document": package, "spreadsheet": package, "presentation": package,
    "archive": package, "text": text,
}  # fmt: skip


def accepted(found: dict[Case, Verdict], name: str) -> Accepted:
    verdict = next(verdict for case, verdict in found.items() if case.name == name)
    assert isinstance(verdict, Accepted)
    return verdict


def test_the_place_where_a_photograph_was_taken_is_not_stored(found: dict[Case, Verdict]) -> None:
    stored = accepted(found, "現地写真.jpg")

    with Image.open(stored.path) as opened:
        assert (dict(opened.getexif()), opened.size) == ({}, (60, 90))
    assert images.SECRET.encode() in images.photograph()
    assert images.SECRET.encode() not in stored.path.read_bytes()


def test_a_photograph_has_a_thumbnail(found: dict[Case, Verdict]) -> None:
    [preview] = accepted(found, "現地写真.jpg").previews

    with Image.open(preview) as opened:
        assert (opened.format, opened.size) == ("JPEG", (60, 90))


def test_an_archive_keeps_folders_and_loses_what_a_computer_added(found: dict[Case, Verdict]) -> None:
    with zipfile.ZipFile(accepted(found, "everything.zip").path) as archive:
        assert archive.namelist() == [
            "Rapport/lisez-moi.txt", "Rapport/plan.csv", "Rapport/photo.jpg", "Rapport/carte.png",
        ]  # fmt: skip
        assert images.SECRET.encode() not in archive.read("Rapport/photo.jpg")


def test_the_type_of_an_open_document_stays_at_its_fixed_place(found: dict[Case, Verdict]) -> None:
    data = accepted(found, "ደብዳቤ.odt").path.read_bytes()

    assert data[30:38] + data[38:77] == b"mimetypeapplication/vnd.oasis.opendocument.text"


def test_text_of_other_encodings_is_stored_as_utf_8(found: dict[Case, Verdict]) -> None:
    assert accepted(found, "ancien.txt").path.read_text("utf-8") == "Été à Genève – 5 €"
    assert accepted(found, "données.csv").path.read_text("utf-8") == honest.TABLE


def test_a_text_in_utf_8_keeps_its_bytes(found: dict[Case, Verdict]) -> None:
    assert accepted(found, "notes.txt").path.read_bytes() == "Mbɔ́ŋ – 北京\r\n\tfin".encode()


def test_the_same_file_is_stored_as_the_same_bytes(found: dict[Case, Verdict], tmp_path: Path) -> None:
    some = [case for case in honest.CASES if case.name in {"signed.pdf", "logo.webp", "预算.xlsx", "everything.zip"}]
    again = looking.verdicts((Upload(case.name, case.data()) for case in some), tmp_path)

    assert [accepted(found, case.name).sha256 for case in some] == [v.sha256 for v in again if isinstance(v, Accepted)]

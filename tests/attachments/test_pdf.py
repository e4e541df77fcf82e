"""What is stored of a PDF has no scripts, actions or attached files, whatever the upload had."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Pdf

from grants.outside.inspection import cleaning, pdf
from grants.outside.inspection.limits import USUAL, Limits
from grants.outside.inspection.verdict import STORED, Reading
from tests.attachments import pdfs
from workflows.attachments import NOTES, PDF, Note

ACTIVE = {
    "a script at opening": pdfs.with_script_at_opening,
    "named scripts": pdfs.with_named_scripts,
    "actions of a page": pdfs.with_page_actions,
    "a link that starts a program": pdfs.with_launch,
    "an action after a harmless one": pdfs.with_chained_launch,
    "a button that sends": pdfs.with_submit,
    "a link to a file": pdfs.with_link_to_file,
    "a link that is a script": pdfs.with_script_link,
    "an attached file": pdfs.with_attached_file,
    "a file on a page": pdfs.with_file_on_page,
    "a film": pdfs.with_film,
    "a form of Adobe": pdfs.with_form_of_adobe,
    "content from another file": pdfs.with_outside_stream,
}
TOKENS = re.compile(
    rb"/(JavaScript|JS|Launch|SubmitForm|EmbeddedFiles?|EF|XFA|AA|OpenAction|RichMedia|FileAttachment|FFilter)\b"
    rb"|\((?:javascript|file):"
)


def read(data: bytes, folder: Path, limits: Limits = USUAL) -> Reading:
    """The reading of a PDF in this process."""
    folder.mkdir(exist_ok=True)
    (folder / "taken").write_bytes(data)
    return pdf.read(folder / "taken", PDF.formats[0], folder, limits)


def plain(data: bytes) -> bytes:
    """The PDF without compression, so that everything in it can be searched for."""
    file = BytesIO()
    with pikepdf.open(BytesIO(data)) as opened:
        opened.save(file, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return file.getvalue()


@pytest.mark.parametrize("change", ACTIVE.values(), ids=ACTIVE)
def test_nothing_active_is_stored_and_the_reader_is_informed(change: Callable[[Pdf], None], tmp_path: Path) -> None:
    data = pdfs.changed(change)

    reading = read(data, tmp_path)

    assert TOKENS.search(plain(data))
    assert TOKENS.search(plain((tmp_path / STORED).read_bytes())) is None
    assert [note.text for note in reading.notes] == [NOTES[Note.CLEANED]]


@pytest.mark.parametrize("change", ACTIVE.values(), ids=ACTIVE)
def test_without_the_cleaning_it_would_be_stored(
    change: Callable[[Pdf], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "clean", lambda *_: False)

    read(pdfs.changed(change), tmp_path)

    assert TOKENS.search(plain((tmp_path / STORED).read_bytes()))


def test_a_script_under_an_unknown_key_is_not_stored(tmp_path: Path) -> None:
    read(pdfs.changed(pdfs.with_hidden_action), tmp_path)

    assert b"hidden()" not in plain((tmp_path / STORED).read_bytes())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(sorted(ACTIVE)), min_size=1, max_size=5, unique=True))
def test_no_combination_is_stored(titles: list[str]) -> None:
    document = pdfs.plain()
    for title in titles:
        ACTIVE[title](document)
    cleaning.clean(document)

    assert TOKENS.search(plain(pdfs.saved(document))) is None


def test_a_plain_document_keeps_its_links_and_fonts(tmp_path: Path) -> None:
    read(pdfs.changed(pdfs.with_links), tmp_path)

    with pikepdf.open(tmp_path / STORED) as stored:
        assert str(stored.pages[0].Annots[0].A.URI) == "https://www.internetsociety.org/"
        assert str(stored.pages[0].Resources.Font.F1.BaseFont) == "/Helvetica"
        assert stored.Root.OpenAction[0].objgen == stored.pages[0].objgen


def test_an_earlier_state_of_the_document_is_not_stored(tmp_path: Path) -> None:
    """A program that only appends to a PDF leaves in it what the author has deleted."""
    data = pdfs.honest()
    added = data.replace(b"%%EOF", b"%%EOF\n9 0 obj\n(deleted by the author)\nendobj\n%%EOF")

    read(added, tmp_path)

    assert b"deleted by the author" not in plain((tmp_path / STORED).read_bytes())


def test_without_the_counting_a_page_would_expand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = list[int]()
    monkeypatch.setattr(pdf, "_measure", lambda file, _: sizes.extend(len(i.read_bytes()) for i in streams(file)))

    read(pdfs.bomb(20), tmp_path, Limits(expanded=1024**2))

    assert max(sizes) == 20 * 1024**2


def streams(file: Pdf) -> list[pikepdf.Stream]:
    return [item for item in file.objects if isinstance(item, pikepdf.Stream)]

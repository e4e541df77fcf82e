"""The photograph of the story: the right file, at a printable size, without camera metadata."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

import reports
from reports import pictures as fitting
from reports import printing
from reports.snapshots import Picture
from tests.reports import examples, reading

pytestmark = pytest.mark.sweep

GPS = 0x8825
PLACE = "a roof in the third village"


def photograph(kind: str = "JPEG", width: int = 900, height: int = 600) -> bytes:
    """A sky over a field, with the coordinates of a private house in its metadata."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    exif = Image.Exif()
    exif[GPS] = {1: "S", 2: (18.0, 52.0, 45.0), 3: "E", 4: (47.0, 30.0, 30.0)}
    exif[0x010E] = "taken at the house of V. Rasoa (demo)"
    file = BytesIO()
    picture.save(file, kind, exif=exif, comment=b"comment of the camera")
    return file.getvalue()


def named(data: bytes) -> Picture:
    name = sha256(data).hexdigest()
    return Picture(sha256=name, alternative="A mast on a roof", place=PLACE, maker="the chapter", consent=True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_picture_prints_with_place_author_and_consent(kind: str) -> None:
    data = photograph(kind)
    report = examples.impact_report(picture=named(data))

    printed = reports.render(report, pictures={sha256(data).hexdigest(): data})

    assert reading.words(printed.pdf).count(f"{PLACE}. Photo: the chapter, used with consent.") == 1
    assert [tag.alternative for tag in reading.tagged(printed.pdf).tags].count("A mast on a roof") == 1


def test_camera_metadata_do_not_reach_the_file() -> None:
    data = photograph()
    report = examples.impact_report(picture=named(data))

    printed = reports.render(report, pictures={sha256(data).hexdigest(): data})

    secrets = (b"taken at the house", b"comment of the camera")
    assert [secret in data for secret in secrets] == [True, True]
    assert [secret in images(printed.pdf) for secret in secrets] == [False, False]


def test_without_repainting_camera_metadata_would_be_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "fit_to_print", bytes)
    data = photograph()
    report = examples.impact_report(picture=named(data))

    printed = reports.render(report, pictures={sha256(data).hexdigest(): data})

    assert b"comment of the camera" in images(printed.pdf)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_scaled_to_the_page_and_keeps_its_proportions(kind: str) -> None:
    with Image.open(BytesIO(fitting.fit_to_print(photograph(kind, 3000, 1500)))) as picture:
        assert (picture.format, picture.size, sorted(picture.info)) == (
            "JPEG", (1500, 750), ["jfif", "jfif_density", "jfif_unit", "jfif_version"],
        )  # fmt: skip


def test_a_missing_or_different_picture_is_refused() -> None:
    data, other = photograph(), photograph(width=901)
    report = examples.impact_report(picture=named(data))

    for pictures in ({}, {sha256(data).hexdigest(): other}):
        with pytest.raises(reports.Unprintable, match="is missing or has been replaced by another file"):
            reports.render(report, pictures=pictures)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photograph()[:40]])
def test_a_file_that_is_not_a_picture_is_refused(data: bytes) -> None:
    report = examples.impact_report(picture=named(data))

    with pytest.raises(reports.Unprintable, match="is not a valid JPEG or PNG file"):
        reports.render(report, pictures={sha256(data).hexdigest(): data})


def test_a_picture_too_large_for_memory_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "MOST_PIXELS", 900 * 600 - 1)

    with pytest.raises(reports.Unprintable, match="The picture has 540,000 pixels; at most 539,999 can be printed"):
        fitting.fit_to_print(photograph())


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = photograph()
    report, pictures = examples.impact_report(picture=named(data)), {sha256(data).hexdigest(): data}

    assert reports.render(report, pictures=pictures).sha256 == reports.render(report, pictures=pictures).sha256


def images(pdf: bytes) -> bytes:
    """The raw bytes of all pictures in a PDF."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        streams = [one for one in opened.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        return b"".join(stream.read_raw_bytes() for stream in streams)

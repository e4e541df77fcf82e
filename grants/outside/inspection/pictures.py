"""Pictures: decoded and encoded anew by Pillow, so that only their pixels are stored."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from grants.outside.inspection import containers
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import STORED, Reading, Rejection
from workflows.attachments import JPEG, PNG, TIFF, WEBP, Format, Note, Reason, note

FORMATS = {"JPEG": JPEG, "MPO": JPEG, "PNG": PNG, "WEBP": WEBP, "TIFF": TIFF}
"""What Pillow names a format. MPO is the JPEG of phones that add a second picture, which is left out."""
KEPT_AS = {TIFF: PNG}
"""Formats that browsers do not show, each with the one in which its pixels are stored."""
QUALITY: dict[str, dict[str, int]] = {"JPEG": {"quality": 90}, "WebP": {"quality": 90}, "PNG": {}}
THUMBNAIL = 480
UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, EOFError, OverflowError)
"""What Pillow raises for damaged files."""


def read(source: Path, form: Format, folder: Path, limits: Limits) -> Reading:
    """Encode the pixels anew, upright and in sRGB, with a thumbnail; raises Rejection."""
    data = source.read_bytes()
    if containers.ends_as_archive(data):
        raise Rejection(Reason.SECOND_FILE)
    try:
        with _opened(data) as picture:
            actual = FORMATS[str(picture.format)]
            _refuse(picture, limits)
            pixels = _coloured(picture)
    except UnidentifiedImageError as error:
        raise Rejection(Reason.DISGUISED, format=form.label) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(limits) from error
    except UNREADABLE as error:
        raise Rejection(Reason.DAMAGED) from error
    kept = KEPT_AS.get(actual, actual)
    pixels.save(folder / STORED, kept.label.upper(), **QUALITY[kept.label])
    renamed = () if kept == form else (note(Note.RENAMED, format=kept.label, extension=kept.extensions[0]),)
    return Reading(kept, previews=(_thumbnail(pixels, folder),), notes=renamed)


def _opened(data: bytes) -> Image.Image:
    """The picture before it is decoded. Pillow only warns of large ones, whose size is compared afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP", "TIFF"))


def _too_many_pixels(limits: Limits) -> Rejection:
    return Rejection(Reason.TOO_MANY_PIXELS, millions=limits.pixels // 1_000_000)


def _refuse(picture: Image.Image, limits: Limits) -> None:
    width, height = picture.size
    if width * height > limits.pixels:
        raise _too_many_pixels(limits)
    if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":
        raise Rejection(Reason.SEVERAL_PICTURES)


def _coloured(picture: Image.Image) -> Image.Image:
    """The pixels upright, in grey or sRGB, with nothing else: `info` holds what Pillow would write again."""
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):
        upright = upright.point(lambda value: value / 256).convert("L")
    transparent = upright.has_transparency_data
    if profile and upright.mode in {"RGB", "RGBA", "CMYK"}:
        upright = _in_srgb(upright, profile)
    if upright.mode not in {"1", "L"} or transparent:
        upright = upright.convert("RGBA" if transparent else "RGB")
    upright.info.clear()
    return upright


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours that the profile means; unchanged if it cannot be used."""
    try:
        return (
            ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGBA" if picture.mode == "RGBA" else "RGB",
            )
            or picture
        )
    except (ImageCms.PyCMSError, OSError, TypeError):
        return picture


def _thumbnail(pixels: Image.Image, folder: Path) -> str:
    """Scale the pixels in place, because another copy of a large picture would be too much, and save them on white."""
    small = pixels.convert("L") if pixels.mode == "1" else pixels
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    coloured = small.convert("RGBA")
    background = Image.new("RGB", small.size, "white")
    background.paste(coloured, mask=coloured)
    background.save(folder / "preview-1.jpg", "JPEG", quality=80)
    return "preview-1.jpg"

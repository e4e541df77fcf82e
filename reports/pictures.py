"""Prepare pictures for printing: limit their size and remove all metadata."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

from reports.refusal import Unprintable

MOST_PIXELS = 40_000_000
"""Largest number of pixels. Decoding takes three bytes per pixel, 120 MB in all."""

WIDEST, TALLEST = 1500, 1000
"""Size in pixels to which pictures are reduced: 170 mm at 224 dpi."""

_UNREADABLE = (OSError, SyntaxError, ValueError)  # raised by Pillow for damaged files


def fit_to_print(data: bytes) -> bytes:
    """Scale a JPEG or PNG to the page, turn it upright and remove its metadata. Returns a JPEG.

    Raises Unprintable if the data is not a JPEG or PNG, or has too many pixels (checked before decoding).
    """
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise Unprintable(f"The picture has {width * height:,} pixels; at most {MOST_PIXELS:,} can be printed.")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((WIDEST, TALLEST))
            return _on_white(upright)
    except (*_UNREADABLE, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unprintable("The picture is not a valid JPEG or PNG file.") from error


def _on_white(picture: Image.Image) -> bytes:
    """The pixels on a white background. A new image is made because saving the original would keep its metadata."""
    coloured = picture.convert("RGBA")
    background = Image.new("RGB", coloured.size, "white")
    background.paste(coloured, mask=coloured)
    file = BytesIO()
    background.save(file, "JPEG", quality=85)
    return file.getvalue()

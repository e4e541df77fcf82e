"""Pictures made fit to print: of a size a worker can hold, and without what a camera or a program wrote into them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

from reports.refusal import Unprintable

MOST_PIXELS = 40_000_000
"""A picture takes three bytes a point while it is read: 120 MB."""

WIDEST, TALLEST = 1500, 1000
"""Points kept: 170 mm at 224 to the inch."""

_UNREADABLE = (OSError, SyntaxError, ValueError)  # what Pillow raises for broken files


def fit_to_print(data: bytes) -> bytes:
    """A JPEG or PNG scaled to the page, turned upright, its places, names and comments gone; as JPEG.

    Raises Unprintable for what is no such picture or has too many points (seen before they are read).
    """
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise Unprintable(f"The picture has {width * height:,} points; {MOST_PIXELS:,} can be printed.")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((WIDEST, TALLEST))
            return _on_white(upright)
    except (*_UNREADABLE, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unprintable("The picture cannot be read as a JPEG or PNG of usual size.") from error


def _on_white(picture: Image.Image) -> bytes:
    """The bare points on white paper. A new image is painted, since saving an old one keeps its comments."""
    coloured = picture.convert("RGBA")
    paper = Image.new("RGB", coloured.size, "white")
    paper.paste(coloured, mask=coloured)
    file = BytesIO()
    paper.save(file, "JPEG", quality=85)
    return file.getvalue()

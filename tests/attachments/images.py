"""Pictures, honest and hostile."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms, PngImagePlugin

GPS = 0x8825
SECRET = "taken at the house of V. Rasoa"


def drawn(width: int = 90, height: int = 60, mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photograph(kind: str = "JPEG") -> bytes:
    """A picture that lies on its side, with the place where it was taken, a comment and a profile."""
    exif = Image.Exif()
    exif[GPS] = {1: "S", 2: (18.0, 52.0, 45.0), 3: "E", 4: (47.0, 30.0, 30.0)}
    exif[0x010E] = SECRET
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(drawn(), kind, exif=exif, comment=SECRET.encode(), icc_profile=profile)


def commented_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "<script>alert(1)</script>")
    return saved(drawn(), "PNG", pnginfo=texts)


def several(kind: str) -> bytes:
    """A picture with more than one frame or page."""
    return saved(drawn(), kind, save_all=True, append_images=[drawn(mode="RGB").rotate(90)])


def two_pictures_of_a_phone() -> bytes:
    return several("MPO")


def png_of(width: int, height: int) -> bytes:
    """The head of a PNG with these dimensions, and a little of its data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def large(width: int, height: int) -> bytes:
    """A whole PNG of one colour, small as a file and large in memory."""
    return saved(Image.new("RGB", (width, height), "white"), "PNG", compress_level=1)


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF_AND_SCRIPT = b"GIF89a=1;alert(1);/*" + bytes(64) + b"*/"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"

"""Installed fonts and the fonts used by a document, recorded so that its bytes can be reproduced."""

from __future__ import annotations

import hashlib
import subprocess
import unicodedata
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import ffi, fontconfig, harfbuzz, pango
from weasyprint.text.fonts import get_hb_object_data

GLYPHS_FORESEEN = 160
"""Upper limit for the number of different glyphs of one font in a letter."""

# Fontconfig is read once per process, so the description of a font does not change.
_read: dict[bytes, tuple[str, str]] = {}


def inventory(fonts: Iterable[Font]) -> dict[str, str]:
    """Full name → "version, sha256 of the file" for the fonts of a rendered document, by name."""
    for font in fonts:
        if font.name not in _read:
            _read[font.name] = _describe(font)
    return dict(sorted(_read[font.name] for font in fonts))


def foresee_subsets() -> None:
    """Parse the cffi types of glyph lists once, before a worker forks.

    WeasyPrint uses a separate type for every number of glyphs in a font, and cffi takes 2 ms to parse each.
    """
    for count in range(1, GLYPHS_FORESEEN + 1):
        ffi.typeof(f"hb_codepoint_t[{count}]")


def installed(family: str) -> bool:
    """Whether fontconfig finds this family itself and not a substitute."""
    pattern = ffi.gc(fontconfig.FcPatternCreate(), fontconfig.FcPatternDestroy)
    fontconfig.FcPatternAddString(pattern, b"family", family.encode())
    fontconfig.FcDefaultSubstitute(pattern)
    found = ffi.gc(
        fontconfig.FcFontMatch(ffi.NULL, pattern, ffi.new("FcResult *")),
        lambda match: match != ffi.NULL and fontconfig.FcPatternDestroy(match),
    )
    name = ffi.new("FcChar8 **")
    if found == ffi.NULL or fontconfig.FcPatternGetString(found, b"family", 0, name) != fontconfig.FcResultMatch:
        return False
    return bool(ffi.string(name[0]).decode() == family)


def characters(package: str = "noto") -> set[int]:
    """Code points of all printable characters in the installed fonts of a package."""
    found: set[int] = set()
    for path in _files(package):
        with TTCollection(path, lazy=True) if path.suffix == ".ttc" else TTFont(path, lazy=True) as file:
            faces = file.fonts if isinstance(file, TTCollection) else [file]
            found |= {code for face in faces for code in face.getBestCmap() or ()}
    return {code for code in found if unicodedata.category(chr(code))[0] != "C"}


def _files(package: str) -> list[Path]:
    """Font files whose path contains the name of the package."""
    shown = subprocess.run(["fc-list", "--format", "%{file}\\n"], capture_output=True, text=True, check=True)
    return sorted({Path(line) for line in shown.stdout.splitlines() if package in line.lower()})


def pango_version() -> str:
    """Version of the loaded Pango, which encodes 1.50.12 as 15012."""
    packed = int(pango.pango_version())
    return f"{packed // 10_000}.{packed // 100 % 100}.{packed % 100}"


def harfbuzz_version() -> str:
    """Version of the loaded HarfBuzz, found by comparing, since WeasyPrint binds no function that returns it."""
    version = [0, 0, 0]
    for place in range(3):
        while harfbuzz.hb_version_atleast(*version[:place], version[place] + 1, *[0] * (2 - place)):
            version[place] += 1
    return ".".join(map(str, version))


def _describe(font: Font) -> tuple[str, str]:
    data = get_hb_object_data(font.hb_face)
    names = TTFont(BytesIO(data), fontNumber=font.index, lazy=True)["name"]
    version = (names.getDebugName(5) or "unknown").removeprefix("Version ").split(";")[0]
    return names.getDebugName(4) or font.family, f"{version}, sha256 {hashlib.sha256(data).hexdigest()}"

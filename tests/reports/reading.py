"""Prints an example and reads it back: its text, its tags and the positions of its words."""

from __future__ import annotations

import html
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pikepdf
from PIL import Image

import reports
from reports.snapshots import Snapshot
from tests import machine

FOOT = 0.94
"""Where the foot of a page begins, as a share of its height."""


@cache
def printed(make: Callable[[], Snapshot]) -> reports.Rendered:
    """An example, printed once for all tests that only read it."""
    return reports.render(make())


def words(pdf: bytes, first: int = 1) -> str:
    """The text from page `first` on as poppler extracts it, on one line, all white space as single spaces."""
    return " ".join(_poppler("pdftotext", "-raw", "-f", str(first), "-enc", "UTF-8", "-", "-", pdf=pdf).split())


def arabic(pdf: bytes) -> str:
    """The folded text of the file, its words in the order in which they are read."""
    return folded(_poppler("pdftotext", "-enc", "UTF-8", "-", "-", pdf=pdf))


def folded(text: str) -> str:
    """The letters and digits alone, alike for what was written and what poppler extracts.

    Ligatures with lam, such as lam-alef, come out of a PDF with their letters in another order, and signs of vowels
    apart from their letters, so these signs are left out and the letters of such ligatures sorted.
    """
    letters = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one)[0] in "LN")
    return re.sub("[لاأإآى]{2,}", lambda run: "".join(sorted(run[0])), letters)


def plain(page: str) -> str:
    """The text of an HTML page on one line, all white space as single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


def read_aloud(pdf: bytes) -> str:
    """The text in the order of the tags, as a screen reader reads it, one page after the other."""
    with NamedTemporaryFile(suffix=".pdf") as file:
        Path(file.name).write_bytes(pdf)
        tree = _poppler("pdfinfo", "-struct-text", file.name)
    return " ".join(" ".join(re.findall(r'^ *"(.*)"$', tree, flags=re.MULTILINE)).split())


def outside_the_margins(pdf: bytes, *, margin: float) -> list[str]:
    """Words nearer to the left or right edge of the page than this many millimetres."""
    boxes = _poppler("pdftotext", "-bbox", "-", "-", pdf=pdf)
    points = margin * 72 / 25.4
    width = float(re.findall(r'<page width="([\d.]+)"', boxes)[0])
    found = re.findall(r'<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)" yMax="[-\d.]+">(.*?)</word>', boxes)
    return [word for start, end, word in found if float(start) < points or float(end) > width - points]


def left_edge(pdf: bytes, word: str) -> float:
    """Where a word that the file has once begins at the left, in points."""
    boxes = _poppler("pdftotext", "-bbox", "-", "-", pdf=pdf)
    (edge,) = re.findall(rf'<word xMin="([-\d.]+)"[^>]*>{re.escape(word)}</word>', boxes)
    return float(edge)


def lowest_text(pdf: bytes, *, page: int) -> float:
    """Where the last line above the foot of a page ends, as a share of the height of the page."""
    number = str(page)
    boxes = _poppler("pdftotext", "-bbox", "-f", number, "-l", number, "-", "-", pdf=pdf)
    (height,) = (float(found) for found in re.findall(r'<page width="[^"]*" height="([^"]*)"', boxes))
    ends = [float(found) / height for found in re.findall(r'<word [^>]*yMax="([^"]*)"', boxes)]
    return max(end for end in ends if end < FOOT)


def shapes(svg: str, kind: str) -> list[dict[str, str]]:
    """The attributes of every shape of a kind in one of our own drawings, in their order."""
    root = ET.fromstring(svg)  # noqa: S314 (ours)
    return [dict(shape.attrib) for shape in root.iter(f"{{http://www.w3.org/2000/svg}}{kind}")]


def picture(pdf: bytes, *, dpi: int) -> Image.Image:
    """The first page as a greyscale image."""
    command = [str(machine.poppler("pdftoppm")), "-r", str(dpi), "-gray", "-singlefile", "-"]
    return Image.open(BytesIO(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout))


@dataclass(frozen=True, slots=True)
class Tag:
    """An element of the tag tree: its type, its attributes, and the types of its children."""

    kind: str
    alternative: str
    scope: str
    id: str
    headers: tuple[str, ...]
    kids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a tagged PDF declares about itself."""

    marked: bool
    language: str
    shows_title: bool
    part: str
    title: str
    outline: tuple[str, ...]
    fonts: int
    loose_fonts: tuple[str, ...]
    listed_ids: tuple[str, ...]
    tags: tuple[Tag, ...]
    identifier: bytes
    days: tuple[str, str]


def tagged(pdf: bytes) -> Tagged:
    """The facts in a PDF that assistive software reads."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        root = opened.Root
        fonts = [one for one in opened.objects if isinstance(one, pikepdf.Dictionary) and "/FontName" in one]
        tree = root.StructTreeRoot.get("/IDTree", pikepdf.Dictionary(Kids=[]))
        with opened.open_metadata() as metadata, opened.open_outline() as outline:
            return Tagged(
                marked=bool(root.MarkInfo.Marked),
                language=str(root.Lang),
                shows_title=bool(root.ViewerPreferences.DisplayDocTitle),
                part=str(metadata["{http://www.aiim.org/pdfua/ns/id/}part"]),
                title=str(metadata["dc:title"]),
                outline=tuple(str(item.title) for item in outline.root),
                fonts=len(fonts),
                loose_fonts=tuple(str(font.FontName) for font in fonts if "/FontFile2" not in font),
                listed_ids=tuple(str(name) for kid in tree.Kids for name in list(kid.Names)[::2]),
                tags=tuple(_tags(root.StructTreeRoot.K)),
                identifier=bytes(opened.trailer.ID[0]),
                days=(str(opened.docinfo["/CreationDate"]), str(opened.docinfo["/ModDate"])),
            )


def _tags(node: pikepdf.Object) -> Iterator[Tag]:
    """Every element reachable from here, parents first."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _tags(kid)
    elif isinstance(node, pikepdf.Dictionary) and node.get("/Type") == "/StructElem":
        facts = node.get("/A", pikepdf.Dictionary())
        kids = [kid for kid in node.get("/K", pikepdf.Array()) if isinstance(kid, pikepdf.Dictionary)]
        yield Tag(
            kind=str(node.S)[1:],
            alternative=str(node.get("/Alt", "")),
            scope=str(facts.get("/Scope", ""))[1:],
            id=str(node.get("/ID", "")),
            headers=tuple(str(header) for header in facts.get("/Headers", [])),
            kids=tuple(str(kid.S)[1:] for kid in kids if "/S" in kid),
        )
        yield from _tags(node.get("/K", pikepdf.Array()))


def _poppler(program: str, *arguments: str, pdf: bytes | None = None) -> str:
    command = [str(machine.poppler(program)), *arguments]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()

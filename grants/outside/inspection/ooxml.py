"""Office Open XML (docx, xlsx, pptx): which parts a package may have, and what these may contain."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping

from grants.outside.inspection import formulas, links, markup
from grants.outside.inspection.verdict import Rejection
from workflows.attachments import DOCX, PPTX, XLSX, Format, Reason

TYPES = "[content_types].xml"
FOLDERS = {DOCX: "word/", XLSX: "xl/", PPTX: "ppt/"}
MAIN = {DOCX: "wordprocessingml.document.main+xml", XLSX: "spreadsheetml.sheet.main+xml",
        PPTX: "presentationml.presentation.main+xml"}  # fmt: skip
EVERYWHERE = ("_rels/", "docprops/", "docmetadata/", "customxml/", "_xmlsignatures/")
MARKUP = (".xml", ".rels", ".svg")
OLD_DRAWINGS = ".vml"
OPAQUE = (
    ".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".wdp", ".webp", ".emf", ".wmf",
    ".odttf", ".fntdata", ".ttf", ".sigs",
)  # fmt: skip
INNER = {".docx": DOCX, ".xlsx": XLSX, ".pptx": PPTX}
"""Documents inside a document: the numbers of its charts, mostly."""
MACROS = ("vbaproject", "vbadata", "macrosheets/", "dialogsheets/", "customui/", "attachedtoolbars")
OBJECTS = ("activex/", "embeddings/", "oleobject")
PRINTERS = "/printersettings/"
CONNECTIONS = "xl/connections.xml"
MACRO_TYPES = ("macroenabled", "vba", "macrosheet", "dialogsheet")
OBJECT_TYPES = ("activex", "oleobject", "ms-office.legacy")
MACRO_RELATIONS = {"vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet", "dialogsheet", "attachedtoolbars"}
OBJECT_RELATIONS = {"oleobject", "afchunk", "control", "activexcontrolbinary", "frame", "subdocument"}


class OpenXml:
    """The rules of one package."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._types = ContentTypes()

    def place(self, info: zipfile.ZipInfo) -> int:
        """The list of content types comes first."""
        return 0 if info.filename.lower() == TYPES else 1

    def admit(self, info: zipfile.ZipInfo) -> markup.Scanner | Format | None:
        """What a part is by its name; programs compare these names in small letters."""
        name = info.filename.lower()
        if name == TYPES:
            return markup.Parser(self._types)
        self._refuse(name)
        if name.endswith(".rels"):
            return markup.Parser(Relationships())
        if name.endswith(MARKUP):
            return markup.Parser(Drawing() if name.endswith(".svg") else Part())
        if name.endswith(OLD_DRAWINGS):
            return OldDrawing()
        return INNER.get("." + name.rpartition(".")[2])

    def finish(self) -> None:
        """The content types name the main part of this format."""
        if MAIN[self._form] not in self._types.mains:
            raise Rejection(Reason.DISGUISED, format=self._form.label)

    def _refuse(self, name: str) -> None:
        inner = "." + name.rpartition(".")[2] in INNER and "/embeddings/" in name
        if any(word in name for word in MACROS):
            raise Rejection(Reason.MACROS)
        if any(word in name for word in OBJECTS) and not inner and not name.endswith(".rels"):
            raise Rejection(Reason.EMBEDDED)
        if name == CONNECTIONS or "webextensions/" in name:
            raise links.external(name.rpartition("/")[2])
        if "/media/" in name and not name.endswith((*MARKUP, *OPAQUE)):  # sound and film
            raise Rejection(Reason.EMBEDDED)
        known = name.startswith((FOLDERS[self._form], *EVERYWHERE))
        printer = PRINTERS in name and name.endswith(".bin")
        if not known or not (inner or printer or name.endswith((*MARKUP, OLD_DRAWINGS, *OPAQUE))):
            raise Rejection(Reason.UNUSUAL_PART, part=name[:80])


class ContentTypes:
    """The list of content types. mains: the ends of the types of main parts."""

    texts = frozenset[str]()

    def __init__(self) -> None:
        self.mains = set[str]()

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Refuse types of macros and objects."""
        kind = attributes.get("ContentType", "")
        if any(word in kind.lower() for word in MACRO_TYPES):
            raise Rejection(Reason.MACROS)
        if any(word in kind.lower() for word in OBJECT_TYPES):
            raise Rejection(Reason.EMBEDDED)
        if kind.endswith(".main+xml") and name == "Override":
            self.mains.add(kind.rpartition("officedocument.")[2])

    def end(self, name: str, text: str) -> None:
        """No text is wanted."""


class Relationships:
    """What a part refers to."""

    texts = frozenset[str]()

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Refuse macros, objects, and whatever a program loads from outside the package."""
        if name != "Relationship":
            return
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        target = attributes.get("Target", "")
        external = attributes.get("TargetMode", "").lower() == "external"
        if kind in MACRO_RELATIONS:
            raise Rejection(Reason.MACROS)
        if kind in OBJECT_RELATIONS:
            raise Rejection(Reason.EMBEDDED)
        if kind == "hyperlink":
            links.refuse_click(target)
        elif external or links.has_scheme(target):
            _refuse_loading(kind, target)

    def end(self, name: str, text: str) -> None:
        """No text is wanted."""


def _refuse_loading(kind: str, target: str) -> None:
    """Raise Rejection, but for the template that Word notes with the path on the author's own disk."""
    if not (kind == "attachedtemplate" and links.is_local(target)):
        raise links.external(target)


class Part:
    """Any other part: no dynamic data exchange in fields, formulas and links."""

    texts = frozenset({"instrText", "f", "definedName", "formula1"})
    EXCHANGE = re.compile(r"\bDDE(AUTO)?\b")
    REMEMBERED = 10_000

    def __init__(self) -> None:
        self._fields = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Refuse a field or link that asks another program for data."""
        if name == "ddeLink" or self.EXCHANGE.search(attributes.get("instr", "")):
            raise Rejection(Reason.DATA_EXCHANGE)

    def end(self, name: str, text: str) -> None:
        """Refuse a formula that calls a program; the instruction of a field may be cut into several runs."""
        if name != "instrText":
            formulas.refuse(text)
            return
        self._fields = (self._fields + text)[-self.REMEMBERED :]
        if self.EXCHANGE.search(self._fields):
            raise Rejection(Reason.DATA_EXCHANGE)


class Drawing:
    """An SVG picture of a document: no scripts, no handlers, nothing from outside."""

    texts = frozenset[str]()

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Refuse scripts and references."""
        href = attributes.get("href", "")
        scripted = name.lower() in {"script", "foreignobject"} or any(
            key.lower().startswith("on") for key in attributes
        )
        if scripted or (links.is_outside(href) and not href.startswith("data:image/")):
            raise Rejection(Reason.EMBEDDED)

    def end(self, name: str, text: str) -> None:
        """No text is wanted."""


class OldDrawing:
    """A drawing in VML, which Office writes for comments and buttons, and not always as well-formed XML."""

    LOADED = re.compile(rb"""\bsrc\s*=\s*["']\s*(?P<target>(?:[a-z][a-z0-9+.-]+:|//|\\\\)[^"']{0,80})""", re.IGNORECASE)
    LONGEST = 200

    def __init__(self) -> None:
        self._end = b""

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Refuse pictures from elsewhere."""
        text = (self._end + piece).replace(b"\0", b"")
        if found := self.LOADED.search(text):
            raise links.external(found["target"].decode("utf-8", "replace"))
        self._end = text[-self.LONGEST :]

"""OpenDocument (odt, ods, odp): which parts a package may have, and what these may contain."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping

from grants.outside.inspection import formulas, links, markup
from grants.outside.inspection.verdict import Rejection
from workflows.attachments import Format, Reason

TYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
MACROS = ("basic/", "scripts/", "dialogs/", "javascript/", "python/")
FILES = {
    "content.xml", "styles.xml", "meta.xml", "settings.xml", "manifest.rdf", "layout-cache", MANIFEST,
    "META-INF/documentsignatures.xml",
}  # fmt: skip
FOLDERS = ("Pictures/", "Thumbnails/", "Configurations2/", "ObjectReplacements/", "Fonts/")
OBJECT = re.compile(r"Object \d+/(content\.xml|styles\.xml|meta\.xml|settings\.xml|mimetype|layout-cache)")
"""A chart or formula, which is a document of its own inside this one."""
OTHER_OBJECT = re.compile(r"Object \d+|MediaObject.*", re.DOTALL)
MARKUP = (".xml", ".rdf", ".svg")


class OpenDocument:
    """The rules of one package."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._type = ""
        self._manifest = Manifest()
        self._parts = set[str]()

    def place(self, info: zipfile.ZipInfo) -> int:
        """The type comes first, and then the manifest, which says what is encrypted."""
        return {TYPE: 0, MANIFEST: 1}.get(info.filename, 2)

    def admit(self, info: zipfile.ZipInfo) -> markup.Scanner | Format | None:
        """What a part is by its name."""
        name = info.filename
        self._parts.add(name)
        if name == TYPE:
            self._first(info)
            return None
        if name.lower().startswith(MACROS):
            raise Rejection(Reason.MACROS)
        if OTHER_OBJECT.fullmatch(name):
            raise Rejection(Reason.EMBEDDED)
        if name not in FILES and not name.startswith(FOLDERS) and not OBJECT.fullmatch(name):
            raise Rejection(Reason.UNUSUAL_PART, part=name[:80])
        if name == MANIFEST:
            return markup.Parser(self._manifest)
        return markup.Parser(Part()) if name.endswith(MARKUP) else None

    def finish(self) -> None:
        """The package has its type, its manifest and its content."""
        if not {TYPE, MANIFEST, "content.xml"} <= self._parts or self._manifest.root != self._form.media_type:
            raise Rejection(Reason.DISGUISED, format=self._form.label)

    def _first(self, info: zipfile.ZipInfo) -> None:
        """The type is the first member, neither packed nor preceded, so that programs see it at a fixed place."""
        whole = info.header_offset == 0 and info.compress_type == zipfile.ZIP_STORED
        if not whole or zlib.crc32(self._form.media_type.encode()) != info.CRC:
            raise Rejection(Reason.DISGUISED, format=self._form.label)


class Manifest:
    """The list of parts with their types. root: the type of the whole package."""

    texts = frozenset[str]()

    def __init__(self) -> None:
        self.root = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Refuse what is encrypted, scripts and objects."""
        kind = attributes.get("media-type", "")
        if name == "encryption-data":
            raise Rejection(Reason.PASSWORD)
        if "script" in kind or "basic" in kind or "dialog" in kind:
            raise Rejection(Reason.MACROS)
        if kind in {"application/vnd.sun.star.oleobject", "application/x-openoffice-gdimetafile;windows_ole"}:
            raise Rejection(Reason.EMBEDDED)
        if name == "file-entry" and attributes.get("full-path") == "/":
            self.root = kind

    def end(self, name: str, text: str) -> None:
        """No text is wanted."""


class Part:
    """The XML of a document: no macros, no objects, no exchange of data, nothing loaded from outside."""

    texts = frozenset[str]()
    EXCHANGE = frozenset({"dde-source", "dde-link", "dde-links", "dde-connection", "dde-connection-decl"})
    OBJECTS = frozenset({"object-ole", "applet", "plugin", "floating-frame"})
    CLICKED = frozenset({"a", "area-rectangle", "area-circle", "area-polygon", "event-listener"})
    NOTED = frozenset({"template", "auto-reload"})
    """Elements of meta.xml: from which template the document was made."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Refuse by element, then by address and by formula."""
        if name == "script" or (name == "event-listener" and attributes.get("action") in {None, "execute", "verb"}):
            raise Rejection(Reason.MACROS)
        if name in self.EXCHANGE:
            raise Rejection(Reason.DATA_EXCHANGE)
        formulas.refuse(attributes.get("formula", ""))
        if name in self.OBJECTS:
            raise Rejection(Reason.EMBEDDED)
        if "base" in attributes:
            raise links.external(attributes["base"])
        self._refuse_address(name, attributes.get("href", ""))

    def _refuse_address(self, name: str, target: str) -> None:
        if name in self.CLICKED:
            links.refuse_click(target)
        elif name in self.NOTED:
            if target.lower().startswith(("http", "ftp", "smb", "//", "\\\\")):
                raise links.external(target)
        elif links.is_outside(target):
            raise links.external(target)

    def end(self, name: str, text: str) -> None:
        """No text is wanted."""

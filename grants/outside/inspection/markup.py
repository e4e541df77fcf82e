"""XML of office documents, read as it comes by Expat, without document type definitions and so without entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from grants.outside.inspection.verdict import Rejection
from workflows.attachments import Reason

DEEPEST = 400
GUARDED = {"href", "base", "instr", "formula", "action", "media-type", "full-path", "Type", "Target", "TargetMode"}
"""Attributes that decide. Two of them in different namespaces could mean one thing to us and another to a program."""
ENCODINGS = {"utf-8", "utf-16", "us-ascii", "iso-8859-1"}


class Reader(Protocol):
    """Looks at the elements of one part. Names are without their namespaces."""

    texts: frozenset[str]
    """Elements whose text is wanted."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; raises Rejection."""

    def end(self, name: str, text: str) -> None:
        """An element of `texts` ends; raises Rejection."""


class Scanner(Protocol):
    """Looks at the bytes of one part as they come."""

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """The next piece; raises Rejection."""


class Parser:
    """Feeds one part to its reader; raises Rejection for what is no XML or defines a document type."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._depth = 0
        self._text: list[str] | None = None
        self._expat = expat.ParserCreate(namespace_separator="}")
        self._expat.buffer_text = True
        self._expat.XmlDeclHandler = self._declaration
        self._expat.StartDoctypeDeclHandler = self._document_type
        self._expat.StartElementHandler = self._begin
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Read the next piece."""
        try:
            self._expat.Parse(piece, last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Rejection(Reason.DAMAGED) from error

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ENCODINGS:
            raise Rejection(Reason.UNUSUAL_MARKUP)

    def _document_type(self, *names: object) -> None:
        raise Rejection(Reason.UNUSUAL_MARKUP)

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Rejection(Reason.UNUSUAL_MARKUP)
        local = _local(name)
        if local in self._reader.texts:
            self._text = []
        self._reader.begin(local, _plain(attributes))

    def _end(self, name: str) -> None:
        self._depth -= 1
        local = _local(name)
        if local in self._reader.texts and self._text is not None:
            text, self._text = "".join(self._text), None
            self._reader.end(local, text)

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    plain = dict[str, str]()
    for key, value in attributes.items():
        name = _local(key)
        if name in GUARDED and plain.get(name, value) != value:
            raise Rejection(Reason.UNUSUAL_MARKUP)
        plain[name] = value
    return plain


def _local(name: str) -> str:
    return name.rpartition("}")[2]

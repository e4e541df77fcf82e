"""Addresses in office documents: which a reader follows by a click, and which a program loads by itself."""

from __future__ import annotations

import re

from grants.outside.inspection.verdict import Rejection
from workflows.attachments import Reason

CLICKED = ("http://", "https://", "mailto:", "tel:", "ftp://")
SCRIPTS = ("vnd.sun.star.script:", "macro:", "javascript:", "vbscript:", "data:")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
DRIVE = re.compile(r"(file:///)?[A-Za-z]:[\\/]", re.ASCII)
UNSEEN = re.compile(r"[\x00-\x20\x7f]")
SHOWN = 80


def is_outside(target: str) -> bool:
    """Whether the address leads out of the document: to a server, to a disk, or up from its folder."""
    plain = UNSEEN.sub("", target)
    return bool(SCHEME.match(plain) or DRIVE.match(plain)) or plain.startswith(("/", "\\", "../", "..\\"))


def has_scheme(target: str) -> bool:
    """Whether the address names a server or a program, unlike `/word/document.xml` or `../media/a.png` in a package."""
    plain = UNSEEN.sub("", target)
    return bool(SCHEME.match(plain)) or plain.startswith(("//", "\\"))


def refuse_click(target: str) -> None:
    """Raise Rejection if a click on this address runs a macro or opens a file of another computer."""
    plain = UNSEEN.sub("", target).lower()
    if plain.startswith(SCRIPTS):
        raise Rejection(Reason.MACROS)
    if is_local(plain):
        return
    if plain.startswith(("\\\\", "//")) or (SCHEME.match(plain) and not plain.startswith(CLICKED)):
        raise external(target)


def is_local(target: str) -> bool:
    """Whether the address is on a disk of the reader's computer, so that nothing is fetched over a network."""
    return bool(DRIVE.match(UNSEEN.sub("", target)))


def external(target: str) -> Rejection:
    """The refusal of a file that loads this address."""
    return Rejection(Reason.EXTERNAL, target="".join(c for c in target if c.isprintable())[:SHOWN])

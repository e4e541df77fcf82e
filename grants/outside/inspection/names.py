"""Names of uploaded files: how they are shown, and how an answer of the server carries them.

A name may be in any script. It never chooses where a file is stored: files are stored by their hash.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGEST = 200
"""Most bytes of a shown name in UTF-8, below the 255 that file systems allow, because browsers add “ (1)”."""
UNNAMED = "attachment"
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Invisible characters without which words of Persian, Hindi and other languages are misspelt."""
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
LONGEST_EXTENSION = 10


def shown(name: str) -> str:
    """The name as it is shown and stored: the last part of a path, on one line, without what cannot be seen.

    Control characters, marks of direction and unassigned characters are removed. It never starts or ends with a dot or
    a space, is never empty, and keeps its extension if it has to be shortened.
    """
    last = re.split(r"[/\\]", name)[-1]
    on_one_line = re.sub(r"\s", " ", unicodedata.normalize("NFC", _repaired(last)))
    visible = "".join(c for c in on_one_line if c in JOINERS or _visible(c))
    plain = re.sub(" +", " ", NOT_IN_NAMES.sub("_", visible))
    return _shortened(unicodedata.normalize("NFC", plain).strip(f". {JOINERS}") or UNNAMED)


def extension(name: str) -> str:
    """The extension in small letters, with its dot; empty if the name has none."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if stem and dot and len(last) <= LONGEST_EXTENSION and last.isalnum() else ""


def with_extension(name: str, ending: str) -> str:
    """The name with this extension in place of its own."""
    return _shortened(name[: len(name) - len(extension(name))] + ending)


def disposition(name: str, *, inline: bool = False) -> str:
    """The header `Content-Disposition` for a file of this name (RFC 6266, RFC 8187)."""
    clean = shown(name)
    ending = extension(clean)
    stem = _in_ascii(clean[: len(clean) - len(ending)])
    fallback = (stem if stem.strip("_") else UNNAMED) + _in_ascii(clean[len(clean) - len(ending) :])
    encoded = "" if fallback == clean else f"; filename*=UTF-8''{quote(clean, safe='')}"
    return f'{"inline" if inline else "attachment"}; filename="{fallback}"{encoded}'


def _in_ascii(text: str) -> str:
    """The letters without their marks, and a line in place of what ASCII or the header does not have."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._ -]", "_", plain).strip()


def _repaired(name: str) -> str:
    """Without surrogates, which stand for bytes that were not UTF-8."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _visible(character: str) -> bool:
    return unicodedata.category(character)[0] != "C"


def _shortened(name: str) -> str:
    """At most LONGEST bytes: whole letters with their marks are taken from the end of what precedes the extension."""
    if len(name.encode()) <= LONGEST:
        return name
    import regex

    stem = name[: len(name) - len(extension(name))]
    ending = name[len(stem) :]
    letters = regex.findall(r"\X", stem)
    while letters and len("".join(letters).encode()) + len(ending.encode()) > LONGEST:
        letters.pop()
    return ("".join(letters).rstrip(f". {JOINERS}") or UNNAMED) + ending

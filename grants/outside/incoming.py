"""A mail that has arrived, as bytes: its addresses, its text without what it quotes, and what kind of mail it is.

Everything in it is written by somebody else. Headers are read as plain texts, so that none can raise what only a
malformed one does; a mail without a readable sender raises Unreadable.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses

from lxml import etree, html

LARGEST = 5 * 1024 * 1024
HEADERS = 64 * 1024
"""How much of a mail that is too large is read, for its headers."""
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
TOKEN = re.compile(r"reply\+([0-9a-f]{32})@", re.IGNORECASE)
ORIGINAL = re.compile(r"^\s*(-{2,}\s*[^-\n]{3,60}\s*-{2,}|_{20,})\s*$")
"""The line with which some mail programs begin the mail that is answered."""
WROTE = re.compile(r"(wrote|écrit|escribió|escribio|كتب|schrieb|@\S+)\s*:\s*$", re.IGNORECASE)
BEGINS = re.compile(r"\s*(On|Le|El|Em|Am|في)\b")
"""The end and the beginning of the sentence with which mail programs introduce a quotation."""
BLOCKS = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre", "table", "ul", "ol"})
UNREAD = ("script", "style", "head", "title", "template")
MOST_PROBLEM = 300


class Unreadable(ValueError):
    """The file is no mail that can be read."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What was read of a mail; see `grants.services.correspondence.replies.Reply`."""

    tokens: tuple[str, ...]
    sender: str
    identifier: str
    automatic: bool = False
    bounce: str = ""
    large: bool = False
    body: str = ""
    quoted: str = ""
    files: int = 0


def parsed(raw: bytes) -> Incoming:
    """Read a mail. Of one that is larger than LARGEST only the headers count. Raises Unreadable."""
    large = len(raw) > LARGEST
    message = BytesHeaderParser().parsebytes(raw[:HEADERS]) if large else BytesParser().parsebytes(raw)
    bounce = "" if large else _bounce(message)
    sender = _sender(message, bounce)
    tokens = tuple(dict.fromkeys(token.lower() for text in _all(message, *ADDRESSED) for token in TOKEN.findall(text)))
    name = " ".join(_all(message, "Message-ID")).strip()
    identifier = hashlib.sha256(name.encode("utf-8", "replace") or raw).hexdigest()
    automatic = not bounce and _is_automatic(message)
    if large or bounce or automatic:
        return Incoming(tokens, sender, identifier, automatic, bounce, large)
    body, quoted, files = _content(message)
    return Incoming(tokens, sender, identifier, body=body, quoted=quoted, files=files)


def _all(message: Message, *names: str) -> list[str]:
    return [str(value) for name in names for value in message.get_all(name, [])]


def _sender(message: Message, bounce: str) -> str:
    """The only address in the only From."""
    if bounce:
        return ""
    written = _all(message, "From")
    addresses = [address for _, address in getaddresses(written) if "@" in address]
    if len(written) != 1 or len(addresses) != 1:
        raise Unreadable("The mail does not have exactly one sender.")
    address = addresses[0].lower()
    if not address.isprintable() or len(address) > MOST_PROBLEM:
        raise Unreadable("The address of the sender cannot be read.")
    return address


def _is_automatic(message: Message) -> bool:
    """Whether no person wrote the mail (RFC 3834), or it came through a mailing list."""
    submitted = " ".join(_all(message, "Auto-Submitted")).partition(";")[0].strip().lower()
    precedence = {text.strip().lower() for text in _all(message, "Precedence")}
    nobody = any(text.strip() == "<>" for text in _all(message, "Return-Path"))
    signs = _all(message, "X-Autoreply", "X-Autorespond", "List-Id")
    report = message.get_content_type() == "multipart/report"
    return submitted not in {"", "no"} or bool(precedence & BULK) or nobody or bool(signs) or report


def _bounce(message: Message) -> str:
    """Why our mail came back for good, from a report of its delivery (RFC 3464); empty for any other mail."""
    if message.get_content_type() != "multipart/report":
        return ""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in part.get_payload():
            if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
                reason = str(block.get("Diagnostic-Code") or block.get("Status") or "5.0.0")
                return " ".join(reason.split())[:MOST_PROBLEM]
    return ""


def _content(message: Message) -> tuple[str, str, int]:
    """The text, what it quotes, and the number of attachments."""
    plain, marked, files = "", "", 0
    for part in message.walk():
        if part.is_multipart():
            continue
        kind, placed = part.get_content_type(), part.get_content_disposition()
        if placed == "attachment" or (placed is None and part.get_filename()):
            files += 1
        elif kind == "text/plain" and not plain:
            plain = _text(part)
        elif kind == "text/html" and not marked:
            marked = _text(part)
    if plain.strip():
        return (*_divided(plain), files)
    text, apart = _unmarked(marked) if marked.strip() else ("", "")
    body, quoted = _divided(text)
    return body, "\n".join(one for one in (quoted, apart) if one), files


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _unmarked(text: str) -> tuple[str, str]:
    """The text of HTML, and what stands in its quotations."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError as error:
        raise Unreadable(f"The HTML of the mail cannot be read: {error}") from error
    etree.strip_elements(root, *UNREAD, with_tail=False)
    apart = {one for one in root.iter("blockquote", "div") if one.tag == "blockquote" or _quotes(one)}
    outermost = [one for one in root.iter() if one in apart and apart.isdisjoint(one.iterancestors())]
    quoted = [_lines(one) for one in outermost]
    for one in outermost:
        one.drop_tree()
    return _lines(root), "\n".join(quoted)


def _quotes(element: html.HtmlElement) -> bool:
    return bool({"gmail_quote", "yahoo_quoted"} & set((element.get("class") or "").split()))


def _lines(root: html.HtmlElement) -> str:
    """The text of an element, with a line for each block."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            pieces.append(_kept(element.text or "") if isinstance(element.tag, str) else "")
            continue
        if element.tag == "br" or element.tag in BLOCKS:
            pieces.append("\n")
        if element is not root and element.tail:
            pieces.append(_kept(element.tail))
    return "\n".join(line.strip() for line in "".join(pieces).split("\n") if line.strip())


def _kept(text: str) -> str:
    """A text between tags, with every run of spaces as one."""
    return re.sub(r"\s+", " ", text)


def _divided(text: str) -> tuple[str, str]:
    """The lines that the sender wrote, and those that they quoted."""
    body: list[str] = []
    quoted: list[str] = []
    lines, inside = text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), False
    for place, line in enumerate(lines):
        if ORIGINAL.match(line[:200]):
            quoted += lines[place:]
            break
        starts, inside = not inside, line.lstrip().startswith(">")
        if inside:
            quoted += _introduction(body) if starts else []
            quoted.append(line)
        else:
            body.append(line)
    return "\n".join(body).strip(), "\n".join(quoted).strip()


def _introduction(body: list[str]) -> list[str]:
    """Take the lines before a quotation that say who wrote it off the text, such as “On Monday … wrote:”."""
    end = len(body)
    while end and not body[end - 1].strip():
        end -= 1
    if not end or not WROTE.search(body[end - 1][-200:]):
        return []
    first = end - 1
    if first and not BEGINS.match(body[first]) and BEGINS.match(body[first - 1]):
        first -= 1
    taken = body[first:end]
    del body[first:]
    return taken

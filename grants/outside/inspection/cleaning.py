"""Removal of everything active from a PDF: scripts, actions, attached files, players, and forms of Adobe (XFA).

Actions and annotations are kept by an allow-list: links inside the document and to the web, and marks on a page. Every
object is looked at, whatever refers to it, so that an unusual reference hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

ACTIVE = frozenset(
    {
        "/AA", "/AF", "/Collection", "/EF", "/EmbeddedFiles", "/JS", "/JavaScript", "/Renditions",
        "/RichMediaContent", "/RichMediaSettings", "/XFA", "/URLS", "/IDS", "/AlternatePresentations",
        "/NeedsRendering", "/Requirements", "/SpiderInfo",
    }
)  # fmt: skip
"""Keys of dictionaries that only hold scripts, actions, attached files, players or services of the web."""
OUTSIDE = ("/F", "/FFilter", "/FDecodeParms")
"""Keys by which a stream takes its data from another file."""
ACTIONS = ("/A", "/PA", "/Next", "/OpenAction")
"""Keys whose values are actions, or lists of actions."""
PAGES = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
HARMFUL = frozenset(
    {
        "/GoTo3DView", "/GoToE", "/GoToR", "/Hide", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Rendition",
        "/ResetForm", "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/Trans",
    }
)  # fmt: skip
"""Actions that are emptied wherever they stand, in case that something refers to them by an unknown key."""
ADDRESSES = ("http://", "https://", "mailto:")
MARKS = frozenset(
    {
        "/Link", "/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight",
        "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/Widget", "/Watermark",
        "/Redact", "/PrinterMark",
    }
)  # fmt: skip
"""Annotations that are kept."""


def clean(pdf: pikepdf.Pdf) -> bool:
    """Remove everything active. Returns whether there was something."""
    return sum([_clean(item) for root in (*pdf.objects, pdf.trailer) for item in _dictionaries(root)]) > 0


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Whether the document has a digital signature."""
    return any(
        item.get("/Type") == "/Sig" or (item.get("/FT") == "/Sig" and "/V" in item)
        for root in pdf.objects
        for item in _dictionaries(root)
    )


def _dictionaries(root: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The dictionary of an object, with all dictionaries directly inside it; references are not followed."""
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            yield item
            inside = [item.get(key) for key in item.keys()]  # noqa: SIM118 - a pikepdf object iterates otherwise
        elif isinstance(item, pikepdf.Array):
            inside = list(item)
        else:
            continue
        waiting += [one for one in inside if isinstance(one, pikepdf.Object) and not one.is_indirect]


def _clean(item: pikepdf.Object) -> int:
    """Clean one dictionary; the number of entries that were removed."""
    before = set(item.keys())
    if str(item.get("/S")) in HARMFUL:
        for key in before:
            del item[key]
        return 1
    for key in before & ACTIVE:
        if not _is_resource(item[key]):
            del item[key]
    if isinstance(item, pikepdf.Stream):
        for key in before & set(OUTSIDE):
            del item[key]
    for key in before & set(ACTIONS):
        if _is_action(item, key) and not _harmless(item[key]):
            del item[key]
    if "/Annots" in before:
        return len(before - set(item.keys())) + _clean_annotations(item)
    return len(before - set(item.keys()))


def _is_resource(value: object) -> bool:
    """Whether the value is a font or a picture, which a page may give any name, such as `/AA`."""
    if isinstance(value, pikepdf.Stream):
        return str(value.get("/Subtype")) in {"/Form", "/Image"}
    return isinstance(value, pikepdf.Dictionary) and value.get("/Type") == "/Font" and "/Subtype" in value


def _is_action(item: pikepdf.Object, key: str) -> bool:
    """Whether the value under the key is an action.

    Other dictionaries use `/A` and `/Next` for other things, and `/OpenAction` may be a list that names a page.
    """
    value = item[key]
    listed = isinstance(value, pikepdf.Array) and key == "/Next"
    return listed or (isinstance(value, pikepdf.Dictionary) and (key == "/OpenAction" or "/S" in value))


def _harmless(action: pikepdf.Object) -> bool:
    """Whether an action only shows a page of this document or opens an address of the web or of mail."""
    if isinstance(action, pikepdf.Array):
        return all(isinstance(one, pikepdf.Dictionary) and _harmless(one) for one in action)
    match str(action.get("/S")):
        case "/GoTo":
            return True
        case "/Named":
            return str(action.get("/N")) in PAGES
        case "/URI":
            return str(action.get("/URI", "")).strip().lower().startswith(ADDRESSES)
    return False


def _clean_annotations(page: pikepdf.Object) -> int:
    """Keep the marks of a page; the number of other annotations, such as attached files, sounds and films."""
    listed = page["/Annots"]
    if not isinstance(listed, pikepdf.Array):
        del page["/Annots"]
        return 1
    kept = [one for one in listed if isinstance(one, pikepdf.Dictionary) and str(one.get("/Subtype")) in MARKS]
    removed = len(listed) - len(kept)
    if removed:
        page["/Annots"] = pikepdf.Array(kept)
    return removed

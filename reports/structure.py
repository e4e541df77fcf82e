"""What PDF/UA requires of tables and WeasyPrint omits: the scope of each header cell and the tree of cell IDs.

Sources: ISO 14289-1:2014 section 7.5 (headers have a Scope), ISO 32000-1:2008 table 322 (IDTree is required
as soon as an element has an ID).
"""

from __future__ import annotations

from collections.abc import Iterable

import pydyf  # type: ignore[import-untyped]


def complete_structure(pdf: pydyf.PDF) -> None:
    """Set the Scope of each header cell (row in a table body, column in a table head) and list all cell IDs."""
    elements = {thing.reference: thing for thing in pdf.objects if _is_element(thing)}
    headers = _headers(elements.values())
    for header in headers:
        row = elements[header["P"]]
        section = elements[row["P"]]
        header.setdefault("A", pydyf.Dictionary({"O": "/Table"}))
        header["A"]["Scope"] = "/Column" if section["S"] == "/THead" else "/Row"
    _name_headers(pdf, headers)


def _is_element(thing: pydyf.Object) -> bool:
    return isinstance(thing, pydyf.Dictionary) and thing.get("Type") == "/StructElem"


def _headers(elements: Iterable[pydyf.Dictionary]) -> list[pydyf.Dictionary]:
    return [element for element in elements if element["S"] == "/TH"]


def _name_headers(pdf: pydyf.PDF, headers: list[pydyf.Dictionary]) -> None:
    """Add the name tree, sorted by the bytes of its keys, which are the IDs set by WeasyPrint."""
    named = sorted((header for header in headers if "ID" in header), key=lambda header: header["ID"].string)
    if not named:
        return
    names = pydyf.Array(part for header in named for part in (header["ID"], header.reference))
    first, last = named[0]["ID"], named[-1]["ID"]
    leaf = pydyf.Dictionary({"Names": names, "Limits": pydyf.Array([first, last])})
    pdf.add_object(leaf)
    root = next(thing for thing in pdf.objects if isinstance(thing, dict) and thing.get("Type") == "/StructTreeRoot")
    root["IDTree"] = pydyf.Dictionary({"Kids": pydyf.Array([leaf.reference])})

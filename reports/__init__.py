"""Documents: a snapshot in, the bytes of a PDF out.

`reports.snapshots` and `reports.charts` do not load the print engine. `render`, `warm` and `Rendered` do, so they are
imported on first use: a web process can draw a chart without loading WeasyPrint.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from reports.refusal import Unprintable

if TYPE_CHECKING:
    from reports.printing import Rendered, render, warm

DOCUMENTS = Path(__file__).resolve().parent.parent / "templates" / "print"

__all__ = ["DOCUMENTS", "Rendered", "Unprintable", "render", "warm"]

_LAZY = {
    "Rendered": "reports.printing",
    "render": "reports.printing",
    "warm": "reports.printing",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)

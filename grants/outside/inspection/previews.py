"""Pictures of the first pages of a PDF, rendered by PDFium, which runs no scripts: its wheels have no JavaScript."""

from __future__ import annotations

from pathlib import Path

import pypdfium2

from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import STORED, Rejection
from workflows.attachments import Reason

WIDTH, HEIGHT = 900, 1300
"""Most pixels of a preview; a page is scaled to fit."""


def of_pdf(folder: Path, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """The number of pages of the stored PDF, and the names of its previews in the folder; raises Rejection."""
    try:
        with pypdfium2.PdfDocument(folder / STORED) as pdf:
            pdf.init_forms()
            pages = len(pdf)
            return pages, tuple(_picture(pdf[page], page, folder) for page in range(min(pages, limits.previews)))
    except pypdfium2.PdfiumError as error:
        raise Rejection(Reason.DAMAGED) from error


def _picture(page: pypdfium2.PdfPage, number: int, folder: Path) -> str:
    name = f"preview-{number + 1}.jpg"
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1))
    page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB").save(folder / name, "JPEG", quality=80)
    return name

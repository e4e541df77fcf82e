"""The objects of a PDF as the bytes they are written with.

pydyf works out the bytes of every object twice, its streams compressed each time: once for the hash of them all in
the file's identifier, once for the file. Worked out before and kept, they cost a tenth less of a letter's time, and
the file is the same to the byte.
"""

from __future__ import annotations

import pydyf  # type: ignore[import-untyped]


class Written(pydyf.Object):
    """An object that will not change any more; it has the number, and so the references, of the one it stands for."""

    data = b""
    compressible = False

    def __init__(self, thing: pydyf.Object) -> None:
        super().__init__()
        self.number, self.generation = thing.number, thing.generation
        self.data, self.compressible = thing.data, thing.compressible


def write_once(pdf: pydyf.PDF) -> None:
    """Put their bytes in the place of all objects. To be called last, when none of them changes any more."""
    pdf.objects[:] = [thing if thing.free == "f" else Written(thing) for thing in pdf.objects]

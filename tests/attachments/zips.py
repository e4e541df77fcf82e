"""Archives, honest and hostile."""

from __future__ import annotations

import stat
import warnings
import zipfile
from io import BytesIO

from tests.attachments.packages import packed


def linked() -> bytes:
    """A symbolic link."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("report.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return file.getvalue()


def twice(name: str) -> bytes:
    """Two members of one name."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(name, "one")
        archive.writestr(name, "two")
    return file.getvalue()


def encrypted() -> bytes:
    """A member whose header says that it is encrypted."""
    data = bytearray(packed({"report.txt": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def bomb(megabytes: int) -> bytes:
    """Texts of many line ends."""
    return packed({f"{n}.txt": b"\n" * 4_000_000 for n in range(megabytes // 4)})


def shorter_than_it_is() -> bytes:
    """A member whose headers state ten bytes, although it has thousands."""
    data = bytearray(packed({"report.txt": b"a" * 5_000}))
    place = data.index(b"PK\x01\x02")
    data[22:26] = data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def before_itself() -> bytes:
    """A directory that states a place far behind the end, so that its members begin before the file."""
    data = bytearray(packed({"report.txt": b"a"}))
    place = data.index(b"PK\x05\x06")
    data[place + 16 : place + 20] = (10_000).to_bytes(4, "little")
    return bytes(data)

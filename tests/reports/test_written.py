"""PDF objects serialised only once give the same file as pydyf's own writer."""

from __future__ import annotations

from collections.abc import Callable

import pydyf  # type: ignore[import-untyped]
import pytest

import reports
from reports import engine, samples
from reports.snapshots import Snapshot
from reports.written import write_objects

FRENCH = [one for one in samples.all_kinds() if one.language == "fr"]


def leave(_pdf: pydyf.PDF) -> None:
    """Disable our early serialisation."""


@pytest.mark.parametrize("snapshot", FRENCH, ids=lambda one: one.kind)
def test_the_file_is_identical_byte_for_byte(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = reports.render(snapshot).pdf

    monkeypatch.setattr(engine, "write_objects", leave)

    assert reports.render(snapshot).pdf == ours


@pytest.mark.parametrize(("write", "times"), [(write_objects, 1), (leave, 2)])
def test_a_stream_is_compressed_once(
    write: Callable[[pydyf.PDF], None], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each stream is compressed once; pydyf alone compresses it for the hash and again for the file."""
    written: list[pydyf.Stream] = []
    compressed = pydyf.Stream.data.fget

    def counted(stream: pydyf.Stream) -> bytes:
        written.append(stream)
        return bytes(compressed(stream))

    monkeypatch.setattr(pydyf.Stream, "data", property(counted))
    monkeypatch.setattr(engine, "write_objects", write)

    reports.render(next(samples.all_kinds()))

    assert {sum(one is stream for one in written) for stream in written[:10]} == {times}

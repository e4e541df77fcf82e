"""Secrets of an instance, generated once and kept in `instance/secrets.json` with mode 600."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path


def kept(instance: Path, name: str) -> str:
    """The secret `name` of this instance: 43 characters, generated at the first call and the same from then on."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(instance / "secrets.lock", os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _all(instance)
        if name not in found:
            found[name] = secrets.token_urlsafe(32)
            _replace(instance / "secrets.json", json.dumps(found, indent=1, sort_keys=True) + "\n")
        return found[name]


def known(instance: Path, name: str) -> str:
    """The secret `name` of this instance; empty if it was never generated. Creates nothing."""
    return _all(instance).get(name, "")


def _all(instance: Path) -> dict[str, str]:
    path = instance / "secrets.json"
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _replace(path: Path, text: str) -> None:
    """Write a new file and rename it: a crash leaves either the old file or the new one, never a part."""
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)

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
        path = instance / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(32)
            _replace(path, json.dumps(known, indent=1, sort_keys=True) + "\n")
        return known[name]


def _replace(path: Path, text: str) -> None:
    """Write a new file and rename it: a crash leaves either the old file or the new one, never a part."""
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)

"""Typed, frozen settings, read once from the environment. No other module reads `os.environ`.

Every default is safe in production and can be published: without any settings the system keeps its
servers, secrets and files under `instance/`. `docs/settings.md` lists each setting with its meaning.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
NAMES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
TRANSLATIONS = ROOT / "grants" / "translations"
LANGUAGES = {"en": NAMES["en"]}
"""Languages of pages. One is added when its catalogue has every sentence, so that a page never mixes two languages."""
MAIL_LANGUAGES = tuple(code for code in NAMES if code == "en" or (TRANSLATIONS / code).is_dir())
"""Languages of mails: English and every language with a catalogue, in which all mails are translated."""


def _setting(default: object, meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"meaning": meaning, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an installation; the environment variable of each is `GRANTS_<NAME IN CAPITALS>`."""

    instance: Path = _setting(ROOT / "instance", "folder for data, secrets, logs and the embedded servers")
    database_url: str = _setting("", "PostgreSQL as role grants_app; empty: embedded server")
    owner_database_url: str = _setting("", "the same database as role grants_owner, for migrations")
    read_database_url: str = _setting("", "the same database as role grants_read, for verify and backup")
    seal_database_url: str = _setting("", "the same database as role grants_seal, on the one host that seals history")
    redis_url: str = _setting("", "Valkey or Redis; empty: embedded server")
    files_url: str = _setting("", "where files are stored, any fsspec URL; empty: instance/files")
    anchors_url: str = _setting("", "where copies of the checkpoints are kept, any fsspec URL; empty: none are kept")
    seal_key: str = _setting(
        "", "key that signs checkpoints, or the path of its file; empty: generated once, kept in instance/", secret=True
    )
    seal_public_keys: tuple[str, ...] = _setting(
        (), "public keys of checkpoints, current and earlier, separated by commas; empty: that of the signing key"
    )
    smtp_host: str = _setting("", "mail server; empty: the demonstration's own; otherwise no mail is sent")
    smtp_port: int = _setting(25, "port of the mail server")
    smtp_user: str = _setting("", "user at the mail server; empty: no authentication")
    smtp_password: str = _setting("", "password at the mail server", secret=True)
    smtp_tls: bool = _setting(True, "require STARTTLS (except for the demonstration's own server)")
    mail_from: str = _setting("grants@localhost", "sender of all mail")
    host: str = _setting("127.0.0.1", "address the web server listens on")
    port: int = _setting(8000, "port the web server listens on")
    public_url: str = _setting("", "public address, as printed in documents; empty: http://host:port")
    trusted_hosts: tuple[str, ...] = _setting(("localhost", "127.0.0.1"), "accepted host names, separated by commas")
    secret_key: str = _setting("", "key that signs cookies; empty: generated once, kept in instance/", secret=True)
    demo: bool = _setting(False, "demonstration with invented people, a movable clock and a page that shows the mails")
    secure_cookies: bool = _setting(True, "send cookies over HTTPS only (except a demonstration on loopback)")
    argon2_time: int = _setting(2, "number of passes of argon2id")
    argon2_kib: int = _setting(19_456, "memory of argon2id, in KiB")
    web_processes: int = _setting(2, "number of gunicorn workers")
    session_idle_minutes: int = _setting(120, "minutes without a request after which a session ends")
    proxies: int = _setting(0, "number of reverse proxies whose X-Forwarded headers are trusted")
    proxy_networks: tuple[str, ...] = _setting(
        (), "addresses or networks of these proxies, separated by commas; headers of other senders are ignored"
    )
    programmes: tuple[str, ...] = _setting((), "folders with your own programme files, separated by commas")
    session_hours: int = _setting(12, "hours after which a session ends in any case")

    @property
    def address(self) -> str:
        """The public address, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def public_host(self) -> str:
        """The host of the public address, without the port."""
        return urlsplit(self.address).hostname or ""

    @property
    def files(self) -> str:
        """The fsspec URL where files are stored."""
        return self.files_url or f"file://{self.instance / 'files'}"


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `GRANTS_*`; raises ValueError with the name of an invalid variable."""
    environ = os.environ if environ is None else environ
    found: dict[str, object] = {}
    for item in fields(Settings):
        name = f"GRANTS_{item.name.upper()}"
        if name in environ:
            found[item.name] = _value(name, environ[name], item.default)
    return Settings(**found)  # type: ignore[arg-type]


def exported(settings: Settings) -> dict[str, str]:
    """The environment of a child process that uses the same settings."""
    ours = {f"GRANTS_{item.name.upper()}": _text(getattr(settings, item.name)) for item in fields(Settings)}
    return {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")} | ours


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _value(name: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise ValueError(f"{name} is {text!r}; enter 1 or 0.")
        return text.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        if not text.isdigit():
            raise ValueError(f"{name} is {text!r}; enter a whole number.")
        return int(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return Path(text).absolute() if isinstance(default, Path) else text

"""Settings: read once from the environment, typed, frozen. Nothing else reads `os.environ`.

Every default is safe in production and fit to publish: with no settings at all the system keeps its
servers, secrets and files under `instance/`. `docs/settings.md` lists each with its meaning.
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
LANGUAGES = {code: name for code, name in NAMES.items() if code == "en" or (TRANSLATIONS / code).is_dir()}
"""The languages of pages and mails: English, and every one that has a catalogue. Letters speak more, see `reports`."""


def _setting(default: object, says: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"says": says, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set, as `GRANTS_<NAME IN CAPITALS>`."""

    instance: Path = _setting(ROOT / "instance", "folder of data, secrets, logs and the embedded servers")
    database_url: str = _setting("", "PostgreSQL as the role grants_app; empty: the embedded server")
    owner_database_url: str = _setting("", "the same database as the role grants_owner, for migrations")
    read_database_url: str = _setting("", "the same database as the role grants_read, for verify and backup")
    redis_url: str = _setting("", "Valkey or Redis; empty: the embedded server")
    files_url: str = _setting("", "where files are kept, any fsspec address; empty: instance/files")
    smtp_host: str = _setting("", "mail server; empty: the demo's own mailbox, refused outside the demo")
    smtp_port: int = _setting(25, "its port")
    smtp_user: str = _setting("", "its user; empty: no sign-in")
    smtp_password: str = _setting("", "its password", secret=True)
    smtp_tls: bool = _setting(True, "insist on STARTTLS (the demo's own mailbox is exempt)")
    mail_from: str = _setting("grants@localhost", "sender of our mail")
    host: str = _setting("127.0.0.1", "address the web server listens on")
    port: int = _setting(8000, "port the web server listens on")
    public_url: str = _setting("", "address people use, as printed in letters; empty: http://host:port")
    trusted_hosts: tuple[str, ...] = _setting(("localhost", "127.0.0.1"), "host names we answer to, with commas")
    secret_key: str = _setting("", "signs cookies; empty: made once and kept in instance/", secret=True)
    demo: bool = _setting(False, "demonstration: invented people, a movable clock, mails on a page")
    secure_cookies: bool = _setting(True, "cookies only over HTTPS (the demo on loopback is exempt)")
    argon2_time: int = _setting(2, "passes of argon2id")
    argon2_kib: int = _setting(19_456, "memory of argon2id in KiB")
    web_processes: int = _setting(2, "gunicorn workers")
    session_idle_minutes: int = _setting(120, "a session ends after so long without a request")
    proxies: int = _setting(0, "reverse proxies in front of us whose X-Forwarded headers we trust")
    programmes: tuple[str, ...] = _setting((), "folders with programme files of your own, with commas")
    session_hours: int = _setting(12, "a session ends after so long whatever happens")

    @property
    def address(self) -> str:
        """The address people use, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def public_host(self) -> str:
        """The host of that address, without the port."""
        return urlsplit(self.address).hostname or ""

    @property
    def files(self) -> str:
        """The fsspec address files are kept at."""
        return self.files_url or f"file://{self.instance / 'files'}"


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `GRANTS_*`; raises ValueError naming the variable that cannot be read."""
    environ = os.environ if environ is None else environ
    found: dict[str, object] = {}
    for item in fields(Settings):
        name = f"GRANTS_{item.name.upper()}"
        if name in environ:
            found[item.name] = _value(name, environ[name], item.default)
    return Settings(**found)  # type: ignore[arg-type]


def exported(settings: Settings) -> dict[str, str]:
    """The environment of a child process that is to read these very settings."""
    ours = {f"GRANTS_{item.name.upper()}": _text(getattr(settings, item.name)) for item in fields(Settings)}
    return {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")} | ours


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _value(name: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise ValueError(f"{name} is {text!r}; write 1 or 0.")
        return text.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        if not text.isdigit():
            raise ValueError(f"{name} is {text!r}; write a whole number.")
        return int(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return Path(text).absolute() if isinstance(default, Path) else text

"""Typed, frozen settings, read once from the environment. No other module reads `os.environ`.

Every default is safe in production and can be published: without any settings the system keeps its
servers, secrets and files under `instance/`. `docs/settings.md` lists each setting with its meaning.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent
NAMES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
TRANSLATIONS = ROOT / "grants" / "translations"
LANGUAGES = {code: name for code, name in NAMES.items() if code == "en" or (TRANSLATIONS / code).is_dir()}
"""Languages of pages and emails: English and every language with a catalogue, which has every sentence."""


FIRST_ADMINISTRATOR = (
    'grants person add you@example.org --name "Your Name"',
    "grants role give you@example.org administrator",
)
"""The commands that make the first administrator of an installation, as the start and the home page show them."""
Check = Callable[[Any], str]
"""What is wrong with a value, as a sentence that says what to enter; empty for a value that can work."""
LOOPBACK = "127.0.0.1"
PRINTABLE = "remove the line end or other invisible character"
NAMED = "enter a host name or an address, without scheme and port"
LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})*")
MAILBOX = re.compile(r"[^@\s<>,;:\"()]{1,64}@(?P<host>[^@\s<>]+)")
DATABASES = {"postgresql", "postgresql+psycopg"}
TLS_MODES = {"", "disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


def _whole(least: int, most: int) -> Check:
    return lambda value: "" if least <= value <= most else f"enter a whole number from {least} to {most}"


def _is_host(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return bool(HOST.fullmatch(text)) and not re.fullmatch(r"[0-9.]+", text)


def _host(text: str) -> str:
    return "" if _is_host(text) else NAMED


def _host_or_nothing(text: str) -> str:
    return _host(text) if text else ""


def _hosts(texts: tuple[str, ...]) -> str:
    if not texts or any("*" in text or text.startswith(".") for text in texts):
        return "it would accept any host name; list the hosts one by one"
    return "" if all(_is_host(text.strip("[]")) for text in texts) else NAMED


def _networks(texts: tuple[str, ...]) -> str:
    try:
        found = [ipaddress.ip_network(text) for text in texts]
    except ValueError as error:
        return f"{error}; enter addresses or networks such as 10.0.0.0/8"
    return (
        "" if all(network.prefixlen for network in found) else "it names everybody; list the addresses of your proxies"
    )


def _split(text: str) -> SplitResult | None:
    """The parts of a URL; None if its host or port cannot be read."""
    try:
        parts = urlsplit(text)
        readable = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts if readable else None


def _public(text: str) -> str:
    parts = _split(text)
    whole = parts and parts.scheme in {"http", "https"} and _is_host(parts.hostname or "")
    bare = parts and parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    return "" if not text or (whole and bare) else "enter https://your.host, without a path"


def _issuer(text: str) -> str:
    parts = _split(text)
    host = (parts and parts.hostname) or ""
    secure = parts and (parts.scheme == "https" or (parts.scheme == "http" and host in {"localhost", LOOPBACK}))
    whole = secure and _is_host(host) and parts and not (parts.query or parts.fragment or "@" in parts.netloc)
    return "" if not text or whole else "enter the issuer of the identity provider, such as https://login.example.org"


def _database(text: str) -> str:
    parts = _split(text)
    if not text:
        return ""
    if parts is None or parts.scheme not in DATABASES or not parts.path.strip("/"):
        return "enter postgresql+psycopg://ROLE:PASSWORD@HOST/DATABASE"
    mode = parse_qs(parts.query).get("sslmode", [""])[-1]
    return "" if mode in TLS_MODES else "its sslmode is unknown; enter verify-full"


def _queue(text: str) -> str:
    parts = _split(text)
    known = parts and (parts.path if parts.scheme == "unix" else parts.scheme in {"redis", "rediss"} and parts.hostname)
    return "" if not text or known else "enter rediss://:PASSWORD@HOST/0 or unix:///PATH"


def _store(text: str) -> str:
    parts = _split(text)
    if not text or text.startswith("/"):
        return ""
    if parts is None or not parts.scheme or (parts.scheme in {"file", "local"} and parts.netloc):
        return "enter a URL such as file:///srv/grants or s3://bucket/grants"
    return ""


def _scanner(text: str) -> str:
    parts = _split(text)
    socket = parts and parts.scheme == "unix" and parts.path and not parts.netloc
    host = parts and parts.scheme == "tcp" and parts.hostname and parts.port and parts.path in {"", "/"}
    return "" if not text or socket or host else "enter unix:///PATH or tcp://HOST:PORT"


def _sender(text: str) -> str:
    name, address = parseaddr(text)
    found = MAILBOX.fullmatch(address)
    whole = text in {address, f"{name} <{address}>", f'"{name}" <{address}>'}
    return "" if found and _is_host(found["host"]) and whole else "enter one email address"


def _folder(text: str) -> str:
    return "" if not text or Path(text).is_absolute() else "enter the whole path of a folder"


def _anything(_: object) -> str:
    return ""


def _setting(default: object, meaning: str, check: Check = _anything, *, secret: bool = False) -> Any:
    """A setting. secret: its value is in no message."""
    return field(default=default, metadata={"meaning": meaning, "secret": secret, "check": check})


class Invalid(ValueError):
    """Settings that cannot work. problems: a sentence for each, with the name of its variable."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an installation; the environment variable of each is `GRANTS_<NAME IN CAPITALS>`."""

    instance: Path = _setting(ROOT / "instance", "folder for data, secrets, logs and the embedded servers")
    database_url: str = _setting("", "PostgreSQL as role grants_app; empty: embedded server", _database, secret=True)
    owner_database_url: str = _setting(
        "", "the same database as role grants_owner, for migrations", _database, secret=True
    )
    read_database_url: str = _setting(
        "", "the same database as role grants_read, for verify and backup", _database, secret=True
    )
    seal_database_url: str = _setting(
        "", "the same database as role grants_seal, on the one host that seals history", _database, secret=True
    )
    redis_url: str = _setting("", "Valkey or Redis; empty: embedded server", _queue, secret=True)
    files_url: str = _setting("", "where files are stored, any fsspec URL; empty: instance/files", _store, secret=True)
    anchors_url: str = _setting(
        "", "where copies of the checkpoints are kept, any fsspec URL; empty: none are kept", _store, secret=True
    )
    clamd_address: str = _setting(
        "", "virus scanner for uploaded files, unix:///PATH or tcp://HOST:PORT; empty: none scans them", _scanner
    )
    seal_key: str = _setting(
        "", "key that signs checkpoints, or the path of its file; empty: generated once, kept in instance/", secret=True
    )
    seal_public_keys: tuple[str, ...] = _setting(
        (), "public keys of checkpoints, current and earlier, separated by commas; empty: that of the signing key"
    )
    smtp_host: str = _setting(
        "", "mail server; empty: a demonstration uses its own, any other system sends no email", _host_or_nothing
    )
    smtp_port: int = _setting(25, "port of the mail server", _whole(1, 65_535))
    smtp_user: str = _setting("", "user at the mail server; empty: no authentication")
    smtp_password: str = _setting("", "password at the mail server", secret=True)
    smtp_tls: bool = _setting(True, "require STARTTLS (except for the demonstration's own server)")
    mail_from: str = _setting("grants@localhost", "sender of all emails", _sender)
    replies: str = _setting("", "maildir in which the mail server puts replies; empty: no replies by email", _folder)
    reply_domain: str = _setting(
        "", "domain of the reply addresses of messages; empty: emails say to answer on the page", _host_or_nothing
    )
    host: str = _setting(LOOPBACK, "address the web server listens on", _host)
    port: int = _setting(8000, "port the web server listens on", _whole(1, 65_535))
    public_url: str = _setting("", "public address, as printed in documents; empty: http://host:port", _public)
    trusted_hosts: tuple[str, ...] = _setting(
        ("localhost", "127.0.0.1"), "accepted host names, separated by commas", _hosts
    )
    secret_key: str = _setting("", "key that signs cookies; empty: generated once, kept in instance/", secret=True)
    demo: bool = _setting(False, "demonstration with invented people, a movable clock and a page that shows the emails")
    secure_cookies: bool = _setting(True, "send cookies over HTTPS only (except a demonstration on loopback)")
    argon2_time: int = _setting(2, "number of passes of argon2id", _whole(1, 1_000))
    argon2_kib: int = _setting(19_456, "memory of argon2id, in KiB", _whole(8, 4_194_304))
    web_processes: int = _setting(2, "number of gunicorn workers", _whole(1, 64))
    task_count_seconds: int = _setting(
        60,
        "how long a process caches the number of a person’s tasks, in seconds; 0: not cached",
        _whole(0, 3_600),
    )
    session_idle_minutes: int = _setting(
        120, "minutes without a request after which a session ends", _whole(1, 525_600)
    )
    proxies: int = _setting(0, "number of reverse proxies whose X-Forwarded headers are trusted", _whole(0, 10))
    proxy_networks: tuple[str, ...] = _setting(
        (),
        "addresses or networks of these proxies, separated by commas; headers of other senders are ignored",
        _networks,
    )
    registration_hours: int = _setting(24, "hours for which the link of a registration works", _whole(1, 720))
    join_request_days: int = _setting(
        5, "days that an organisation has to answer a request to join, before the Foundation may", _whole(1, 60)
    )
    hand_over_days: int = _setting(
        90,
        "days for which the link of a hand-over works at most; it can be used for 14 days from the start date on",
        _whole(15, 380),
    )
    programmes: tuple[str, ...] = _setting((), "folders with your own programme files, separated by commas")
    daily_mail_hour: int = _setting(
        7, "hour of the day, in the time zone of each person, at which daily emails are sent", _whole(0, 23)
    )
    fresh_factor_minutes: int = _setting(
        15,
        "minutes for which a second factor counts as fresh, to release payments or change roles and factors",
        _whole(1, 1_440),
    )
    oidc_issuer: str = _setting(
        "", "identity provider (OpenID Connect) with which people may sign in, by its issuer; empty: none", _issuer
    )
    oidc_client_id: str = _setting("", "name under which this system is registered with the identity provider")
    oidc_client_secret: str = _setting("", "secret of this system at the identity provider", secret=True)
    oidc_name: str = _setting("", "name of the identity provider on the sign-in page; empty: the host of its issuer")
    oidc_second_factor: tuple[str, ...] = _setting(
        (),
        "values of acr or amr with which the identity provider states a second factor, separated by commas; "
        "empty: its second factor does not count",
    )
    session_hours: int = _setting(12, "maximum length of a session, in hours", _whole(1, 8_760))

    @property
    def address(self) -> str:
        """The public address, without a trailing slash."""
        host = "localhost" if self.host == LOOPBACK else self.host  # browsers make no passkeys for an IP address
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def public_host(self) -> str:
        """The host of the public address, without the port."""
        return urlsplit(self.address).hostname or ""

    @property
    def provider(self) -> str:
        """The name of the identity provider; empty if there is none."""
        return self.oidc_issuer and (self.oidc_name or urlsplit(self.oidc_issuer).hostname or "")

    @property
    def files(self) -> str:
        """The fsspec URL where files are stored."""
        return self.files_url or f"file://{self.instance / 'files'}"


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `GRANTS_*`; raises Invalid with every value that cannot work."""
    environ = os.environ if environ is None else environ
    found: dict[str, object] = {}
    problems: list[str] = []
    for item in fields(Settings):
        name = _variable(item.name)
        if name in environ:
            text, check = environ[name], item.metadata["check"]
            value, wrong = _value(text, item.default)
            wrong = wrong or ("" if text.isprintable() else PRINTABLE) or check(value)
            if wrong:
                shown = "cannot be used" if item.metadata["secret"] else f"is {text!r}"
                problems.append(f"{name} {shown}; {wrong}.")
            found[item.name] = value
    if problems:
        raise Invalid(problems)
    return Settings(**found)  # type: ignore[arg-type]


def unknown(environ: Mapping[str, str] | None = None) -> list[str]:
    """The variables that begin like settings and are none, such as a misspelt one; those of the tests are left out."""
    known = {_variable(item.name) for item in fields(Settings)}
    names = os.environ if environ is None else environ
    return sorted(name for name in names if name.startswith("GRANTS_") and name not in known and "_TEST_" not in name)


def _variable(name: str) -> str:
    return f"GRANTS_{name.upper()}"


def exported(settings: Settings) -> dict[str, str]:
    """The environment of a child process that uses the same settings."""
    ours = {_variable(item.name): _text(getattr(settings, item.name)) for item in fields(Settings)}
    return {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")} | ours


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _value(text: str, default: object) -> tuple[object, str]:
    """The value of a text and, if it has none, what to enter."""
    if isinstance(default, bool):
        known = text.lower() in {"0", "1", "true", "false", "yes", "no"}
        return text.lower() in {"1", "true", "yes"}, "" if known else "enter 1 or 0"
    if isinstance(default, int):
        known = bool(re.fullmatch("[0-9]{1,9}", text))
        return int(text) if known else 0, "" if known else "enter a whole number"
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip()), ""
    if isinstance(default, Path):
        return Path(text).absolute(), "" if text.strip() else "enter the path of a folder"
    return text, ""

"""What is unsafe about settings once others than the operator can reach the system; pure, no server is asked."""

from __future__ import annotations

import ipaddress
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from config import Settings

SECRET_CHARACTERS = 32
IDLE_MINUTES = 480
SESSION_HOURS = 24
ARGON2_TIME, ARGON2_KIB = 2, 19_456  # OWASP Password Storage Cheat Sheet, Argon2id
TLS_MODES = {"require", "verify-ca", "verify-full"}


@dataclass(frozen=True, slots=True)
class Finding:
    """name: of the setting or fact; says: what is wrong; cure: what to do."""

    name: str
    says: str
    cure: str

    def __str__(self) -> str:
        return f"{self.name}: {self.says} {self.cure}"


Check = Callable[[Settings], Iterator[Finding]]


def unsafe(settings: Settings, checks: Sequence[Check] | None = None) -> list[Finding]:
    """Everything that is wrong, at once; an empty list for settings fit for production."""
    return [finding for check in (CHECKS if checks is None else checks) for finding in check(settings)]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host; an empty name is a socket."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in {"", "localhost"} or host.endswith(".localhost")


def demo(settings: Settings) -> Iterator[Finding]:
    """Invented people, a movable clock and mails on a page are for demonstrations."""
    if settings.demo:
        yield Finding("GRANTS_DEMO", "This is the demonstration, with a clock anyone may move.", "Set it to 0.")


def address(settings: Settings) -> Iterator[Finding]:
    """Letters print the address; people open it over HTTPS."""
    if not settings.public_url or is_loopback(settings.public_host):
        yield Finding(
            "GRANTS_PUBLIC_URL", "Letters would carry an address of this machine only.", "Set it to https://your.host."
        )
    elif urlsplit(settings.public_url).scheme != "https":
        yield Finding(
            "GRANTS_PUBLIC_URL", "Passwords would travel in the clear.", "Put TLS before it and write https://."
        )


def proxies(settings: Settings) -> Iterator[Finding]:
    """We speak no TLS ourselves, so an https address has a proxy before us."""
    if urlsplit(settings.address).scheme == "https" and settings.proxies < 1:
        yield Finding("GRANTS_PROXIES", "Everyone seems to come from the proxy.", "Set it to the number of proxies.")


def hosts(settings: Settings) -> Iterator[Finding]:
    """A request for another host name is not for us."""
    if any("*" in host or not host.strip(".") for host in settings.trusted_hosts):
        yield Finding("GRANTS_TRUSTED_HOSTS", "It takes any host name.", "Name the hosts one by one.")
    elif not is_loopback(settings.public_host) and settings.public_host not in settings.trusted_hosts:
        yield Finding(
            "GRANTS_TRUSTED_HOSTS", f"{settings.public_host} is not among them.", "Add the host of GRANTS_PUBLIC_URL."
        )


def cookies(settings: Settings) -> Iterator[Finding]:
    """A session cookie travels over HTTPS only."""
    if not settings.secure_cookies:
        yield Finding("GRANTS_SECURE_COOKIES", "Sessions could be read on the way.", "Set it to 1.")


def secret(settings: Settings) -> Iterator[Finding]:
    """An empty key is made by us, long enough."""
    key = settings.secret_key
    if key and (len(key) < SECRET_CHARACTERS or len(set(key)) < SECRET_CHARACTERS // 3):
        yield Finding(
            "GRANTS_SECRET_KEY",
            "It can be guessed.",
            f"Leave it empty, or draw {SECRET_CHARACTERS} characters or more.",
        )


def sender(settings: Settings) -> Iterator[Finding]:
    """People answer the sender of our mail."""
    name, _, host = settings.mail_from.rpartition("@")
    if not name or is_loopback(host) or "." not in host:
        yield Finding("GRANTS_MAIL_FROM", "Nobody can answer this sender.", "Set it to an address that is read.")


def smtp(settings: Settings) -> Iterator[Finding]:
    """Mail needs a server, and outside this machine a closed line to it."""
    if not settings.smtp_host:
        yield Finding("GRANTS_SMTP_HOST", "No mail would go out.", "Set it to your mail server.")
    elif not settings.smtp_tls and not is_loopback(settings.smtp_host):
        yield Finding("GRANTS_SMTP_TLS", "Mails and the password would travel in the clear.", "Set it to 1.")


def databases(settings: Settings) -> Iterator[Finding]:
    """Web and workers are neither owner nor superuser, for those walk past the guards."""
    if not settings.database_url:
        return
    if (urlsplit(settings.database_url).username or "") in {"", "postgres", "grants_owner"}:
        yield Finding("GRANTS_DATABASE_URL", "This role walks past the database's guards.", "Use grants_app.")
    if not settings.read_database_url:
        yield Finding(
            "GRANTS_READ_DATABASE_URL", "Verify and backup have no role of their own.", "Set it to grants_read."
        )
    elif (urlsplit(settings.read_database_url).username or "") != "grants_read":
        yield Finding("GRANTS_READ_DATABASE_URL", "Whoever verifies must not be able to write.", "Use grants_read.")
    if settings.owner_database_url == settings.database_url:
        yield Finding("GRANTS_OWNER_DATABASE_URL", "The owner is the same as the web's role.", "Use grants_owner.")


def database_lines(settings: Settings) -> Iterator[Finding]:
    """Outside this machine the line to the database is closed."""
    for name in ("database_url", "owner_database_url", "read_database_url"):
        parts = urlsplit(getattr(settings, name))
        asked = parse_qs(parts.query)
        host = parts.hostname or asked.get("host", [""])[0]
        closed = host.startswith("/") or is_loopback(host) or asked.get("sslmode", [""])[0] in TLS_MODES
        if not closed:
            yield Finding(f"GRANTS_{name.upper()}", "Data would travel in the clear.", "Add ?sslmode=verify-full.")


def redis(settings: Settings) -> Iterator[Finding]:
    """Whoever reaches the queue can order letters."""
    parts = urlsplit(settings.redis_url)
    if is_loopback(parts.hostname or ""):
        return
    if parts.scheme != "rediss":
        yield Finding("GRANTS_REDIS_URL", "The queue would travel in the clear.", "Use rediss://.")
    if not parts.password:
        yield Finding("GRANTS_REDIS_URL", "The queue is open to its whole network.", "Give it a password.")


def files(settings: Settings) -> Iterator[Finding]:
    """Files outlive a restart, and nobody reads them on the way."""
    scheme = urlsplit(settings.files_url).scheme
    if scheme in {"memory", "http", "ftp"}:
        yield Finding("GRANTS_FILES_URL", f"{scheme}: is no place for documents.", "Use file:// or s3://.")


def instance(settings: Settings) -> Iterator[Finding]:
    """Temporary folders are emptied."""
    if settings.instance.is_relative_to(Path(tempfile.gettempdir())):
        yield Finding("GRANTS_INSTANCE", "The machine empties this folder.", "Use a folder that is kept and backed up.")


def passwords(settings: Settings) -> Iterator[Finding]:
    """Guessing a password must cost what is recommended, at least."""
    if settings.argon2_time < ARGON2_TIME:
        yield Finding("GRANTS_ARGON2_TIME", "Passwords are too cheap to guess.", f"Use {ARGON2_TIME} or more.")
    if settings.argon2_kib < ARGON2_KIB:
        yield Finding("GRANTS_ARGON2_KIB", "Passwords are too cheap to guess.", f"Use {ARGON2_KIB} or more.")


def sessions(settings: Settings) -> Iterator[Finding]:
    """A forgotten screen must not stay signed in."""
    if not 0 < settings.session_idle_minutes <= IDLE_MINUTES:
        yield Finding("GRANTS_SESSION_IDLE_MINUTES", "A forgotten screen stays open.", f"Use 1 to {IDLE_MINUTES}.")
    if not 0 < settings.session_hours <= SESSION_HOURS:
        yield Finding("GRANTS_SESSION_HOURS", "A stolen session lives too long.", f"Use 1 to {SESSION_HOURS}.")


def processes(settings: Settings) -> Iterator[Finding]:
    """With one process, one crash is an outage."""
    if settings.web_processes < 2:  # noqa: PLR2004 - two is what "more than one" means
        yield Finding("GRANTS_WEB_PROCESSES", "One crash stops every page.", "Use 2 or more.")


CHECKS: tuple[Check, ...] = (
    demo, address, proxies, hosts, cookies, secret, sender, smtp, databases, database_lines, redis,
    files, instance, passwords, sessions, processes,
)  # fmt: skip

"""Settings that are unsafe if people other than the operator can reach the system. Contacts no server."""

from __future__ import annotations

import ipaddress
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from config import Settings

SECRET_CHARACTERS = 32
IDLE_MINUTES = 480
SESSION_HOURS = 24
ARGON2_TIME, ARGON2_KIB = 2, 19_456  # OWASP Password Storage Cheat Sheet, Argon2id
UNSAFE_STORES = {"memory", "http", "ftp"}
SHORTEST_PREFIX = 8
TLS_MODES = {"verify-ca", "verify-full"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. name: the setting or fact; problem: what is wrong; cure: what to do."""

    name: str
    problem: str
    cure: str

    def __str__(self) -> str:
        return f"{self.name}: {self.problem} {self.cure}"


Check = Callable[[Settings], Iterator[Finding]]


def unsafe(settings: Settings, checks: Sequence[Check] | None = None) -> list[Finding]:
    """All problems of the settings; an empty list for settings that are safe for production."""
    return [finding for check in (CHECKS if checks is None else checks) for finding in check(settings)]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host; an empty name means a socket."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in {"", "localhost"} or host.endswith(".localhost")


def demo(settings: Settings) -> Iterator[Finding]:
    """The demonstration has invented people, a movable clock and a page of emails."""
    if settings.demo:
        yield Finding("GRANTS_DEMO", "This is a demonstration: anyone can change its clock.", "Set it to 0.")


def address(settings: Settings) -> Iterator[Finding]:
    """The address is printed in documents and must use HTTPS."""
    if not settings.public_url or is_loopback(settings.public_host):
        yield Finding(
            "GRANTS_PUBLIC_URL",
            "Documents would show an address that works on this machine only.",
            "Set it to https://your.host.",
        )
    elif urlsplit(settings.public_url).scheme != "https":
        yield Finding(
            "GRANTS_PUBLIC_URL", "Passwords would be sent unencrypted.", "Put a TLS proxy in front and use https://."
        )


def listening(settings: Settings) -> Iterator[Finding]:
    """The web server has no TLS, so that only a proxy may reach it."""
    if is_loopback(settings.host):
        return
    if settings.proxies < 1:
        yield Finding(
            "GRANTS_HOST",
            "Other machines reach the web server without TLS.",
            "Set it to 127.0.0.1 and put a proxy in front, or set GRANTS_PROXIES.",
        )
    elif settings.proxy_networks and all(is_loopback(text.partition("/")[0]) for text in settings.proxy_networks):
        yield Finding("GRANTS_HOST", "Other machines get past the proxy, without TLS.", "Set it to 127.0.0.1.")


def proxies(settings: Settings) -> Iterator[Finding]:
    """The web server has no TLS, so an https address implies a proxy in front of it."""
    if urlsplit(settings.address).scheme == "https" and settings.proxies < 1:
        yield Finding(
            "GRANTS_PROXIES", "All requests would seem to come from the proxy.", "Set it to the number of proxies."
        )


def proxy_networks(settings: Settings) -> Iterator[Finding]:
    """Only the proxies may name the address of a client, which limits how often a password is guessed."""
    name, each = "GRANTS_PROXY_NETWORKS", "List the addresses of your proxies, such as 127.0.0.1."
    try:
        known = [ipaddress.ip_network(text) for text in settings.proxy_networks]
    except ValueError as error:
        yield Finding(name, f"{error}.", each)
        return
    if settings.proxies and not known:
        yield Finding(name, "All requests would seem to come from the proxy.", each)
    if any(network.prefixlen < SHORTEST_PREFIX for network in known):
        yield Finding(name, "Anyone could forge a client address.", each)


def hosts(settings: Settings) -> Iterator[Finding]:
    """Requests for other host names are refused."""
    if not settings.trusted_hosts or any("*" in host or host.startswith(".") for host in settings.trusted_hosts):
        yield Finding("GRANTS_TRUSTED_HOSTS", "It accepts any host name.", "List the hosts one by one.")
    elif not is_loopback(settings.public_host) and settings.public_host not in settings.trusted_hosts:
        yield Finding(
            "GRANTS_TRUSTED_HOSTS", f"{settings.public_host} is not among them.", "Add the host of GRANTS_PUBLIC_URL."
        )


def cookies(settings: Settings) -> Iterator[Finding]:
    """Session cookies are sent over HTTPS only."""
    if not settings.secure_cookies:
        yield Finding("GRANTS_SECURE_COOKIES", "Session cookies would be sent unencrypted.", "Set it to 1.")


def secret(settings: Settings) -> Iterator[Finding]:
    """A key must be long and random; an empty setting generates one."""
    if settings.secret_key and _guessable(settings.secret_key):
        yield Finding(
            "GRANTS_SECRET_KEY",
            "The key can be guessed.",
            f"Leave it empty, or use {SECRET_CHARACTERS} random characters or more.",
        )


def _guessable(key: str) -> bool:
    """Whether the key is short, has few different characters, or counts or repeats itself as "0123…" does."""
    few = SECRET_CHARACTERS // 3
    steps = {ord(after) - ord(before) for before, after in pairwise(key)}
    return len(key) < SECRET_CHARACTERS or len(set(key)) < few or len(steps) < few


def sender(settings: Settings) -> Iterator[Finding]:
    """People reply to the sender of mails."""
    name, _, host = settings.mail_from.rpartition("@")
    if not name or is_loopback(host) or "." not in host:
        yield Finding(
            "GRANTS_MAIL_FROM", "Replies to this address would not arrive.", "Set it to an address that someone reads."
        )


def smtp(settings: Settings) -> Iterator[Finding]:
    """Mail needs a server, and TLS to a server on another machine."""
    if not settings.smtp_host:
        yield Finding("GRANTS_SMTP_HOST", "No email would be sent.", "Set it to your mail server.")
    elif not settings.smtp_tls and not is_loopback(settings.smtp_host):
        yield Finding("GRANTS_SMTP_TLS", "Emails and the password would be sent unencrypted.", "Set it to 1.")


def databases(settings: Settings) -> Iterator[Finding]:
    """Web and workers must be neither owner nor superuser, because these can bypass the guards of the database."""
    if not settings.database_url:
        return
    if (urlsplit(settings.database_url).username or "") in {"", "postgres", "grants_owner"}:
        yield Finding("GRANTS_DATABASE_URL", "This role can bypass the guards of the database.", "Use grants_app.")
    if not settings.read_database_url:
        yield Finding(
            "GRANTS_READ_DATABASE_URL", "Verification and backup have no read-only role.", "Set it to grants_read."
        )
    elif (urlsplit(settings.read_database_url).username or "") != "grants_read":
        yield Finding("GRANTS_READ_DATABASE_URL", "Verification must use a role that cannot write.", "Use grants_read.")
    if settings.owner_database_url == settings.database_url:
        yield Finding("GRANTS_OWNER_DATABASE_URL", "It is the same role as GRANTS_DATABASE_URL.", "Use grants_owner.")


def database_lines(settings: Settings) -> Iterator[Finding]:
    """Connections to a database on another machine use TLS, and the certificate of the server is verified."""
    for name in ("database_url", "owner_database_url", "read_database_url", "seal_database_url"):
        parts = urlsplit(getattr(settings, name))
        asked = parse_qs(parts.query)
        host = parts.hostname or asked.get("host", [""])[0]
        closed = host.startswith("/") or is_loopback(host) or asked.get("sslmode", [""])[0] in TLS_MODES
        if not closed:
            yield Finding(
                f"GRANTS_{name.upper()}",
                "Another machine could pretend to be the database, or read the data.",
                "Add ?sslmode=verify-full.",
            )


def redis(settings: Settings) -> Iterator[Finding]:
    """A client that can reach the queue can enqueue jobs."""
    parts = urlsplit(settings.redis_url)
    if not parts.hostname:  # the embedded server, or a socket whose folder is closed to others
        return
    if parts.scheme != "rediss" and not is_loopback(parts.hostname):
        yield Finding("GRANTS_REDIS_URL", "Jobs would be sent unencrypted.", "Use rediss://.")
    if parse_qs(parts.query).get("ssl_cert_reqs", ["required"])[0] != "required":
        yield Finding(
            "GRANTS_REDIS_URL", "Another machine could pretend to be the queue.", "Remove ssl_cert_reqs from it."
        )
    if not parts.password:
        yield Finding("GRANTS_REDIS_URL", "Anyone who can reach the queue can enqueue jobs.", "Set a password.")


def files(settings: Settings) -> Iterator[Finding]:
    """Files must survive a restart and must not be sent unencrypted."""
    scheme = urlsplit(settings.files_url).scheme
    if scheme in UNSAFE_STORES:
        yield Finding("GRANTS_FILES_URL", f"{scheme}: does not store files safely.", "Use file:// or s3://.")


def anchors(settings: Settings) -> Iterator[Finding]:
    """Without anchors nobody notices that checkpoints were deleted and history was sealed anew."""
    scheme = urlsplit(settings.anchors_url).scheme
    if not settings.anchors_url:
        yield Finding(
            "GRANTS_ANCHORS_URL", "Deleted checkpoints would not be noticed.", "Set it to a separate location."
        )
    elif scheme in UNSAFE_STORES:
        yield Finding("GRANTS_ANCHORS_URL", f"{scheme}: does not store files safely.", "Use file:// or s3://.")
    elif settings.anchors_url.rstrip("/") == settings.files_url.rstrip("/"):
        yield Finding(
            "GRANTS_ANCHORS_URL", "Anyone who can write files could replace the anchors.", "Use another bucket."
        )


def seals(settings: Settings) -> Iterator[Finding]:
    """The keys of checkpoints can be read and belong together, and the sealer has a role of its own."""
    from grants.outside import signing  # keeps cryptography out of the supervisor of a system on this machine only

    name = "GRANTS_SEAL_PUBLIC_KEYS"
    try:
        known = signing.public_keys(settings)
        name = "GRANTS_SEAL_KEY"
        if settings.seal_key and signing.signer(settings).key_id not in known:
            yield Finding("GRANTS_SEAL_PUBLIC_KEYS", "The public key of GRANTS_SEAL_KEY is not among them.", "Add it.")
    except signing.BadKey as error:
        name = name if settings.seal_public_keys else "GRANTS_SEAL_KEY"
        yield Finding(name, f"A key cannot be used: {error}.", "Create one with `grants key`.")
    else:
        if settings.seal_key and not settings.seal_key.startswith("/") and _guessable(settings.seal_key):
            yield Finding("GRANTS_SEAL_KEY", "The key can be guessed.", "Create one with `grants key`.")
    role = urlsplit(settings.seal_database_url).username or ""
    if settings.seal_database_url and role != "grants_seal":
        yield Finding("GRANTS_SEAL_DATABASE_URL", "The sealer must use a role of its own.", "Use grants_seal.")


def instance(settings: Settings) -> Iterator[Finding]:
    """The system deletes files in temporary folders."""
    if settings.instance.is_relative_to(Path(tempfile.gettempdir())):
        yield Finding(
            "GRANTS_INSTANCE", "The system deletes files in this folder.", "Use a permanent folder with backups."
        )


def passwords(settings: Settings) -> Iterator[Finding]:
    """The cost of argon2id is at least the recommended one."""
    if settings.argon2_time < ARGON2_TIME:
        yield Finding("GRANTS_ARGON2_TIME", "Guessing passwords is too cheap.", f"Use {ARGON2_TIME} or more.")
    if settings.argon2_kib < ARGON2_KIB:
        yield Finding("GRANTS_ARGON2_KIB", "Guessing passwords is too cheap.", f"Use {ARGON2_KIB} or more.")


def sessions(settings: Settings) -> Iterator[Finding]:
    """An unattended browser must not stay signed in."""
    if not 0 < settings.session_idle_minutes <= IDLE_MINUTES:
        yield Finding(
            "GRANTS_SESSION_IDLE_MINUTES", "An unattended browser stays signed in.", f"Use 1 to {IDLE_MINUTES}."
        )
    if not 0 < settings.session_hours <= SESSION_HOURS:
        yield Finding("GRANTS_SESSION_HOURS", "A stolen session stays valid too long.", f"Use 1 to {SESSION_HOURS}.")


def processes(settings: Settings) -> Iterator[Finding]:
    """With a single process, one crash is an outage."""
    if settings.web_processes < 2:  # noqa: PLR2004 - two is what "more than one" means
        yield Finding("GRANTS_WEB_PROCESSES", "One crash stops every page.", "Use 2 or more.")


CHECKS: tuple[Check, ...] = (
    demo, address, listening, proxies, proxy_networks, hosts, cookies, secret, sender, smtp, databases, database_lines,
    redis, files, anchors, seals, instance, passwords, sessions, processes,
)  # fmt: skip

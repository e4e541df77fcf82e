"""Settings that cannot work on this machine, or name servers that do not answer. The others are refused in `config`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

import config
from config import Settings
from grants.cli.unsafe import UNSAFE_STORES, Finding, seals
from grants.outside.servers.postgres import plain

CONNECT_SECONDS = 10
DATABASES = ("database_url", "owner_database_url", "read_database_url", "seal_database_url")
LOCAL = {"", "file", "local"}


def unworkable(settings: Settings) -> list[Finding]:
    """All problems of the settings that can be found without a server."""
    return [finding for check in CHECKS for finding in check(settings)]


def instance(settings: Settings) -> Iterator[Finding]:
    """Data, secrets and logs can be written."""
    if wrong := _unwritable(settings.instance):
        yield Finding("GRANTS_INSTANCE", wrong, "Set it to a folder that this user can write to.")


def stores(settings: Settings) -> Iterator[Finding]:
    """Files and anchors lie in a place that can be reached with the installed libraries."""
    for name in ("files_url", "anchors_url"):
        url, variable = getattr(settings, name), f"GRANTS_{name.upper()}"
        scheme = urlsplit(url).scheme
        if scheme in LOCAL:
            wrong = _unwritable(Path(urlsplit(url).path)) if url else ""
            if wrong:
                yield Finding(variable, wrong, "Set it to a folder that this user can write to.")
        elif scheme not in UNSAFE_STORES and (wrong := _unsupported(scheme)):
            yield Finding(variable, wrong, "Use file:// or s3://.")


def _unsupported(scheme: str) -> str:
    import fsspec  # most processes of this module need no store

    try:
        fsspec.get_filesystem_class(scheme)
    except ValueError:
        return f"{scheme}: is not a supported type of storage."
    except ImportError as error:
        return f"{scheme}: cannot be reached: {error}."
    return ""


def _unwritable(folder: Path) -> str:
    """Why this folder cannot be written to, or created; empty if it can."""
    there = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), Path("/"))
    if not there.is_dir():
        return f"{there} is not a folder."
    return "" if os.access(there, os.W_OK | os.X_OK) else f"This user cannot write to {there}."


def programmes(settings: Settings) -> Iterator[Finding]:
    """Every file of the operator's programmes can be read."""
    if settings.programmes:
        from workflows.programmes import read_also  # loads the rules, which a system without such files need not

        try:
            read_also(settings.programmes)
        except ValueError as error:
            yield Finding("GRANTS_PROGRAMMES", f"{error}.", "Correct it, or set it to the folder of your programmes.")


def keys(settings: Settings) -> Iterator[Finding]:
    """The keys of checkpoints can be read and belong together."""
    if settings.seal_key or settings.seal_public_keys:
        yield from (found for found in seals(settings) if "KEY" in found.name)


def mail(settings: Settings) -> Iterator[Finding]:
    """A user at the mail server has a password, and a password a user."""
    if bool(settings.smtp_user) is not bool(settings.smtp_password):
        yield Finding("GRANTS_SMTP_USER", "It is used with GRANTS_SMTP_PASSWORD only.", "Set both or neither.")


def provider(settings: Settings) -> Iterator[Finding]:
    """An identity provider knows this system by an id and a secret."""
    parts = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(parts) and not all(parts):
        text = "It is used with GRANTS_OIDC_CLIENT_ID and GRANTS_OIDC_CLIENT_SECRET only."
        yield Finding("GRANTS_OIDC_ISSUER", text, "Set all three or none.")


def roles(settings: Settings) -> Iterator[Finding]:
    """The URLs of the other roles belong to the database of the application."""
    for name in DATABASES[1:]:
        if getattr(settings, name) and not settings.database_url:
            variable = f"GRANTS_{name.upper()}"
            yield Finding(variable, "It is not used, because GRANTS_DATABASE_URL is empty.", "Set both or neither.")


CHECKS = (instance, stores, programmes, keys, mail, provider, roles)


def misspelt() -> list[Finding]:
    """Variables that look like settings, and that nobody reads."""
    return [Finding(name, "There is no such setting.", "Correct its name, or remove it.") for name in config.unknown()]


def silent(settings: Settings) -> Iterator[Finding]:
    """Servers of the operator that do not answer, or refuse the role or the password."""
    for name in DATABASES:
        if url := getattr(settings, name):
            try:
                psycopg.connect(plain(url), connect_timeout=CONNECT_SECONDS).close()
            except psycopg.Error as error:
                yield _unreachable(name, error)
    if settings.redis_url:
        import redis  # a system with embedded servers starts sooner without

        try:
            with redis.Redis.from_url(settings.redis_url, socket_timeout=CONNECT_SECONDS) as connection:
                connection.ping()
        except redis.RedisError as error:
            yield _unreachable("redis_url", error)


def _unreachable(name: str, error: Exception) -> Finding:
    """The finding of a server that does not answer, with the first line of the error."""
    first = str(error).strip().partition("\n")[0].removeprefix("connection failed: ")
    brief = first.rpartition("FATAL:  ")[2].rstrip(".")
    return Finding(
        f"GRANTS_{name.upper()}", f"The connection failed: {brief}.", "Start the server, or correct the URL."
    )

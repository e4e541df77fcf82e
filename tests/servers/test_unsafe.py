"""An unsafe setting is reported with its remedy; a safe one is not reported."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

import config
from config import ROOT, Settings
from grants.cli.unsafe import CHECKS, Finding, is_loopback, unsafe
from tests.servers.test_signing import PUBLIC, SEED

SAFE = Settings(
    instance=Path("/srv/foundation-grants"),
    database_url="postgresql+psycopg://grants_app:x@db.example/grants?sslmode=verify-full",
    owner_database_url="postgresql+psycopg://grants_owner:x@db.example/grants?sslmode=verify-full",
    read_database_url="postgresql+psycopg://grants_read:x@db.example/grants?sslmode=verify-full",
    seal_database_url="postgresql+psycopg://grants_seal:x@db.example/grants?sslmode=verify-full",
    redis_url="rediss://:x@queue.example/0",
    files_url="s3://grants/files",
    anchors_url="s3://audit",
    seal_key=SEED,
    seal_public_keys=(PUBLIC,),
    smtp_host="mail.example",
    mail_from="grants@foundation.example",
    public_url="https://grants.foundation.example",
    trusted_hosts=("grants.foundation.example",),
    proxies=1,
    proxy_networks=("10.0.0.1",),
)

OTHER = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"
"""The public key of the second test vector of RFC 8032, 7.1."""
# The setting that a finding names, an unsafe value, and a different safe one.
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("demo", {"demo": True}, {"demo": False}),
    ("public_url", {"public_url": ""}, {"public_url": "https://grants.foundation.example/"}),
    ("public_url", {"public_url": "https://localhost"}, {"public_url": "https://grants.foundation.example:8443"}),
    ("public_url", {"public_url": "http://grants.foundation.example"}, {}),
    ("host", {"host": "0.0.0.0", "proxies": 0}, {"host": "0.0.0.0"}),  # noqa: S104 - a value to classify
    ("host", {"host": "0.0.0.0", "proxy_networks": ("127.0.0.0/8",)}, {}),  # noqa: S104 - the same
    ("proxies", {"proxies": 0}, {"proxies": 2}),
    ("proxy_networks", {"proxy_networks": ()}, {"proxies": 2, "proxy_networks": ("10.0.0.0/8", "fd00::/8")}),
    ("proxy_networks", {"proxy_networks": ("0.0.0.0/0",)}, {"proxy_networks": ("127.0.0.1", "::1")}),
    ("proxy_networks", {"proxy_networks": ("proxy.example",)}, {}),
    ("trusted_hosts", {"trusted_hosts": ("*",)}, {"trusted_hosts": ("grants.foundation.example", "localhost")}),
    ("trusted_hosts", {"trusted_hosts": ("localhost",)}, {}),
    ("trusted_hosts", {"trusted_hosts": ()}, {}),
    ("trusted_hosts", {"trusted_hosts": (".example",)}, {}),
    ("secure_cookies", {"secure_cookies": False}, {"secure_cookies": True}),
    ("secret_key", {"secret_key": "changeme"}, {"secret_key": "pV3xq9T0nW7sKd2LzR5uYb8HcM4fJg6A"}),
    ("secret_key", {"secret_key": "a" * 64}, {"secret_key": ""}),
    ("mail_from", {"mail_from": "grants@localhost"}, {"mail_from": "grants@post.foundation.example"}),
    ("mail_from", {"mail_from": "grants"}, {}),
    ("smtp_host", {"smtp_host": ""}, {"smtp_host": "127.0.0.1"}),
    ("smtp_tls", {"smtp_tls": False}, {"smtp_tls": False, "smtp_host": "localhost"}),
    ("database_url", {"database_url": SAFE.owner_database_url, "owner_database_url": ""}, {}),
    ("database_url", {"database_url": SAFE.database_url.replace("grants_app", "postgres")}, {"database_url": ""}),
    ("database_url", {"database_url": SAFE.database_url.replace("verify-full", "prefer")}, {}),
    ("database_url", {"database_url": SAFE.database_url.replace("verify-full", "require")}, {}),
    (
        "database_url",
        {"database_url": "postgresql+psycopg://grants_app:x@/grants?host=db.example"},
        {"database_url": "postgresql+psycopg://grants_app:x@/grants?host=/run/postgresql"},
    ),
    ("owner_database_url", {"owner_database_url": SAFE.database_url}, {"owner_database_url": ""}),
    ("read_database_url", {"read_database_url": ""}, {}),
    ("read_database_url", {"read_database_url": SAFE.database_url}, {}),
    ("redis_url", {"redis_url": "redis://:x@queue.example/0"}, {"redis_url": "redis://:x@127.0.0.1/0"}),
    ("redis_url", {"redis_url": "redis://127.0.0.1/0"}, {}),
    ("redis_url", {"redis_url": f"{SAFE.redis_url}?ssl_cert_reqs=none"}, {}),
    ("redis_url", {"redis_url": "rediss://queue.example/0"}, {"redis_url": "unix:///run/valkey/valkey.sock"}),
    ("files_url", {"files_url": "memory://files"}, {"files_url": "file:///srv/files"}),
    ("anchors_url", {"anchors_url": ""}, {"anchors_url": "file:///mnt/audit"}),
    ("anchors_url", {"anchors_url": "memory://audit"}, {}),
    ("anchors_url", {"anchors_url": "s3://grants/files/"}, {"anchors_url": "s3://grants-audit"}),
    ("seal_database_url", {"seal_database_url": SAFE.database_url}, {"seal_database_url": ""}),
    ("seal_database_url", {"seal_database_url": SAFE.seal_database_url.partition("?")[0]}, {}),
    ("seal_key", {"seal_key": "short"}, {"seal_key": ""}),
    ("seal_key", {"seal_key": "short", "seal_public_keys": ()}, {"seal_public_keys": ()}),
    ("seal_key", {"seal_key": "/nowhere/seal.key"}, {}),
    ("seal_key", {"seal_key": "A" * 43, "seal_public_keys": ()}, {}),
    ("seal_public_keys", {"seal_public_keys": ("short",)}, {"seal_public_keys": (PUBLIC, OTHER)}),
    ("seal_public_keys", {"seal_public_keys": (OTHER,)}, {"seal_key": "", "seal_public_keys": (OTHER,)}),
    ("instance", {"instance": Path("/tmp/instance")}, {"instance": Path("/var/lib/grants")}),  # noqa: S108 - the unsafe value
    ("argon2_time", {"argon2_time": 1}, {"argon2_time": 3}),
    ("argon2_kib", {"argon2_kib": 8}, {"argon2_kib": 65_536}),
    ("session_idle_minutes", {"session_idle_minutes": 10_000}, {"session_idle_minutes": 15}),
    ("session_hours", {"session_hours": 720}, {"session_hours": 8}),
    ("web_processes", {"web_processes": 1}, {"web_processes": 8}),
]
IDS = [f"{name}={next(iter(bad.values()))}" for name, bad, _ in CASES]


def test_safe_settings_have_no_findings() -> None:
    assert unsafe(SAFE) == []


@pytest.mark.parametrize(("name", "bad", "good"), CASES, ids=IDS)
def test_an_unsafe_value_is_named_and_a_safe_one_is_not(name: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    found = unsafe(replace(SAFE, **bad))

    assert f"GRANTS_{name.upper()}" in {finding.name for finding in found}
    assert unsafe(replace(SAFE, **good)) == []


@pytest.mark.parametrize(("name", "bad", "good"), CASES, ids=IDS)
def test_without_its_check_the_unsafe_value_passes(name: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    """Counter-test: leave out the checks that name this setting."""
    settings = replace(SAFE, **bad)
    wanted = f"GRANTS_{name.upper()}"

    rest = [check for check in CHECKS if wanted not in {finding.name for finding in check(settings)}]

    assert len(rest) < len(CHECKS)
    assert wanted not in {finding.name for finding in unsafe(settings, rest)}


def test_all_findings_are_reported_at_once() -> None:
    found = unsafe(replace(SAFE, demo=True, smtp_host="", secure_cookies=False))

    assert [finding.name for finding in found] == ["GRANTS_DEMO", "GRANTS_SECURE_COOKIES", "GRANTS_SMTP_HOST"]


def test_a_finding_is_a_sentence_with_its_remedy() -> None:
    finding = Finding("GRANTS_SMTP_HOST", "No mail would go out.", "Set it to your mail server.")

    assert str(finding) == "GRANTS_SMTP_HOST: No mail would go out. Set it to your mail server."


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "grants.localhost", ""])
def test_these_hosts_are_local(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org"])  # noqa: S104 - a value to classify
def test_these_hosts_are_not_local(host: str) -> None:
    assert not is_loopback(host)


def test_every_setting_is_documented_with_its_meaning() -> None:
    written = (ROOT / "docs" / "settings.md").read_text()

    reported = dict(re.findall(r"^\| `(GRANTS_\w+)` \| [^|]* \| (.*) \|$", written, re.MULTILINE))

    assert reported == {f"GRANTS_{item.name.upper()}": item.metadata["meaning"] for item in fields(Settings)}


def test_a_child_process_receives_the_settings_unchanged() -> None:
    settings = replace(SAFE, demo=True, port=8123, trusted_hosts=("a.example", "b.example"))

    assert config.read(config.exported(settings)) == settings


@pytest.mark.parametrize(("name", "value"), [("GRANTS_PORT", "eighty"), ("GRANTS_DEMO", "perhaps")])
def test_an_invalid_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is '{value}'"):
        config.read({name: value})

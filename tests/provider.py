"""An identity provider for tests, and people who sign in with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import requests
from flask import current_app

from config import Settings
from grants.models import ProviderAccount
from grants.queries import provider_accounts as stored
from grants.services import provider_accounts
from grants.services.provider_accounts import Proven
from grants.services.sessions import Opening

PROGRAM = """
from oidc_provider_mock import run_server_in_thread
with run_server_in_thread() as server:
    print(server.server_port, flush=True)
    input()
"""
"""Runs a provider until its standard input ends."""
ISSUER, NAME = "https://login.example.org", "Example Login"


def link(email: str, subject: str = "1") -> ProviderAccount:
    """Let the person with this address sign in with a provider for the first time; in the caller's transaction."""
    settings: Settings = replace(current_app.extensions["settings"], oidc_issuer=ISSUER, oidc_name=NAME)
    provider_accounts.enter(Proven(ISSUER, subject, email, None), settings, Opening("provider"))
    account = stored.known(ISSUER, subject)
    assert account is not None
    return account


@contextmanager
def running() -> Iterator[str]:
    """A provider that anybody can sign in at, in a process of its own; gives its issuer."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}
    quiet, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, text=True, env=environment, stdin=pipe, stdout=pipe, stderr=quiet) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://localhost:{int(process.stdout.readline())}"
        process.stdin.close()


def confirmed(address: str, subject: str, **claims: object) -> str:
    """Sign in at the provider, as a person with these claims; gives the path of the answer, with its code.

    address: to which this system leads. Claims of the token, such as `iss`, take the place of the provider's own.
    """
    issuer = address.partition("/oauth2")[0]
    requests.put(f"{issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()
    answer = requests.post(address, data={"sub": subject}, timeout=5, allow_redirects=False)
    assert answer.status_code == requests.codes.found, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"

"""The address of a client behind reverse proxies, as far as the proxies are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from config import Settings
from grants.web.site.proxies import Proxies, address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KNOWN = ("10.0.0.0/8", "fd00::/8", "127.0.0.1")
# The address of the connection, the header, how many proxies there are, and the client.
CASES = [
    ("10.0.0.1", "198.51.100.7", 1, "198.51.100.7"),
    ("10.0.0.1", "203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
    ("10.0.0.1", "203.0.113.9, 198.51.100.7", 2, "198.51.100.7"),
    ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", 2, "198.51.100.7"),
    ("10.0.0.1", "198.51.100.7, 10.0.0.2", 1, "10.0.0.2"),
    ("10.0.0.1", "10.0.0.3, 10.0.0.2", 3, "10.0.0.3"),
    ("198.51.100.1", "203.0.113.9", 1, "198.51.100.1"),
    ("198.51.100.1", "203.0.113.9, 10.0.0.2", 3, "198.51.100.1"),
    ("10.0.0.1", "", 1, "10.0.0.1"),
    ("10.0.0.1", "nonsense", 1, "10.0.0.1"),
    ("10.0.0.1", "198.51.100.7, nonsense", 2, "10.0.0.1"),
    ("::ffff:10.0.0.1", "198.51.100.7", 1, "198.51.100.7"),
    ("fd00::1", "[2001:db8::7]:443", 1, "2001:db8::7"),
    ("127.0.0.1", "198.51.100.7:55555", 1, "198.51.100.7"),
    ("127.0.0.2", "198.51.100.7", 1, "127.0.0.2"),
]


def forwarded(peer: str, passed: str, proxies: int, scheme: str = "") -> WSGIEnvironment:
    """The environment that reaches the application."""
    found: list[WSGIEnvironment] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found.append(environ)
        return []

    given = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": passed, "wsgi.url_scheme": "http"}
    given |= {"HTTP_X_FORWARDED_PROTO": scheme} if scheme else {}
    Proxies(app, Settings(proxies=proxies, proxy_networks=KNOWN))(given, lambda *_: lambda _: None)
    return found[0]


@pytest.mark.parametrize(("peer", "passed", "proxies", "client"), CASES)
def test_the_nearest_unknown_address_is_the_client(peer: str, passed: str, proxies: int, client: str) -> None:
    assert forwarded(peer, passed, proxies)["REMOTE_ADDR"] == client


@pytest.mark.parametrize(
    ("peer", "sent", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "http, https", "https"),
        ("10.0.0.1", "javascript", "http"),
        ("198.51.100.1", "https", "http"),
    ],
)
def test_the_scheme_of_a_known_proxy_is_believed(peer: str, sent: str, scheme: str) -> None:
    assert forwarded(peer, "198.51.100.7", 1, sent)["wsgi.url_scheme"] == scheme


@pytest.mark.parametrize("text", ["", "unknown", "_hidden", "198.51.100.7, 10.0.0.1", "::1::", "1.2.3"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert address(text) is None

"""The address and the scheme of a request that reverse proxies have passed on.

A client can send the headers `X-Forwarded-For` and `X-Forwarded-Proto` itself. They count only as far as each address,
from the connection backwards, is that of a proxy in the settings.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SCHEMES = frozenset({"http", "https"})


class Proxies:
    """WSGI middleware that replaces the address of a known proxy by that of its client."""

    def __init__(self, app: WSGIApplication, settings: Settings) -> None:
        self._app = app
        self._most = settings.proxies
        self._known = networks(settings.proxy_networks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request as one of its client."""
        peer = address(environ.get("REMOTE_ADDR", ""))
        passed = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if self._trusts(peer):
            environ["REMOTE_ADDR"] = str(self._client(peer, passed))
            schemes = [part.strip().lower() for part in environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")]
            scheme = schemes[-min(self._most, len(schemes))]
            if scheme in SCHEMES:
                environ["wsgi.url_scheme"] = scheme
        return self._app(environ, start_response)

    def _client(self, peer: Address | None, passed: Sequence[str]) -> Address | None:
        """The nearest address that is not a known proxy, at most as many steps away as there are proxies."""
        for text in list(reversed(passed))[: self._most]:
            found = address(text)
            if found is None or not self._trusts(peer):
                break
            peer = found
        return peer

    def _trusts(self, peer: Address | None) -> bool:
        return peer is not None and any(peer in network for network in self._known)


def networks(texts: Sequence[str]) -> list[Network]:
    """The networks of these texts; a single address is one, too. Raises ValueError."""
    return [ipaddress.ip_network(text) for text in texts]


def address(text: str) -> Address | None:
    """The address that a header or a connection names, without brackets and port; None if it is none."""
    host = (
        text.rpartition(":")[0] if text.count(":") == 1 or (text.startswith("[") and not text.endswith("]")) else text
    )
    try:
        found = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found

"""The identity provider (OpenID Connect): where a browser is sent to sign in, and what the answer proves.

Import it where it is used: the libraries take twenty megabytes, which most processes never need. Call it outside of
transactions, because the provider may be slow. Source: OpenID Connect Core 1.0, sections 3.1.2, 3.1.3 and 5.3;
OpenID Connect Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (the issuer in the answer).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.base import OAuth2Error
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from config import Settings

SECONDS = (3.0, 5.0)
"""How long a connection to the provider, and its answer, may take."""
KEPT = 3600.0
"""For how many seconds the discovery document and the keys are kept."""
LEEWAY = 60
"""By how many seconds the clock of the provider may be wrong."""
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""The signatures that are accepted: none that the client secret or nobody could make."""
SCOPE = "openid email"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Unreachable(Exception):
    """The provider does not answer, or with something that is no answer of a provider."""


class NotProven(Exception):
    """The answer does not prove who has signed in."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun. address: at the provider. The browser keeps the other three until the answer comes."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says. email: empty unless it has verified the address. factor_age: None without a factor."""

    subject: str
    email: str
    factor_age: timedelta | None


@dataclass(slots=True)
class Known:
    """What is known of a provider: its discovery document, its keys, and until when."""

    document: Mapping[str, Any]
    until: float
    keys: KeySet | None = field(default=None)


KNOWN: dict[str, Known] = {}


def begin(settings: Settings, callback: str) -> Begun:
    """Begin to sign in; raises Unreachable. callback: the address to which the provider sends the browser back."""
    known, nonce, verifier = _known(settings), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    wishes: dict[str, Any] = {"nonce": nonce, "code_verifier": verifier}
    if settings.oidc_second_factor:
        wishes["max_age"] = settings.fresh_factor_minutes * 60
    with _client(settings, known, callback) as client:
        address, state = client.create_authorization_url(known.document["authorization_endpoint"], **wishes)
    return Begun(address, state, nonce, verifier)


def finish(
    settings: Settings, callback: str, *, state: str, nonce: str, verifier: str, answer: Mapping[str, str]
) -> Claims:
    """What the answer proves; raises NotProven or Unreachable.

    state, nonce, verifier: what the browser has kept since `begin`. answer: what stands in the address to which it was
    sent back. Signature, issuer, audience, end and nonce of the token must be right; a code counts once there.
    """
    if not compare_digest(answer.get("state", "").encode(), state.encode()):
        raise NotProven("state")
    if answer.get("iss", settings.oidc_issuer) != settings.oidc_issuer or not answer.get("code"):
        raise NotProven("iss" if answer.get("code") else answer.get("error", "no code"))
    known = _known(settings)
    try:
        with _client(settings, known, callback) as client:
            token = client.fetch_token(
                known.document["token_endpoint"], code=answer["code"], code_verifier=verifier, allow_redirects=False
            )
            claims = _verified(settings, known, token, nonce)
            return Claims(claims["sub"], _email(client, known, claims), _factor_age(settings, claims))
    except (requests.RequestException, ValueError) as error:
        if isinstance(error, JoseError):
            raise NotProven(type(error).__name__) from error
        raise Unreachable(type(error).__name__) from error
    except (KeyError, TypeError) as error:  # keys that are none
        raise Unreachable(type(error).__name__) from error
    except (OAuthError, OAuth2Error, JoseError) as error:
        raise NotProven(type(error).__name__) from error


def _client(settings: Settings, known: Known, callback: str) -> OAuth2Session:
    methods = known.document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    return OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        token_endpoint_auth_method=method,
        scope=SCOPE,
        redirect_uri=callback,
        code_challenge_method="S256",
        default_timeout=SECONDS,
    )


def _known(settings: Settings) -> Known:
    """The discovery document, which must name the issuer that is set and no address without encryption."""
    known = KNOWN.get(settings.oidc_issuer)
    if known and known.until > time.monotonic():
        return known
    document = _fetched(f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
    scheme = urlsplit(settings.oidc_issuer).scheme
    places = [document.get(name) for name in ENDPOINTS]
    if document.get("issuer") != settings.oidc_issuer:
        raise Unreachable("the document of another issuer")
    if not all(isinstance(one, str) and urlsplit(one).scheme in {"https", scheme} for one in places):
        raise Unreachable("an endpoint is missing or not encrypted")
    known = KNOWN[settings.oidc_issuer] = Known(document, time.monotonic() + KEPT)
    return known


def _fetched(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            raise Unreachable(f"{answer.status_code} from {address}")
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(type(error).__name__) from error
    if not isinstance(found, dict):
        raise Unreachable("no document")
    return found


def _keys(known: Known, *, again: bool = False) -> KeySet:
    if known.keys is None or again:
        known.keys = KeySet.import_key_set(_fetched(known.document["jwks_uri"]))  # type: ignore[arg-type]
    return known.keys


def _verified(settings: Settings, known: Known, token: Mapping[str, Any], nonce: str) -> CodeIDToken:
    text = token.get("id_token")
    if not isinstance(text, str):
        raise NotProven("no token")
    decoded = _decoded(text, known)
    options = {
        "iss": {"essential": True, "value": settings.oidc_issuer},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }
    wanted = {"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": token.get("access_token")}
    claims = CodeIDToken(decoded.claims, decoded.header, options, wanted)
    claims.validate(leeway=LEEWAY)
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise NotProven("sub")
    return claims


def _decoded(text: str, known: Known) -> jwt.Token:
    """The token, whose signature one of the keys of the provider has made; new keys are fetched once."""
    names = known.document.get("id_token_signing_alg_values_supported") or ["RS256"]
    accepted = [name for name in names if name in ASYMMETRIC]
    if not accepted:  # an empty list would stand for the library's own, which has symmetric ones
        raise Unreachable("no signature that is accepted")
    registry = JWSRegistry(algorithms=accepted, strict_check_header=False)
    try:
        return jwt.decode(text, _keys(known), registry=registry)
    except InvalidKeyIdError:
        return jwt.decode(text, _keys(known, again=True), registry=registry)


def _email(client: OAuth2Session, known: Known, claims: Mapping[str, Any]) -> str:
    """The address that the provider has verified, from the token or from where it keeps such facts; else empty."""
    facts: Mapping[str, Any] = claims
    place = known.document.get("userinfo_endpoint")
    if "email" not in facts and place:
        facts = client.get(place, allow_redirects=False).json()
        if facts.get("sub") != claims["sub"]:
            raise NotProven("facts about another account")
    verified = facts.get("email_verified") is True and isinstance(facts.get("email"), str)
    return str(facts["email"]).strip().lower() if verified else ""


def _factor_age(settings: Settings, claims: Mapping[str, Any]) -> timedelta | None:
    """How long before this token the provider has asked for a second factor that counts; None if it states none."""
    methods = claims.get("amr")
    stated: Collection[Any] = [claims.get("acr"), *(methods if isinstance(methods, list) else [])]
    at, issued = claims.get("auth_time"), claims["iat"]
    if not isinstance(at, int | float) or not set(settings.oidc_second_factor).intersection(map(str, stated)):
        return None
    return timedelta(seconds=max(0.0, float(issued) - at))

"""What the browser keeps while its person is at the identity provider: only this browser can go on with the answer."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

COOKIE, PATH, SALT = "grants_provider", "/sign-in/provider", "signing in with an identity provider"
LONGEST = 600
"""How many seconds signing in at the provider may take."""
PARTS = 4


@dataclass(frozen=True, slots=True)
class Kept:
    """A sign-in that has begun. state, nonce, verifier: of `provider.begin`. next: the path to go to, or empty."""

    state: str
    nonce: str
    verifier: str
    next: str


def keep(response: Response, kept: Kept) -> Response:
    """The response with the cookie."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    value = _serializer().dumps(astuple(kept))
    response.set_cookie(COOKIE, value, max_age=LONGEST, path=PATH, httponly=True, samesite="Lax", secure=secure)
    return response


def read() -> Kept | None:
    """What this browser has kept; None if it has begun no sign-in, or too long ago."""
    try:
        found = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=LONGEST)
    except BadData:
        return None
    return Kept(*map(str, found)) if isinstance(found, list) and len(found) == PARTS else None


def forget(response: Response) -> Response:
    """The response that deletes the cookie: an answer of the provider counts once."""
    response.delete_cookie(COOKIE, path=PATH)
    return response


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)

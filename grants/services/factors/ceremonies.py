"""The two ceremonies of WebAuthn, without the database: what a browser is asked, and what it answers.

Import it where it is used: the library and what it imports take ten megabytes, which most processes never need.
Source: Web Authentication Level 2, sections 7.1 and 7.2, as py_webauthn implements them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError)
"""What the library raises for an answer that is not right, or that no browser writes."""
VERIFIED = UserVerificationRequirement.REQUIRED


class NotAccepted(Exception):
    """The answer is not that of a passkey to this challenge on this site."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser asks the device, as JSON, and the challenge in it, in base64url."""

    options: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey that a person has: its id in base64url, and how the device is reached, separated by commas."""

    id: str
    transports: str


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: id and public key in base64url, the counter of its uses, and how the device is reached."""

    id: str
    public_key: str
    count: int
    transports: str


def ask_to_register(*, host: str, issuer: str, user: str, email: str, name: str, known: Sequence[Known]) -> Asked:
    """Ask for a new passkey that verifies its user and is none of those known."""
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name=issuer,
        user_id=user.encode(),
        user_name=email,
        user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=VERIFIED
        ),
        exclude_credentials=_described(known),
    )
    return Asked(webauthn.options_to_json(options), bytes_to_base64url(options.challenge))


def ask_to_use(*, host: str, known: Sequence[Known]) -> Asked:
    """Ask for one of the known passkeys."""
    options = webauthn.generate_authentication_options(
        rp_id=host, allow_credentials=_described(known), user_verification=VERIFIED
    )
    return Asked(webauthn.options_to_json(options), bytes_to_base64url(options.challenge))


def made(answer: str, *, challenge: str, host: str, origin: str) -> Made:
    """The new passkey of an answer; raises NotAccepted.

    The challenge, the origin and the host must be those that were asked, and the device has verified its user.
    """
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise NotAccepted from error
    key = bytes_to_base64url(found.credential_public_key)
    return Made(bytes_to_base64url(found.credential_id), key, found.sign_count, _transports(answer))


def used(answer: str, *, challenge: str, host: str, origin: str, public_key: str, count: int) -> int:
    """The counter of uses after this one; raises NotAccepted. count: the counter after the last use."""
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=count,
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise NotAccepted from error
    return found.new_sign_count


def _transports(answer: str) -> str:
    """How the device says that it is reached, without what the standard does not know."""
    try:
        found = json.loads(answer)["response"].get("transports", [])
        return ",".join(one for one in AuthenticatorTransport if one in found)
    except (*MALFORMED, AttributeError):
        return ""


def _described(known: Sequence[Known]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.id),
            transports=[AuthenticatorTransport(name) for name in one.transports.split(",") if name],
        )
        for one in known
    ]

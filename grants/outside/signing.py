"""Ed25519 keys that sign checkpoints: the private one of the sealer, and the public ones, which only verify.

A key is written as the base64 of its 32 bytes: 43 characters of letters, digits, `-` and `_`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from config import Settings
from grants.outside import keys

BYTES = 32
FORM = re.compile(r"[0-9a-f]{128}", re.ASCII)
"""A signature. `bytes.fromhex` also reads capitals and white space."""
KEPT = "seal_key"
"""The name of the private key among the secrets of an instance."""


class BadKey(ValueError):
    """A key cannot be used; the text gives the reason."""


class Signer:
    """A private key, which signs."""

    def __init__(self, text: str) -> None:
        """Raise BadKey unless `text` is a key."""
        self._key = Ed25519PrivateKey.from_private_bytes(_bytes(text))

    @property
    def public(self) -> str:
        """The public key, as it is written in the settings."""
        return _text(self._key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> str:
        """The id of the public key: the first 16 hexadecimal digits of its SHA-256."""
        return id_of(self.public)

    def sign(self, message: bytes) -> str:
        """The signature in hexadecimal, 128 digits."""
        return self._key.sign(message).hex()


class PublicKeys:
    """Public keys by their id."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Raise BadKey if one of them is not a key."""
        self._keys = {id_of(text): Ed25519PublicKey.from_public_bytes(_bytes(text)) for text in texts}

    def valid(self, key_id: str, message: bytes, signature: str) -> bool | None:
        """Whether this key signed the message; None if the key is not among these."""
        if key_id not in self._keys:
            return None
        if not FORM.fullmatch(signature):
            return False
        try:
            self._keys[key_id].verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys


def signer(settings: Settings) -> Signer:
    """The signer of the settings; without a key there, that of the instance, generated at the first call.

    The setting is the key, or the path of a file that holds it. Raises BadKey.
    """
    return Signer(_read(settings.seal_key) if settings.seal_key else keys.kept(settings.instance, KEPT))


def public_keys(settings: Settings) -> PublicKeys:
    """The public keys of the settings; without any, the one that belongs to the private key known here, if any.

    Raises BadKey.
    """
    return PublicKeys(settings.seal_public_keys or filter(None, [own_public(settings)]))


def own_public(settings: Settings) -> str:
    """The public key of the key that this host signs with; empty if it has none. Raises BadKey."""
    known = _read(settings.seal_key) if settings.seal_key else keys.known(settings.instance, KEPT)
    return Signer(known).public if known else ""


def id_of(public: str) -> str:
    """The id of a public key."""
    return hashlib.sha256(_bytes(public)).hexdigest()[:16]


def _read(setting: str) -> str:
    if not setting.startswith("/"):
        return setting
    try:
        return Path(setting).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"the file {setting} cannot be read") from error


def _bytes(text: str) -> bytes:
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadKey("it is not base64") from error
    if len(found) != BYTES:
        raise BadKey(f"it has {len(found)} bytes instead of {BYTES}")
    return found


def _text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")

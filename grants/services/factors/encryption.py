"""Encryption of the secrets of authenticator apps, with a key derived from the secret key of the installation.

The library is imported where it is used, because it takes six megabytes of memory.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
PURPOSE = b"secrets of authenticator apps"


class Undecipherable(ValueError):
    """The text was not encrypted with this key for this person."""


def encrypt(text: str, *, person: int, key: str) -> str:
    """The text, encrypted so that only this installation can read it, and only for the person with this id.

    key: the secret key of the installation. Two calls never give the same.
    """
    nonce = secrets.token_bytes(NONCE)
    sealed = _cipher(key).encrypt(nonce, text.encode(), _context(person))
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(sealed: str, *, person: int, key: str) -> str:
    """The text that was encrypted; raises Undecipherable."""
    from cryptography.exceptions import InvalidTag

    try:
        content = base64.urlsafe_b64decode(sealed.encode())
        return _cipher(key).decrypt(content[:NONCE], content[NONCE:], _context(person)).decode()
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise Undecipherable from error


def _cipher(key: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode()))


def _context(person: int) -> bytes:
    return f"person {person}".encode()

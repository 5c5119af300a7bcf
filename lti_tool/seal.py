"""Sealing: secrets and personal blobs encrypted at rest, each bound to the place where it belongs.

A sealed value is ``version (1) · key id (4) · nonce (12) · AES-256-GCM ciphertext``. The context (table, column, row
key) is authenticated with it, so that a sealed value moved to another row does not open.
"""

import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"


class SealError(Exception):
    """A sealed value does not open: another key, another place, or damage."""


class Sealer:
    """Seals with the first of its keys and opens with any of them, so that keys can be rotated."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise SealError("no key to seal with: set CAIRN_SECRET_KEYS or CAIRN_SECRET_KEYS_FILE.")
        self._first = _key_id(keys[0])
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}

    def seal(self, value: bytes, context: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return VERSION + self._first + nonce + self._ciphers[self._first].encrypt(nonce, value, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """The value. Raises :class:`SealError`, which says nothing of the value."""
        cipher = self._ciphers.get(sealed[1:5])
        if sealed[:1] != VERSION or cipher is None:
            raise SealError("sealed with a key that is not among CAIRN_SECRET_KEYS.")
        try:
            return cipher.decrypt(sealed[5:17], sealed[17:], context.encode())
        except InvalidTag as error:
            raise SealError("a sealed value was changed or moved.") from error

    def new_key(self, context: str) -> bytes:
        """A fresh data key, sealed: forgetting it makes unreadable all that was sealed under it."""
        return self.seal(secrets.token_bytes(32), context)

    def under(self, sealed_key: bytes, context: str) -> "Sealer":
        """A sealer that works with a data key of :meth:`new_key`."""
        return Sealer([self.open(sealed_key, context)])


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"cairn key id" + key).digest()[:4]

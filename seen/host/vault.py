"""Keeps a plugin's secret values unreadable in the database and its backups."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from seen.core.secrets import derive

_NONCE = 12


class Unreadable(Exception):
    """A stored secret was not made with this server's key, or not for this place."""


class Vault:
    """Seals texts and bytes with a key made from the server's secret (AES-256-GCM).

    What is sealed is bound to its place (instance and field), so that copying it to another field
    by hand, where it might be shown or sent elsewhere, does not open it.
    """

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(derive(secret, "plugin secrets"))

    def seal(self, text: str, place: str) -> str:
        return base64.urlsafe_b64encode(self.seal_bytes(text.encode(), place)).decode()

    def open(self, sealed: str, place: str) -> str:
        """The text again. Raises Unreadable."""
        try:
            return self.open_bytes(base64.urlsafe_b64decode(sealed), place).decode()
        except (binascii.Error, ValueError) as error:
            raise Unreadable from error

    def seal_bytes(self, data: bytes, place: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, place.encode())

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """The bytes again. Raises Unreadable."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error

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
    """Seals texts with a key made from the server's secret (AES-256-GCM).

    A sealed text is bound to its place (instance and field), so that copying it to another field
    by hand, where it might be shown or sent elsewhere, does not open it.
    """

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(derive(secret, "plugin secrets"))

    def seal(self, text: str, place: str) -> str:
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(), place.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, place: str) -> str:
        """The text again. Raises Unreadable."""
        try:
            data = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(data[:_NONCE], data[_NONCE:], place.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise Unreadable from error

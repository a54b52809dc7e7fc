"""The server's secret, and the keys made from it: one per purpose."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path


def server_secret(given: str, data_dir: Path) -> bytes:
    """The secret from the settings, or one made once and kept in the data folder."""
    if given:
        return given.encode()
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_urlsafe(48).encode())
    return path.read_bytes().strip()


def derive(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HMAC-SHA-256 of its name)."""
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()

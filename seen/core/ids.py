"""Identifiers and secrets."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): sorts by time, 74 random bits, not guessable."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76
    value |= (random >> 68) << 64 | 0b10 << 62 | random & (2**62 - 1)
    return uuid.UUID(int=value)


def new_token() -> str:
    """A secret for a person or a program to carry: 256 random bits, safe in URLs."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored instead of a token. SHA-256 suffices for 256 random bits."""
    # What a client sends may hold lone surrogates; such a token was never given out.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

"""Addresses of streams: signed, ending, and of use to one session only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from uuid import UUID

LIFETIME_SECONDS = 12 * 3600
_BODY = struct.Struct(">16s16sI")
_MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class StreamLink:
    """What a stream address stands for. ``expires`` is in seconds since 1970."""

    item_id: UUID
    session_id: UUID
    expires: int


def seal(link: StreamLink, key: bytes) -> str:
    """The link as text for an address."""
    body = _BODY.pack(link.item_id.bytes, link.session_id.bytes, link.expires)
    mac = hmac.digest(key, body, hashlib.sha256)[:_MAC_BYTES]
    return base64.urlsafe_b64encode(body + mac).decode().rstrip("=")


def unseal(text: str, key: bytes, now: float) -> StreamLink | None:
    """The link again; None when it was not made here or has ended."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body, mac = raw[: _BODY.size], raw[_BODY.size :]
        # One link has one spelling, although base64 would read several.
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
            return None
        if not hmac.compare_digest(hmac.digest(key, body, hashlib.sha256)[:_MAC_BYTES], mac):
            return None
        item, session, expires = _BODY.unpack(body)
    except (binascii.Error, ValueError, struct.error):
        return None
    if expires < now:
        return None
    return StreamLink(UUID(bytes=item), UUID(bytes=session), expires)

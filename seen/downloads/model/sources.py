"""Reads what somebody pastes: which kind of source it is, and whether it may be asked for."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from seen.core.egress import Allowlist, refusal
from seen.core.errors import Invalid
from seen.core.text import clean
from seen.downloads.model.records import Scheme, SourceType

LONGEST_SOURCE = 16_384
LONGEST_TITLE = 300
_PORTS = {"http": 80, "https": 443, "udp": 80, "ws": 80, "wss": 443}
_HEX_V1, _HEX_V2 = re.compile(r"[0-9a-fA-F]{40}"), re.compile(r"1220[0-9a-fA-F]{64}")
_MOST_TRACKERS = 100
# What of a magnet link means something to an engine; whatever else stands in one is left out.
_URL_OPTIONS = ("tr", "ws", "as", "xs")


@dataclass(frozen=True, slots=True)
class Source:
    """A source that may be given to an engine. ``content_key`` names the content where the link
    tells; ``title`` is the best name that stands in it, or ""."""

    type: SourceType
    scheme: Scheme
    text: str
    content_key: str = ""
    title: str = ""
    left_out: tuple[str, ...] = ()


def kind_of(text: str) -> SourceType:
    """What a pasted text most likely is."""
    plain = text.strip().lower()
    if plain.startswith("magnet:"):
        return "magnet"
    path = urlsplit(plain).path if "://" in plain else ""
    return "torrent" if path.endswith(".torrent") else "http"


def read_source(kind: SourceType, text: str, allow: Allowlist) -> Source:
    """A source as people wrote it. Raises Invalid with the reason.

    Whatever in a magnet link points into a private network is left out of it; a link that does is
    refused. ``allow`` names what an admin permits nevertheless.
    """
    plain = text.strip()
    if not plain or len(plain) > LONGEST_SOURCE or not plain.isprintable():
        raise _invalid("This is not a link.")
    if kind == "magnet" or (kind == "torrent" and plain.lower().startswith("magnet:")):
        return _magnet(kind, plain, allow)
    return _web_link(kind, plain, allow)


def _web_link(kind: SourceType, text: str, allow: Allowlist) -> Source:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _invalid("This is not a link.") from error
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        raise _invalid("Paste a magnet link, or an address that starts with http:// or https://.")
    # Browsers read a backslash as a slash, other readers do not: such a link has two hosts.
    if not host or "\\" in text or re.search(r"\s", text):
        raise _invalid("This is not a link.")
    if why := refusal(unquote(host), port or _PORTS[scheme], allow):
        raise _invalid(f"{why}; an admin can allow it with SEEN_EGRESS_ALLOW.", "private_address")
    name = clean(unquote(PurePosixPath(parts.path).name), LONGEST_TITLE)
    if kind == "torrent":
        return Source(kind, "torrent", text, title="")
    return Source(kind, "https" if scheme == "https" else "http", text, title=name or host)


def _magnet(kind: SourceType, text: str, allow: Allowlist) -> Source:
    scheme, _, query = text.partition(":?")
    if scheme.lower() != "magnet":
        raise _invalid("This is not a magnet link.")
    given = parse_qsl(query, keep_blank_values=False, max_num_fields=1000)
    topics = [found for name, value in given if _base(name) == "xt" if (found := _topic(value))]
    if not topics:
        raise _invalid("The magnet link does not say which content it is about.")
    kept = [("xt", each) for each in dict.fromkeys(topics)]
    title, left_out = "", []
    for name, value in given:
        base = _base(name)
        if base == "dn" and not title:
            title = clean(value, LONGEST_TITLE)
            kept.append(("dn", title))
        elif base == "xl" and value.isdecimal() and len(value) < 20:
            kept.append(("xl", value))
        elif base in _URL_OPTIONS and len(kept) < _MOST_TRACKERS:
            if url_refusal(value, allow):
                left_out.append(value)
            else:
                kept.append((base, value))
        elif base == "x.pe" and len(kept) < _MOST_TRACKERS:
            if peer_refusal(value, allow):
                left_out.append(value)
            else:
                kept.append((base, value))
    link = "magnet:?" + urlencode(kept, quote_via=quote, safe=":")
    return Source(kind, "magnet", link, topics[0], title, tuple(left_out))


def _base(name: str) -> str:
    """ "tr.1" counts as "tr": several links may be numbered."""
    head, dot, number = name.lower().rpartition(".")
    return head if dot and number.isdecimal() else name.lower()


def _topic(value: str) -> str:
    """ "urn:btih:" with 40 hexadecimal digits, or "urn:btmh:"; "" for anything else."""
    lowered = value.lower()
    if lowered.startswith("urn:btmh:") and _HEX_V2.fullmatch(value[9:]):
        return f"urn:btmh:{value[9:].lower()}"
    if not lowered.startswith("urn:btih:"):
        return ""
    digest = value[9:]
    if _HEX_V1.fullmatch(digest):
        return f"urn:btih:{digest.lower()}"
    if len(digest) == 32:
        try:
            return f"urn:btih:{base64.b32decode(digest.upper()).hex()}"
        except binascii.Error:
            return ""
    return ""


def url_refusal(url: str, allow: Allowlist) -> str:
    """Why a tracker or a web seed may not be asked; "" when it may."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is not a link"
    if parts.scheme.lower() not in _PORTS or not host or "\\" in url or not url.isprintable():
        return "it is not a link that an engine may follow"
    return refusal(unquote(host), port or _PORTS[parts.scheme.lower()], allow)


def peer_refusal(peer: str, allow: Allowlist) -> str:
    """Why a peer ("host:port") may not be dialled; "" when it may."""
    try:
        parts = urlsplit(f"//{peer}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is not an address"
    if not host or not port:
        return "it is not an address"
    return refusal(unquote(host), port, allow)


def _invalid(message: str, code: str = "") -> Invalid:
    sentence = message[:1].upper() + message[1:]
    return Invalid(sentence, code=code, errors=[{"field": "source", "message": sentence}])

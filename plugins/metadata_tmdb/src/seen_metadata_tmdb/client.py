"""One careful HTTP client for the service."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from seen.plugin import AuthFailed, NotFound, PluginContext, PluginError, RateLimited
from seen_metadata_tmdb.pacing import Pace
from seen_metadata_tmdb.reading import Json, plain

LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that are read; a larger one is an error."""
LARGEST_KEPT = 1024 * 1024
KEPT_SECONDS = 30 * 24 * 3600
FRESH_SECONDS = 60.0
"""An answer younger than this is used without asking whether it changed."""
ATTEMPTS = 4
LONGEST_WAIT = 15.0
"""A pause longer than this is not waited for but reported."""
_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=8, sock_read=12)


class Unavailable(PluginError):
    """The service did not answer, or not with anything of use. Asking later may help."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer in the cache."""

    etag: str
    at: float
    body: bytes

    def packed(self) -> bytes:
        return msgspec.json.encode([self.etag, self.at]) + b"\n" + self.body


class TmdbClient:
    """Asks the service and gives objects back.

    Raises AuthFailed, NotFound, RateLimited or Unavailable, and nothing else.
    """

    def __init__(self, ctx: PluginContext, base_url: str, key: str) -> None:
        self._ctx = ctx
        self._base = base_url.rstrip("/")
        self._pace = Pace()
        self._flying: dict[str, asyncio.Task[Json]] = {}
        bearer = len(key) > 64 or "." in key
        self._headers = {"Accept": "application/json"}
        if bearer:
            self._headers["Authorization"] = f"Bearer {key}"
        self._secret = {} if bearer else {"api_key": key}

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The object at a path such as ``/movie/550``. Equal questions asked at once are one."""
        given = {name: value for name, value in sorted((params or {}).items()) if value != ""}
        name = hashlib.sha256(msgspec.json.encode([self._base, path, given])).hexdigest()
        task = self._flying.get(name)
        if task is None:
            task = asyncio.ensure_future(self._fetch(name, path, given))
            self._flying[name] = task
            task.add_done_callback(lambda _: self._flying.pop(name, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up whatever is under way."""
        flying = list(self._flying.values())
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    async def _fetch(self, name: str, path: str, params: Mapping[str, str]) -> Json:
        kept = await self._kept(name)
        if kept and time.time() - kept.at < FRESH_SECONDS:
            found = _object(kept.body)
            if found is not None:
                return found
        trouble: PluginError = Unavailable("TMDB does not answer")
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(0.2 * 2**attempt * (0.5 + random.random()))  # noqa: S311 - no secret
            try:
                return await self._once(name, path, params, kept)
            except RateLimited as error:
                trouble = error
                if (error.retry_after or 0) > LONGEST_WAIT:
                    break
            except Unavailable as error:
                trouble = error
        raise trouble

    async def _once(
        self, name: str, path: str, params: Mapping[str, str], kept: _Kept | None
    ) -> Json:
        if self._pace.waiting() > LONGEST_WAIT:
            raise RateLimited("TMDB asks for a pause", self._pace.waiting())
        headers = dict(self._headers)
        if kept and kept.etag:
            headers["If-None-Match"] = kept.etag
        url = URL(self._base + path).extend_query({**params, **self._secret})
        try:
            async with (
                self._pace,
                self._ctx.http.get(url, headers=headers, timeout=_TIMEOUT) as answer,
            ):
                return await self._read(name, answer, kept)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # the error's own text may hold the address and with it the key
            raise Unavailable(f"TMDB does not answer ({type(error).__name__})") from None

    async def _read(self, name: str, answer: aiohttp.ClientResponse, kept: _Kept | None) -> Json:
        if answer.status == 304 and kept:
            found = _object(kept.body)
            if found is not None:
                await self._keep(name, kept.etag, kept.body)
                return found
            await self._ctx.cache.delete(name)
            raise Unavailable("TMDB gave an answer that cannot be read")
        if answer.status != 200:
            raise await self._refusal(answer)
        body = await _capped(answer)
        found = _object(body)
        if found is None:
            raise Unavailable("TMDB gave an answer that cannot be read")
        await self._keep(name, answer.headers.get("ETag", ""), body)
        return found

    async def _refusal(self, answer: aiohttp.ClientResponse) -> PluginError:
        status = answer.status
        if status == 429:
            pause = _seconds(answer.headers.get("Retry-After"))
            self._pace.hold(min(pause if pause is not None else 1.5, 60.0))
            return RateLimited("TMDB asks for a pause", pause)
        if status >= 500:
            return Unavailable(f"TMDB has trouble of its own (status {status})")
        said = _object(await _capped(answer)) or {}
        message = plain(said.get("status_message"))
        if status == 401 or said.get("status_code") in (7, 3, 14, 35):
            return AuthFailed("TMDB refused the key")
        if status == 404:
            return NotFound(message or "TMDB does not have this")
        return PluginError(f"TMDB refused the question: {message or f'status {status}'}")

    async def _kept(self, name: str) -> _Kept | None:
        raw = await self._ctx.cache.get(name)
        if not raw:
            return None
        head, _, body = raw.partition(b"\n")
        try:
            etag, at = msgspec.json.decode(head, type=tuple[str, float])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return _Kept(etag, at, body)

    async def _keep(self, name: str, etag: str, body: bytes) -> None:
        if len(body) <= LARGEST_KEPT:
            kept = _Kept(etag, time.time(), body)
            await self._ctx.cache.set(name, kept.packed(), KEPT_SECONDS)


async def _capped(answer: aiohttp.ClientResponse) -> bytes:
    """The body, or Unavailable when it is larger than LARGEST."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size > LARGEST:
            answer.close()
            raise Unavailable("TMDB gave an answer that is too large")
        chunks.append(chunk)
    return b"".join(chunks)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _seconds(header: str | None) -> float | None:
    if header and header.strip().isascii() and header.strip().isdecimal():
        return float(header.strip()[:6])
    return None

"""A careful HTTP client for a plugin that asks a service.

It keeps the service's rate limit over all processes, tries again what may go better, reads no
endless answers and tells an outage from a refusal.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import msgspec
from yarl import URL

from seen.plugin.context import PluginContext
from seen.plugin.errors import PluginError, RateLimited, Unavailable
from seen.plugin.models import Health

R = TypeVar("R")

LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that are read; a larger one is an error."""
ATTEMPTS = 4
BACKOFF = 0.2
"""Half the seconds before the second attempt, about; twice as long before each one after it."""
BLIND_PAUSE = 1.5
"""Seconds to hold back where the service asks for a pause and does not say how long."""
LONGEST_WAIT = 15.0
"""A pause longer than this is not waited for but reported."""
LARGEST_KEPT = 1024 * 1024
KEPT_SECONDS = 30 * 24 * 3600
FRESH_SECONDS = 60.0
"""An answer younger than this is used without asking whether it changed."""
_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5, sock_read=8)


@dataclass(frozen=True, slots=True)
class Budget:
    """What all processes together may ask of a service: see ``PluginShared.turn``."""

    name: str
    per_second: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said. ``headers`` are found whatever their case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's document, or None for what is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


class _Unreachable(Unavailable):
    """No connection: a third attempt will hardly find what two did not."""


class Service:
    """Asks one service. ``title`` names it to people.

    ``refuse`` makes an error of an answer with status 4xx, except 429, which is dealt with here.
    """

    def __init__(
        self, ctx: PluginContext, title: str, budget: Budget,
        refuse: Callable[[Answer], PluginError],
    ) -> None:  # fmt: skip
        self._ctx = ctx
        self._title = title
        self._budget = budget
        self._refuse = refuse
        self._trouble = ""

    @property
    def health(self) -> Health:
        """How the last request went."""
        return Health("degraded", self._trouble) if self._trouble else Health()

    async def ask(
        self, method: str, url: URL, read: Callable[[Answer], R], *,
        headers: Mapping[str, str] | None = None, data: str | None = None, follow: bool = True,
    ) -> R:  # fmt: skip
        """What ``read`` makes of the answer, which has a status below 400.

        Asked again while the service is in trouble or ``read`` raises Unavailable. Raises that,
        RateLimited, or what ``refuse`` made. ``follow`` says whether redirects are followed.
        ``health`` tells how it went.
        """
        trouble: PluginError = Unavailable(f"{self._title} does not answer")
        for attempt in range(ATTEMPTS):
            if attempt and isinstance(trouble, Unavailable):
                await asyncio.sleep(BACKOFF * 2**attempt * (0.5 + random.random()))  # noqa: S311 - no secret
            try:
                answer = await self._once(method, url, headers, data, follow)
                if answer.status == 429:
                    trouble = await self._paused(answer, attempt)
                    if (trouble.retry_after or 0) > LONGEST_WAIT:
                        break
                    continue
                found = read(self._fine(answer))
            except Unavailable as error:
                trouble = error
                if attempt and isinstance(error, _Unreachable):
                    break
            else:
                self._trouble = ""
                return found
        self._trouble = str(trouble)
        raise trouble

    def _fine(self, answer: Answer) -> Answer:
        """The answer itself, unless the service says that it is no answer."""
        if answer.status >= 500:
            raise Unavailable(f"{self._title} has trouble of its own (status {answer.status})")
        if answer.status >= 400:
            # A refusal is an answer, too: the service is well.
            self._trouble = ""
            raise self._refuse(answer)
        return answer

    async def _once(
        self, method: str, url: URL, headers: Mapping[str, str] | None, data: str | None,
        follow: bool,
    ) -> Answer:  # fmt: skip
        budget = self._budget
        turn = self._ctx.shared.turn(
            budget.name, per_second=budget.per_second, at_once=budget.at_once,
            patience=LONGEST_WAIT,
        )  # fmt: skip
        async with turn:
            try:
                async with self._ctx.http.request(
                    method, url, headers=headers, data=data, timeout=_TIMEOUT,
                    allow_redirects=follow,
                ) as answer:  # fmt: skip
                    return Answer(answer.status, answer.headers, await self._capped(answer))
            except aiohttp.ClientConnectorError as error:
                raise _Unreachable(self._silence(error)) from None
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                raise Unavailable(self._silence(error)) from None

    def _silence(self, error: Exception) -> str:
        """What to say; the error's own text may hold the address and with it a key."""
        return f"{self._title} does not answer ({type(error).__name__})"

    async def _capped(self, answer: aiohttp.ClientResponse) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in answer.content.iter_chunked(64 * 1024):
            size += len(chunk)
            if size > LARGEST:
                answer.close()
                raise Unavailable(f"{self._title} gave an answer that is too large")
            chunks.append(chunk)
        return b"".join(chunks)

    async def _paused(self, answer: Answer, attempt: int) -> RateLimited:
        """Hold everybody back for as long as the service says, or longer each time it does not."""
        said = _seconds(answer.headers.get("Retry-After"))
        pause = BLIND_PAUSE * 2**attempt if said is None else said
        await self._ctx.shared.pause(self._budget.name, pause)
        return RateLimited(f"{self._title} asks for a pause", said)


@dataclass(frozen=True, slots=True)
class Got:
    """A document. ``value`` is None where it is ``unchanged`` since the ETag that was known."""

    value: Any
    etag: str
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What to get: a path such as ``/movie/550`` and parameters; empty ones are left out, and one
    with several values is given several times.

    ``expect`` is the type that the document must have. ``keep`` says whether the answer is kept
    in the cache, where the next one who asks finds it, and ``fresh`` for how many seconds it is
    used without asking whether it changed: FRESH_SECONDS for None.
    """

    path: str
    params: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    expect: type = dict
    keep: bool = True
    fresh: float | None = None


class JsonService(Service):
    """A service with documents in JSON at addresses below ``base``.

    Equal questions asked at once are one. ``secret`` are parameters that are sent along and stand
    in no name of what is kept.
    """

    def __init__(
        self, ctx: PluginContext, title: str, budget: Budget,
        refuse: Callable[[Answer], PluginError], base: str, *,
        headers: Mapping[str, str] | None = None, secret: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(ctx, title, budget, refuse)
        self._base = base.rstrip("/")
        self._headers = {"Accept": "application/json", **(headers or {})}
        self._secret = dict(secret or {})
        self._flying: dict[str, asyncio.Task[Got]] = {}

    async def get(self, question: Question, known: str = "") -> Got:
        """The document; ``known`` is the ETag of what the caller already has of it.

        Raises what :meth:`Service.ask` raises; a document that is none or of another type is
        Unavailable.
        """
        given = {name: value for name, value in sorted(question.params.items()) if value != ""}
        named = msgspec.json.encode([self._base, question.path, given])
        name = hashlib.sha256(named).hexdigest()
        task = self._flying.get(name + known)
        if task is None:
            task = asyncio.ensure_future(self._fetch(name, question, given, known))
            self._flying[name + known] = task
            task.add_done_callback(lambda _: self._flying.pop(name + known, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up whatever is under way."""
        flying = list(self._flying.values())
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    async def _fetch(
        self, name: str, question: Question, params: Mapping[str, str | Sequence[str]], known: str
    ) -> Got:
        kept = await self._kept(name, question) if question.keep else None
        fresh = FRESH_SECONDS if question.fresh is None else question.fresh
        if kept and time.time() - kept.at < fresh:
            return Got(kept.value, kept.etag, unchanged=bool(known) and kept.etag == known)
        etag = known or (kept.etag if kept else "")
        headers = {**self._headers, **({"If-None-Match": etag} if etag else {})}
        url = URL(self._base + question.path).extend_query({**params, **self._secret})

        def read(answer: Answer) -> tuple[Answer, Any]:
            value = answer.json()
            readable = answer.status == 200 and isinstance(value, question.expect)
            if not readable and not (answer.status == 304 and etag):
                raise Unavailable(f"{self._title} gave an answer that cannot be read")
            return answer, value

        answer, value = await self.ask("GET", url, read, headers=headers)
        if answer.status == 304:
            if known or kept is None:
                return Got(None, etag, unchanged=True)
            await self._keep(name, kept.etag, kept.body)
            return Got(kept.value, kept.etag)
        if question.keep:
            await self._keep(name, answer.headers.get("ETag", ""), answer.body)
        return Got(value, answer.headers.get("ETag", ""))

    async def _kept(self, name: str, question: Question) -> _Kept | None:
        raw = await self._ctx.cache.get(name)
        if not raw:
            return None
        head, _, body = raw.partition(b"\n")
        try:
            etag, at = msgspec.json.decode(head, type=tuple[str, float])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        value = Answer(200, {}, body).json()
        return _Kept(etag, at, body, value) if isinstance(value, question.expect) else None

    async def _keep(self, name: str, etag: str, body: bytes) -> None:
        if len(body) <= LARGEST_KEPT:
            head = msgspec.json.encode([etag, time.time()])
            await self._ctx.cache.set(name, head + b"\n" + body, KEPT_SECONDS)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer in the cache."""

    etag: str
    at: float
    body: bytes
    value: Any


def _seconds(header: str | None) -> float | None:
    if header and header.strip().isascii() and header.strip().isdecimal():
        return float(header.strip()[:6])
    return None

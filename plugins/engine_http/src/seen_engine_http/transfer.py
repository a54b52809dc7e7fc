"""One file on its way: from the first question to the last byte, through all that goes wrong."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import aiohttp

from seen.plugin import PluginContext
from seen.plugin.partial import Partial, Ranges, read_partial, this_boot
from seen.plugin.partial import write_partial as put_beside
from seen_engine_http.answers import Version, check, name_of, read_answer
from seen_engine_http.connection import bring, to_the_end
from seen_engine_http.disk import Target, check_room
from seen_engine_http.pace import Ambition, Speed, Timing
from seen_engine_http.segments import SMALLEST_SPLIT, Board, Segment
from seen_engine_http.troubles import Alone, Changed, Hopeless, Trouble, trouble_of

P = ParamSpec("P")
T = TypeVar("T")
OVERLAP = 64 * 1024
"""Bytes at the end of a file of unknown origin that are fetched again."""
DURABLE_EVERY = 32 * 1024 * 1024
"""Bytes after which what is written is brought to the disk, so that little is left for the end."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the admin chose, in bytes; ``largest`` 0 means any."""

    connections: int = 4
    largest: int = 0
    keep_free: int = 0
    smallest_split: int = SMALLEST_SPLIT


class Transfer:
    """Brings ``source`` into ``folder``. ``note`` says what is the matter at the moment, if
    anything is; ``named`` is told once what a new file is called."""

    def __init__(
        self, ctx: PluginContext, source: str, folder: Path, options: Options, timing: Timing,
        named: Callable[[str], Awaitable[None]],
    ) -> None:  # fmt: skip
        self.version = Version()
        self.written = Ranges()
        self.speed = Speed(time.monotonic())
        self.note = ""
        self._ctx = ctx
        self._source = source
        self._folder = folder
        self._options = options
        self._timing = timing
        self._named = named
        self._finished = False
        self._target: Target | None = None
        self._ambition = Ambition(options.connections, timing)
        self._board = Board(self.written)
        self._durable: tuple[tuple[int, int], ...] = ()
        self._kept = -1
        self._synced_at = time.monotonic()
        self._unsynced = 0
        self._syncing: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """What the file is called; "" until that is known."""
        return self._target.path.name if self._target else ""

    @property
    def complete(self) -> bool:
        """Whether every byte is there."""
        total = self.version.total
        return self._target is not None and total is not None and self.written.covered >= total

    async def run(self, begun: str = "", *, foreign: bool = False) -> None:
        """Bring the file, going on with the one named ``begun``. Without a side-car its bytes are
        trusted only where they are ``foreign``: left by a program that writes from start to end.

        The side-car of a file that is complete now is left to the caller, who first remembers that
        it is. Raises Hopeless, or Trouble when it has tried often enough. Cancelling it keeps the
        bytes.
        """
        try:
            if begun:
                await self._surely(self._recall, self._folder / begun, foreign)
            await self._persevere()
            await self._surely(self._finish)
        finally:
            await self._leave()

    # --- the way there --------------------------------------------------------------------------

    async def _persevere(self) -> None:
        attempts, best = 0, self.written.covered
        while not self.complete:
            try:
                await self._round()
                continue
            except Alone:
                self._ambition.stop()
                continue
            except Changed:
                trouble = Trouble("The file changed at the server and is fetched anew", 0.0)
                await self._forget()
            except Trouble as error:
                trouble = error
            except (aiohttp.ClientError, OSError) as error:
                found = trouble_of(error)
                if isinstance(found, Hopeless):
                    raise found from error
                trouble = found
            attempts = 1 if self.written.covered > best else attempts + 1
            best = max(best, self.written.covered)
            if attempts >= self._timing.attempts:
                raise trouble
            self.note = str(trouble)
            await asyncio.sleep(self._timing.pause(attempts, trouble.pause, random.random()))  # noqa: S311 - no secret

    async def _round(self) -> None:
        """Connections until the file is complete or the last of them has failed."""
        self._board = Board(self.written, self._options.smallest_split)
        running: dict[asyncio.Task[None], Segment] = {}
        try:
            self._launch(running)
            assert running, "an unfinished file has something missing"
            while running:
                ended, _ = await asyncio.wait(
                    running, timeout=self._timing.checkpoint, return_when=asyncio.FIRST_COMPLETED
                )
                for task in ended:
                    self._ended(task, running)
                await self._keep()
                self._grow(running)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _launch(self, running: dict[asyncio.Task[None], Segment]) -> None:
        segment = self._board.claim(self.version.total)
        if segment is not None:
            running[asyncio.create_task(self._bring(segment))] = segment

    def _ended(self, task: asyncio.Task[None], running: dict[asyncio.Task[None], Segment]) -> None:
        segment = running.pop(task)
        self._board.release(segment)
        error = task.exception()
        if error is None:
            if self.version.total is None:
                self.version = Version(segment.end, self.version.etag, self.version.last_modified)
            self._launch(running)
        elif running and isinstance(error, Alone | Trouble | Hopeless | aiohttp.ClientError):
            # The others go on; what this one was to bring is theirs.
            self._ambition.stop(len(running))
        else:
            raise error

    def _grow(self, running: dict[asyncio.Task[None], Segment]) -> None:
        now = time.monotonic()
        missing = (self.version.total or 0) - self.written.covered
        if self._ambition.wants_another(len(running), self.speed.rate(now), missing, now):
            self._launch(running)

    async def _bring(self, segment: Segment) -> None:
        await bring(
            self._ctx.http, self._source, self.version.condition, segment, self._timing,
            begin=self._begin, came=self._came, store=self._store,
        )  # fmt: skip

    def _came(self, size: int) -> None:
        self.speed.came(size, time.monotonic())
        self.note = ""

    async def _begin(self, answer: aiohttp.ClientResponse, segment: Segment) -> None:
        """Decide by the head of an answer what its body is good for."""
        head = read_answer(answer.status, answer.headers)
        check(head, self.version, segment.at)
        if head.status != 206 and segment.at > 0:
            if len(self._board.live) > 1:
                raise Alone
            if not head.version.proves(self.version):
                await self._forget()
            segment.start, segment.end, segment.at = 0, None, 0
            self._ambition.stop()
        if not head.gives_parts:
            self._ambition.stop()
        if self.version.total is None:
            self.version = head.version
        elif self.version.contradicts(head.version):
            raise Changed
        if segment.end is None:
            segment.end = self.version.total
        self._check_size(self.version.total or 0)
        if self._target is None:
            name = name_of(
                answer.headers.get("Content-Disposition", ""), answer.content_type,
                str(answer.url), self._source,
            )  # fmt: skip
            self._target = await self._surely(Target.make, self._folder, name)
            await self._named(self._target.path.name)
        missing = (self.version.total or 0) - self.written.covered
        await self._ctx.run_blocking(check_room, self._folder, missing, self._options.keep_free)

    def _check_size(self, size: int) -> None:
        if 0 < self._options.largest < size:
            raise Hopeless("The file is larger than the settings allow")

    # --- what is on the disk --------------------------------------------------------------------

    async def _store(self, offset: int, pieces: Sequence[bytes]) -> None:
        assert self._target is not None
        size = await self._ctx.run_blocking(self._target.write, offset, pieces)
        self.written.add(offset, offset + size)
        self._check_size(offset + size)
        self._unsynced += size
        if self._unsynced >= DURABLE_EVERY:
            self._make_durable()

    def _recall(self, path: Path, foreign: bool) -> None:
        """Open a file that was begun and find out which of its bytes are right. Blocks."""
        if path.name and path.is_file():
            partial = read_partial(path)
            self._target = Target.open(path)
            size = self._target.size
            if partial is not None and partial.source == self._source:
                self.version = Version(partial.bytes_total, partial.etag, partial.last_modified)
                self._durable = tuple(partial.durable)
                known = partial.verified(size)
            else:
                known = Ranges([(0, max(0, size - OVERLAP))] if foreign else [])
            for start, end in known:
                self.written.add(start, end)

    async def _forget(self) -> None:
        """Begin anew with nothing."""
        self.version, self._durable = Version(), ()
        self.written.clear()
        if self._target is not None:
            await self._ctx.run_blocking(self._target.truncate, 0)

    async def _keep(self) -> None:
        """Write down what is there, and now and then make it durable."""
        if self._target is None or self.complete:
            return
        await self._ctx.run_blocking(check_room, self._folder, 0, self._options.keep_free)
        if time.monotonic() - self._synced_at >= self._timing.durable:
            self._make_durable()
        if self.written.covered != self._kept:
            self._kept = self.written.covered
            await self._surely(put_beside, self._target.path, self._partial())

    def _make_durable(self) -> None:
        """Have what is written brought to the disk in the background, one time after the other."""
        if self._syncing is not None and self._syncing.done():
            self._syncing.result()
            self._syncing = None
        if self._syncing is None and self._target is not None:
            self._unsynced, self._synced_at = 0, time.monotonic()
            self._syncing = asyncio.create_task(self._sync(self._target))

    async def _sync(self, target: Target) -> None:
        there = tuple(self.written)
        await self._ctx.run_blocking(target.sync)
        self._durable = there

    def _partial(self) -> Partial:
        version = self.version
        return Partial(
            self._source, version.total, version.etag, version.last_modified,
            tuple(self.written), self._durable, this_boot(),
        )  # fmt: skip

    def _finish(self) -> None:
        """Make sure of the complete file. Blocks."""
        assert self._target is not None and self.version.total is not None
        if self._target.size > self.version.total:
            self._target.truncate(self.version.total)
        self._target.sync()
        self._finished = True

    async def _leave(self) -> None:
        """Let the file go; an unfinished one with its side-car."""
        if self._syncing is not None:
            await asyncio.wait([self._syncing])
            self._syncing.exception()
        if self._target is None:
            return
        if not self._finished:
            try:
                await self._surely(put_beside, self._target.path, self._partial())
            except OSError as error:
                self._ctx.log.warning("what is there could not be written down", reason=str(error))
        self._target.close()

    async def _surely(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking code to its end, even if cancelled meanwhile."""
        return await to_the_end(self._ctx.run_blocking(call, *args, **kwargs))

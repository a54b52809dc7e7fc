"""The scanner the host talks to."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Set as AbstractSet
from pathlib import Path

from seen.plugin import Health, PluginContext, PluginError
from seen.plugin.models import MediaProbe, ParsedName, ParseHints
from seen_scanner_guessit.deep import guess
from seen_scanner_guessit.facts import Facts
from seen_scanner_guessit.probe import probe_file
from seen_scanner_guessit.reader import finish, first_reading, to_parsed
from seen_scanner_guessit.workers import Crashed, Hung, Workers

MEMO_SIZE = 20_000
"""Names whose reading is kept in memory: about 10 MB at most."""


class NameScanner:
    """Reads names with patterns, doubtful ones with guessit as well, and files with FFmpeg's
    libraries, the last two in processes of their own."""

    id = "guessit"
    features: AbstractSet[str] = frozenset({"parse", "probe"})

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._workers = Workers(int(ctx.config.get("workers", 2)))
        self._name_deadline = float(ctx.config.get("name_deadline", 5))
        self._probe_deadline = float(ctx.config.get("probe_deadline", 20))
        self._memo: OrderedDict[tuple[str, object], ParsedName | None] = OrderedDict()
        self._trouble = ""

    async def start(self) -> None:
        """Nothing to wait for: processes start with the first name that needs one."""

    async def health(self) -> Health:
        if self._trouble:
            return Health("degraded", self._trouble)
        return Health()

    async def stop(self) -> None:
        self._workers.close()
        self._memo.clear()

    async def parse(self, path: Path, hints: ParseHints) -> ParsedName | None:
        """What the path says below the library's root, or None when it names nothing."""
        key = (_below(path, hints.root), hints.kind)
        if key in self._memo:
            self._memo.move_to_end(key)
            return self._memo[key]
        reading = first_reading(key[0])
        second = await self._second_opinion(reading.doubt) if reading.doubt else None
        parsed = to_parsed(finish(reading, second, hints.kind))
        self._memo[key] = parsed
        if len(self._memo) > MEMO_SIZE:
            self._memo.popitem(last=False)
        return parsed

    async def _second_opinion(self, text: str) -> Facts | None:
        try:
            facts = await self._workers.run(self._name_deadline, guess, text, {})
        except (Hung, Crashed) as error:
            self._ctx.log.warning("name_given_up", name=text, reason=str(error))
            return None
        except Exception as error:
            self._ctx.log.debug("name_refused", name=text, reason=repr(error))
            return None
        return facts

    async def probe(self, path: Path) -> MediaProbe | None:
        """Container, streams, length and tags of a file; None for one that holds no media."""
        try:
            return await self._workers.run(self._probe_deadline, probe_file, os.fspath(path))
        except Hung as error:
            raise PluginError("The file did not answer in time") from error
        except Crashed as error:
            raise PluginError("The file is damaged: reading it crashed") from error


def _below(path: Path, root: Path | None) -> str:
    """The path from the root's own name on: a root called "Movies" or a show's name says much."""
    if root is not None and path.is_relative_to(root):
        return str(path.relative_to(root))
    return str(path)

"""How search and lists hold up when the catalog grows: a million invented titles by default.

    python bench/catalog_search.py [TITLES]

Fills a throw-away database and prints, for each question, the median and the 95th percentile, and
the median as a multiple of a look-up by primary key in the same run; at the end misspelt titles
once more, against similarity by a GIN index of trigrams. Takes some minutes and about 2 GB of disk
for a million titles.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import functools
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.progress import Progress

from seen.catalog.search import Search
from seen.core.db import Database, Row
from seen.core.ids import new_id
from seen.core.migrate import migrate
from seen.discover import store
from seen.discover.model import Wish
from seen.plugin.models import MediaKind
from seen.stack.embedded import EmbeddedPostgres

CHANCE = random.Random(20)
VOCABULARY, ROUNDS, DEPTH, TRIGRAM_ROUNDS = 200_000, 400, 500_000, 30
_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "qu",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "io", "ou"]
_CODAS = ["", "", "n", "r", "l", "s", "m", "nd", "rt", "ck"]


def words() -> list[str]:
    """Invented words that can be spoken, each once."""
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        parts = CHANCE.choice([1, 2, 2, 3, 3])
        word = "".join(
            CHANCE.choice(_ONSETS) + CHANCE.choice(_VOWELS) + CHANCE.choice(_CODAS)
            for _ in range(parts)
        )
        if len(word) > 2:
            found[word] = None
    return list(found)


def titles(count: int, vocabulary: list[str]) -> Iterator[tuple[UUID, str, str]]:
    """Titles of one to five words; few words are common, most are rare, as in real ones."""
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))
    whole = weights[-1]

    def word() -> str:
        return vocabulary[bisect.bisect(weights, CHANCE.random() * whole)]

    for number in range(count):
        kind = ("movie", "movie", "movie", "show", "game")[number % 5]
        parts = [word() for _ in range(CHANCE.choice([1, 2, 2, 3, 3, 4, 5]))]
        yield new_id(), kind, " ".join(parts)


async def fill(db: Database, count: int, progress: Progress) -> list[tuple[UUID, str]]:
    """Copy the titles in; some of them for asking about later."""
    vocabulary = words()
    task = progress.add_task("Filling", total=count)
    sample: list[tuple[UUID, str]] = []
    raw = await db.dedicated()
    try:
        await raw.execute(
            "create temp table draft (id uuid, kind text, title text, popularity float8)"
        )
        for batch in _batched(titles(count, vocabulary), 20_000):
            rows = [(*each, CHANCE.paretovariate(1.1)) for each in batch]
            await raw.copy_records_to_table("draft", records=rows)
            sample += [(row[0], row[2]) for row in CHANCE.sample(rows, min(40, len(rows)))]
            progress.advance(task, len(rows))
        progress.update(task, description="Indexing")
        await raw.execute(
            "insert into media_items (id, media_type, title, sort_title, folded_title, popularity,"
            " release_year, search) select id, kind, title, title, title, popularity,"
            " 1950 + (popularity * 1000)::int % 70,"
            " setweight(to_tsvector('simple', title), 'A') from draft", timeout=3600,
        )  # fmt: skip
        await raw.execute(
            "insert into search_words (word) select distinct unnest(string_to_array(title, ' '))"
            " from draft on conflict do nothing", timeout=3600,
        )  # fmt: skip
        await raw.execute("drop table draft")
        await raw.execute("vacuum analyze media_items", timeout=3600)
    finally:
        await raw.close()
    return sample


def _batched(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(rows, size)):
        yield batch


def typo(text: str) -> str:
    """One letter swapped, lost or replaced in the longest word."""
    parts = text.split()
    at = max(range(len(parts)), key=lambda each: len(parts[each]))
    word = parts[at]
    if len(word) < 5:
        return ""
    place = CHANCE.randrange(1, len(word) - 1)
    parts[at] = CHANCE.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + CHANCE.choice("aeioutrn") + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
    return " ".join(parts) if parts[at] != word else ""


async def timed(ask: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    begun = time.perf_counter()
    answer = await ask()
    return time.perf_counter() - begun, answer


def say(name: str, times: list[float], base: float, note: str = "") -> None:
    middle = statistics.median(times)
    late = statistics.quantiles(times, n=20)[-1]
    print(f"{name:34} p50 {middle * 1000:8.2f} ms   p95 {late * 1000:8.2f} ms"
          f"   {middle / base:7.1f} x   {note}")  # fmt: skip


def _questions(
    db: Database, search: Search, media_id: UUID, title: str, deep: Row | None
) -> dict[str, Callable[[], Awaitable[Any]]]:
    ask, first = functools.partial, Wish(kinds=(MediaKind.MOVIE,), limit=20)
    listed = ask(store.catalog_page, db, media_id, first)
    found: dict[str, Callable[[], Awaitable[Any]]] = {
        "primary key": ask(db.fetchrow, "select * from media_items where id = $1", media_id),
        "exact title": ask(search.find, title, limit=20),
        "begun word": ask(search.suggest, title[: CHANCE.choice([4, 5, 6])]),
        "one to three letters": ask(search.suggest, title[: CHANCE.choice([1, 2, 3])]),
        "two words": ask(search.find, " ".join(title.split()[:2]), limit=20),
        "list, first page": ask(listed, None),
    }
    if deep is not None:
        found["list, 500,000 deep"] = ask(listed, (deep["popularity"], deep["id"]))
    return found


async def race(db: Database, sample: list[tuple[UUID, str]]) -> None:
    """Ask everything in turn, so that a busy moment falls on all alike."""
    search = Search(db)
    await search.find("warm the vocabulary zzzzzz")
    await search.gather()
    times: dict[str, list[float]] = {}
    found = asked = 0
    deep = await db.fetchrow(
        "select popularity, id from media_items where media_type = 'movie'"
        " order by popularity desc, id desc offset $1 limit 1", DEPTH,
    )  # fmt: skip
    for media_id, title in CHANCE.sample(sample, min(ROUNDS, len(sample))):
        for name, ask in _questions(db, search, media_id, title, deep).items():
            took, _ = await timed(ask)
            times.setdefault(name, []).append(took)
        if wrong := typo(title):
            took, answer = await timed(functools.partial(search.find, wrong, limit=60))
            times.setdefault("one typo", []).append(took)
            asked += 1
            found += any(each.title == title for each in answer.titles)
    base = statistics.median(times["primary key"])
    for name, taken in times.items():
        note = f"{found / asked:.1%} found" if name == "one typo" else ""
        say(name, taken, base, note)


async def race_trigrams(db: Database, sample: list[tuple[UUID, str]]) -> None:
    """Misspelt titles once more, mended and by trigrams, in turn."""
    raw = await db.dedicated()
    await raw.execute(
        "create index on media_items using gin (folded_title gin_trgm_ops)", timeout=3600
    )
    await raw.close()
    search, times = Search(db), dict[str, list[float]]()
    await search.find("warm the vocabulary zzzzzz")
    for _, title in CHANCE.sample(sample, min(TRIGRAM_ROUNDS, len(sample))):
        if not (wrong := typo(title)):
            continue
        similar = functools.partial(
            db.fetch, "select id from media_items where folded_title % $1"
            " order by similarity(folded_title, $1) desc limit 20", wrong,
        )  # fmt: skip
        asks: dict[str, Callable[[], Awaitable[Any]]] = {
            "one typo, mended": functools.partial(search.find, wrong, limit=20),
            "  by trigrams": similar,
        }
        for name, ask in asks.items():
            took, _ = await timed(ask)
            times.setdefault(name, []).append(took)
    base = statistics.median(times["one typo, mended"])
    for name, taken in times.items():
        say(name, taken, base, "of the first")


@contextlib.asynccontextmanager
async def stocked(count: int) -> AsyncIterator[tuple[str, Database, list[tuple[UUID, str]]]]:
    """A throw-away database with so many titles: its address, it, and some of the titles."""
    with tempfile.TemporaryDirectory(prefix="seen-bench-") as folder, Progress() as progress:
        server = EmbeddedPostgres(Path(folder) / "pg", durable=False)
        await server.start()
        try:
            await asyncio.to_thread(migrate, server.dsn)
            db = Database(server.dsn)
            await db.open()
            sample = await fill(db, count, progress)
            progress.stop()
            yield server.dsn, db, sample
            await db.close()
        finally:
            await server.stop()


async def main(count: int) -> None:
    async with stocked(count) as (_, db, sample):
        await race(db, sample)
        await race_trigrams(db, sample)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))

"""How long a search takes over HTTP in a large catalog: a million invented titles by default.

    python bench/search_http.py [TITLES]

Fills a throw-away database, starts a server on it and asks, one question at a time and warm, for
titles as they are called, by two of their words, misspelt, and half typed. Prints the median and
the 95th percentile of each, and of all searches together.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

import aiohttp
from catalog_search import CHANCE, stocked, typo
from http_floors import LOGIN, Running, signed_in, started, wait_for

PORT, ROUNDS, WARM = 18_960, 400, 40


def questions(title: str) -> dict[str, tuple[str, str]]:
    """Path and text to ask for a title with, by what they are called."""
    return {
        "exact title": ("/search", title),
        "two words": ("/search", " ".join(title.split()[:2])),
        "one typo": ("/search", typo(title)),
        "half typed": ("/search/suggestions", title[: CHANCE.choice([1, 2, 3, 4, 5, 6])]),
    }


async def race(running: Running, sample: list[tuple[UUID, str]]) -> dict[str, list[float]]:
    """Seconds that each answer took."""
    times: dict[str, list[float]] = {}
    async with aiohttp.ClientSession(headers=running.program) as session:
        for number, (_, title) in enumerate(sample):
            for name, (path, text) in questions(title).items():
                if not text:
                    continue
                begun = time.perf_counter()
                address = f"{running.base}/api/v1{path}"
                async with session.get(address, params={"q": text}) as answer:
                    answer.raise_for_status()
                    await answer.read()
                if number >= WARM:
                    times.setdefault(name, []).append(time.perf_counter() - begun)
    return times


async def main(count: int) -> None:
    async with stocked(count) as (dsn, _, sample):
        with tempfile.TemporaryDirectory(prefix="seen-bench-") as folder:
            environment = {
                "SEEN_DATA_DIR": folder, "SEEN_PORT": str(PORT), "SEEN_DATABASE_URL": dsn,
                "SEEN_LOG_LEVEL": "error", "SEEN_CATALOG_SYNC": "false",
                "SEEN_ADMIN_EMAIL": LOGIN["email"], "SEEN_ADMIN_PASSWORD": LOGIN["password"],
            }  # fmt: skip
            seen = str(Path(sys.executable).with_name("seen"))
            async with started(seen, "serve", **environment) as pid:
                base = f"http://127.0.0.1:{PORT}"
                await wait_for(f"{base}/api/v1/health/ready")
                asked = CHANCE.sample(sample, min(ROUNDS + WARM, len(sample)))
                times = await race(await signed_in(base, pid), asked)
    times["all searches"] = [
        each for name, taken in times.items() if name != "half typed" for each in taken
    ]
    for name, taken in times.items():
        late = statistics.quantiles(taken, n=20)[-1]
        print(f"{name:20} p50 {statistics.median(taken) * 1000:7.2f} ms"
              f"   p95 {late * 1000:7.2f} ms")  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))

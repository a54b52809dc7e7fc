"""Fills two servers' common catalog from services that fail, and takes the services away.

    python bench/sync.py STAND_IN [--catalog FOLDER] [--titles 2000]

STAND_IN is a program that speaks for TMDB, IGDB, Twitch and TVmaze on one port: it takes
``--port``, ``--catalog``, ``--real-limits``, ``--fault-rate`` and ``--latency``, and tells at
``/__stats`` and ``/__log`` what it was asked. Here it keeps the services' limits, answers late, and
fails one question in ten.

Prints how long the first run of the background jobs took and how often a limit was hit, what a
second one cost, whether two processes shared one token and one budget, what pages said while nobody
answered, and how soon everything was fresh afterwards. Takes about half an hour, most of it waiting
for the jobs' own schedule.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import itertools
import re
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from http_floors import LOGIN, Running, signed_in, started, wait_for

from seen.core.db import Database
from seen.stack.embedded import EmbeddedPostgres

PORT, SERVERS = 18_970, (18_971, 18_972)
SERVICE = f"http://127.0.0.1:{PORT}"
SHARING_SECONDS, AT_ONCE = 30, 6
JOBS = ("catalog_sections", "catalog_titles", "catalog_seasons")
PAGES = (
    "/app/discover", "/app/movies", "/app/shows", "/app/games", "/app/search?q=the",
    "/api/v1/discover", "/api/v1/discover?section=popular&type=movie", "/api/v1/movies?limit=100",
    "/api/v1/shows", "/api/v1/games", "/api/v1/search?q=the", "/api/v1/genres",
)  # fmt: skip
_WHOLE = re.compile(r"/3/(movie|tv)/\d+|/shows/\d+")
WINDOWS = {"tmdb": 1.0, "igdb": 1.0, "twitch": 1.0, "tvmaze": 10.0}


def service_of(path: str) -> str:
    """Whose path it is."""
    starts = {"/3/": "tmdb", "/v4/": "igdb", "/oauth2/": "twitch", "/t/p/": "pictures",
              "/igdb/": "pictures"}  # fmt: skip
    return next((name for start, name in starts.items() if path.startswith(start)), "tvmaze")


@dataclass
class Asked:
    """What the services were asked, in order."""

    events: list[dict[str, Any]] = field(default_factory=list)

    async def listen(self) -> None:
        """Go on asking for the log, which keeps the last few thousand questions only."""
        last = 0.0
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                news = [each for each in await fetched(f"{SERVICE}/__log") if each["t"] > last]
                self.events += news
                last = max((each["t"] for each in news), default=last)
            await asyncio.sleep(2)

    def since(self, begun: float) -> list[dict[str, Any]]:
        return [each for each in self.events if each["t"] >= begun]


def say_asked(name: str, events: Iterable[dict[str, Any]]) -> None:
    """How often each service was asked, and how often at most within its window."""
    by_service: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for each in events:
        by_service[service_of(each["path"])].append(each)
    for service, asked in sorted(by_service.items()):
        counts = dict(sorted(collections.Counter(each["status"] for each in asked).items()))
        window = WINDOWS.get(service, 1.0)
        begun = sorted(each["t"] - each["ms"] / 1000 for each in asked)
        print(f"  {name}, {service}: {len(asked)} questions, at most {most_within(begun, window)}"
              f" in {window:g} s, by status {counts}")  # fmt: skip


def most_within(times: list[float], window: float) -> int:
    """The most of some ascending times that lie within a window."""
    most = first = 0
    for at, moment in enumerate(times):
        while moment - times[first] > window:
            first += 1
        most = max(most, at - first + 1)
    return most


async def fetched(address: str, method: str = "GET", **options: Any) -> Any:
    async with aiohttp.ClientSession() as session, session.request(
        method, address, **options
    ) as answer:  # fmt: skip
        answer.raise_for_status()
        return await answer.json()


@contextlib.asynccontextmanager
async def services(stand_in: Path, catalog: str) -> AsyncIterator[None]:
    """The stand-in, for as long as the block lasts."""
    more = ("--catalog", catalog) if catalog else ()
    async with started(
        sys.executable, str(stand_in), "--port", str(PORT), "--real-limits", "--fault-rate", "0.1",
        "--latency", "50:20", *more,
    ):  # fmt: skip
        await wait_for(f"{SERVICE}/__stats")
        yield


@contextlib.asynccontextmanager
async def servers(folder: Path, dsn: str) -> AsyncIterator[list[Running]]:
    """Two processes on one database, each with every role."""
    seen = str(Path(sys.executable).with_name("seen"))
    found = []
    async with contextlib.AsyncExitStack() as stack:
        for port in SERVERS:
            environment = {
                "SEEN_DATA_DIR": str(folder / str(port)), "SEEN_PORT": str(port),
                "SEEN_DATABASE_URL": dsn, "SEEN_SECRET_KEY": "k" * 40, "SEEN_LOG_LEVEL": "error",
                "SEEN_ADMIN_EMAIL": LOGIN["email"], "SEEN_ADMIN_PASSWORD": LOGIN["password"],
                "SEEN_LIBRARY_ROOTS": str(folder / "library"), "SEEN_EGRESS_ALLOW": "127.0.0.1",
                "SEEN_METADATA_TMDB_BASE_URL": f"{SERVICE}/3",
                "SEEN_METADATA_TMDB_API_KEY": "x" * 32,
                "SEEN_METADATA_IGDB_BASE_URL": f"{SERVICE}/v4",
                "SEEN_METADATA_IGDB_TOKEN_URL": f"{SERVICE}/oauth2/token",
                "SEEN_METADATA_IGDB_CLIENT_ID": "client",
                "SEEN_METADATA_IGDB_CLIENT_SECRET": "secret",
                "SEEN_METADATA_TVMAZE_BASE_URL": SERVICE,
            }  # fmt: skip
            pid = await stack.enter_async_context(started(seen, "serve", **environment))
            await wait_for(f"http://127.0.0.1:{port}/api/v1/health/ready")
            found.append(await signed_in(f"http://127.0.0.1:{port}", pid))
        yield found


class Round:
    """The two servers, their database, and what the services were asked so far."""

    def __init__(self, db: Database, both: list[Running], asked: Asked) -> None:
        self.db = db
        self.both = both
        self.asked = asked

    async def get(self, path: str, server: int = 0) -> tuple[int, str]:
        """A page's status and text."""
        running = self.both[server]
        async with aiohttp.ClientSession() as session, session.get(
            running.base + path, headers={"Cookie": running.cookie}, allow_redirects=False
        ) as answer:  # fmt: skip
            return answer.status, await answer.text()

    async def run(self, *names: str) -> None:
        """Start jobs as an admin does."""
        running = self.both[0]
        headers = {"Cookie": running.cookie, "Sec-Fetch-Site": "same-origin"}
        for name in names:
            address = f"{running.base}/api/v1/admin/jobs/{name}/run"
            await fetched(address, "POST", headers=headers)

    async def finished(self, due: bool = True) -> None:
        """Wait until no job runs and, unless told otherwise, nothing is due or incomplete."""
        quiet = 0
        while quiet < 3:
            waiting: int = await self.db.fetchval(
                "select (select count(*) from job_runs where state in ('queued', 'running')"
                "   and name = any($1))"
                " + case when $2 then (select count(*) from media_items where refresh_at <= now()"
                "   or refreshed_at is null and refresh_at is not null)"
                " + (select count(*) from show_seasons where refresh_at <= now() and number > 0)"
                " else 0 end", JOBS, due,
            )  # fmt: skip
            quiet = quiet + 1 if not waiting else 0
            await asyncio.sleep(2)

    async def say_jobs(self, begun: float) -> None:
        """What came of the runs since then that had something to do."""
        for row in await self.db.fetch(
            "select name, result, error from job_runs where name = any($1)"
            " and created_at >= to_timestamp($2) and result not like 'No %'"
            " and result not like 'All %' order by finished_at", JOBS, begun,
        ):  # fmt: skip
            print(f"  {row['name']}: {row['result'] or row['error']}")


async def more_titles(count: int) -> list[tuple[str, str]]:
    """Ids and names of so many movies far down in the services' catalog."""
    found: dict[str, str] = {}
    for page in itertools.count(20):
        if len(found) >= count:
            break
        with contextlib.suppress(aiohttp.ClientError, ValueError):
            address = f"{SERVICE}/3/discover/movie?page={page}&api_key={'x' * 32}"
            found |= {str(row["id"]): row["title"] for row in (await fetched(address))["results"]}
        await asyncio.sleep(0.05)
    return list(found.items())[:count]


async def bring(db: Database, titles: list[tuple[str, str]], wanted: int) -> None:
    """As many titles as are missing, as if files had brought them."""
    missing = wanted - await db.fetchval(
        "select count(*) from media_items where refresh_at is not null"
    )
    for number, title in titles[: max(0, missing)]:
        await db.execute(
            "with known as (select 1 from media_external_ids where source = 'tmdb'"
            "   and media_type = 'movie' and external_id = $1),"
            " made as (insert into media_items (id, media_type, title, sort_title, folded_title,"
            "   refresh_at) select gen_random_uuid(), 'movie', $2, $2, lower($2), now()"
            "   where not exists (select 1 from known) returning id)"
            " insert into media_external_ids (source, media_type, external_id, media_id)"
            " select 'tmdb', 'movie', $1, id from made", number, title,
        )  # fmt: skip


async def first_sync(round: Round, titles: list[tuple[str, str]], wanted: int) -> None:
    """From nothing to everything."""
    begun, clock = time.time(), time.monotonic()
    while not await round.db.fetchval(
        "select exists(select 1 from job_runs where name = 'catalog_sections'"
        " and state = 'done' and result not like 'All %')"
    ):
        await asyncio.sleep(1)
    print(f"lists filled after {time.monotonic() - clock:.0f} s")
    await bring(round.db, titles, wanted)
    await round.run("catalog_titles")
    await round.finished()
    counts = await round.db.fetch(
        "select media_type, count(*) as known, count(refreshed_at) as complete from media_items"
        " where refresh_at is not null group by 1 order by 1"
    )
    said = ", ".join(f"{row['complete']} of {row['known']} {row['media_type']}s" for row in counts)
    episodes = await round.db.fetchval("select count(*) from show_episodes")
    print(f"first sync: {time.monotonic() - clock:.0f} s, complete {said}, {episodes} episodes")
    await say_services("first sync", round.asked, begun)
    await round.say_jobs(begun)


async def say_services(name: str, asked: Asked, begun: float) -> None:
    await asyncio.sleep(3)
    stats = await fetched(f"{SERVICE}/__stats")
    print(f"  so far: {stats['total']} questions, {stats['faults']} failed on purpose,"
          f" {stats['throttled']} over a limit, {stats['not_modified']} times 304")  # fmt: skip
    say_asked(name, asked.since(begun))


async def second_sync(round: Round) -> None:
    """Everything asked for once more; titles have not changed."""
    begun, clock = time.time(), time.monotonic()
    total = await round.db.fetchval("select count(*) from media_items where refresh_at is not null")
    await round.run("catalog_sections", "catalog_titles")
    await asyncio.sleep(3)
    await round.finished(due=False)
    print(f"second sync: {time.monotonic() - clock:.0f} s")
    await say_services("second sync", round.asked, begun)
    await round.say_jobs(begun)
    whole = sum(
        each["status"] == 200 and not each["fault"] and bool(_WHOLE.fullmatch(each["path"]))
        for each in round.asked.since(begun)
    )
    print(
        f"  {total} titles, {whole} of them sent whole: {1 - whole / total:.1%} by 304 or skipped"
    )


async def sharing(round: Round) -> None:
    """Both processes look for games as fast as they may."""
    file = await round.db.fetchval("select id from library_items limit 1")
    begun = time.time()
    until = time.monotonic() + SHARING_SECONDS
    found: collections.Counter[tuple[int, bool]] = collections.Counter()

    async def look(server: int, number: int) -> None:
        for turn in itertools.count():
            if time.monotonic() > until:
                return
            words = f"{'abcdefghij'[turn % 10]}{number}{turn}{server}"
            status, text = await round.get(
                f"/app/library/review?file={file}&q={words}&kind=game", server
            )
            found[server, status == 200 and "asks for a pause" not in text] += 1

    await asyncio.gather(*(look(s, n) for s in (0, 1) for n in range(AT_ONCE)))
    print(f"sharing for {SHARING_SECONDS} s: searches answered by process"
          f" {found[0, True]} and {found[1, True]}, refused {found[0, False]} and"
          f" {found[1, False]}")  # fmt: skip
    await say_services("sharing", round.asked, begun)
    tokens = [each for each in round.asked.events if service_of(each["path"]) == "twitch"]
    made = sum(each["status"] == 200 and not each["fault"] for each in tokens)
    print(f"  tokens made since the start: {made} (asked for {len(tokens)} times)")


async def seen_pages(round: Round) -> dict[str, tuple[int, list[str], list[str]]]:
    """Of each page: its status, the titles on it in order, and what it says of their age."""
    paths = list(PAGES)
    for kind in ("movie", "show", "game"):
        title = await round.db.fetchval(
            "select id from media_items where media_type = $1 and refreshed_at is not null"
            " order by popularity desc limit 1", kind,
        )  # fmt: skip
        paths += [f"/app/title/{title}", f"/api/v1/{kind}s/{title}"]
    found = {}
    for path in paths:
        status, text = await round.get(path)
        ids = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)
        age = re.findall(r"As of [\w ]+ ago|looked at [\w ]+|\"asOf\":\"[^\"]+", text)
        found[path] = (status, ids, age)
    return found


async def outage(round: Round, before: dict[str, tuple[int, list[str], list[str]]]) -> None:
    """Seven hours later by the lists' clock, while nobody answers."""
    await round.db.execute(
        "update discover_sections set tried_at = tried_at - interval '7 hours',"
        " refreshed_at = refreshed_at - interval '7 hours'"
    )
    begun, clock = time.time(), time.monotonic()
    await round.run(*JOBS)
    await asyncio.sleep(3)
    await round.finished(due=False)
    print(f"nobody answers: the jobs gave up after {time.monotonic() - clock:.0f} s")
    await round.say_jobs(begun)
    after = await seen_pages(round)
    differing = [path for path in before if before[path][:2] != after[path][:2]]
    lost = await round.db.fetchval("select count(*) from media_items where gone_at is not null")
    print(f"  {len(before)} pages asked for, {len(differing)} differ {differing}; {lost} titles"
          " taken for gone")  # fmt: skip
    for path, (status, ids, age) in after.items():
        print(f"  {status} {len(ids):4} titles  {path[:60]:60} {', '.join(sorted(set(age))[:3])}")


async def recovery(round: Round) -> None:
    """The services answer again, and nobody does anything."""
    begun, clock = time.time(), time.monotonic()
    back = await round.db.fetchval("select now()")
    while await round.db.fetchval(
        "select exists(select 1 from discover_sections where problem <> ''"
        " or provider <> '' and refreshed_at < $1)", back,
    ):  # fmt: skip
        await asyncio.sleep(2)
    print(f"answering again: every list fresh after {time.monotonic() - clock:.0f} s, unaided")
    while await round.db.fetchval("select exists(select 1 from media_items where refresh_at < $1)"
                                  , back):  # fmt: skip
        await asyncio.sleep(2)
    print(f"  every title that was due asked about after {time.monotonic() - clock:.0f} s")
    await round.say_jobs(begun)


async def main(stand_in: Path, catalog: str, wanted: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    (folder / "library").mkdir()
    (folder / "library" / "Qzxvw Kjpty (1901).mkv").write_bytes(bytes(64))
    server = EmbeddedPostgres(folder / "pg", durable=False)
    await server.start()
    db, asked = Database(server.dsn), Asked()
    try:
        async with contextlib.AsyncExitStack() as stack:
            running = await stack.enter_async_context(contextlib.AsyncExitStack())
            await running.enter_async_context(services(stand_in, catalog))
            titles = await more_titles(wanted)
            await fetched(f"{SERVICE}/__stats", "DELETE")
            listening = asyncio.create_task(asked.listen())
            both = await stack.enter_async_context(servers(folder, server.dsn))
            await db.open()
            round = Round(db, both, asked)
            await first_sync(round, titles, wanted)
            await second_sync(round)
            await sharing(round)
            before = await seen_pages(round)
            await running.aclose()
            await outage(round, before)
            await stack.enter_async_context(services(stand_in, catalog))
            await recovery(round)
            listening.cancel()
    finally:
        await db.close()
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("stand_in", type=Path)
    parser.add_argument("--catalog", default="")
    parser.add_argument("--titles", type=int, default=2000)
    given = parser.parse_args()
    asyncio.run(main(given.stand_in, given.catalog, given.titles))

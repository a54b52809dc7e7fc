"""Small plugins that keep every promise: what the suites are tried on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from seen.plugin import Health, MediaKind, NotFound, PluginError, Unsupported
from seen.plugin.capabilities import WidgetRequest
from seen.plugin.models import (
    DownloadSpec,
    EngineFile,
    EngineStatus,
    Episode,
    ExternalRef,
    FeedPage,
    MediaProbe,
    ParsedName,
    ParseHints,
    PoolItem,
    Reason,
    Scored,
    SearchHit,
    SearchQuery,
    Season,
    StreamInfo,
    Taste,
    TitleDetails,
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
    """Knows one show."""

    source = "archive"
    kinds = frozenset({MediaKind.SHOW})
    features = frozenset({"search", "details", "episodes", "feed"})
    ref = ExternalRef("archive", MediaKind.SHOW, "1")

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        named = query.title == "Winter Lanterns" or query.external_ids.get("archive") == "1"
        fits = query.kind in (None, MediaKind.SHOW)
        return [SearchHit(self.ref, "Winter Lanterns", 2014)] if named and fits else []

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        if ref != self.ref:
            raise NotFound("The archive does not have this")
        return TitleDetails(self.ref, "Winter Lanterns", seasons=(Season(1, episode_count=2),))

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        return [Episode(1, 1, "Ice"), Episode(1, 2, "Thaw")] if season == 1 else []

    async def feed(self, feed: Any, kind: MediaKind, page: int = 1) -> FeedPage:
        if feed != "popular":
            raise Unsupported("The archive has one list")
        return FeedPage((SearchHit(self.ref, "Winter Lanterns"),) if page == 1 else ())


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


class GoodEngine(Lively):
    """Brings the bytes that its source names, a little at a time."""

    features = frozenset({"pause", "adopt"})
    schemes = frozenset({"http"})

    def __init__(self) -> None:
        self._jobs: dict[str, dict[str, Any]] = {}

    async def add(self, spec: DownloadSpec) -> str:
        known = f"e-{spec.job_id}"
        if known not in self._jobs:
            self._jobs[known] = {"spec": spec, "state": "downloading", "done": 0, "total": 3000}
            self._jobs[known]["task"] = asyncio.ensure_future(self._bring(known))
        return known

    async def _bring(self, known: str) -> None:
        job = self._jobs[known]
        while job["done"] < job["total"]:
            await asyncio.sleep(0.01)
            if job["state"] == "downloading":
                job["done"] += 500
        path = self._path(job)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * job["total"])
        job["state"] = "completed"

    def _path(self, job: dict[str, Any]) -> Path:
        spec: DownloadSpec = job["spec"]
        return spec.folder / "film.mkv"

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        return {
            each: EngineStatus(each, job["state"], job["total"], job["done"])
            for each in ids
            if (job := self._jobs.get(each))
        }

    async def pause(self, engine_job_id: str) -> None:
        job = self._jobs[engine_job_id]
        if job["state"] == "downloading":
            job["state"] = "paused"

    async def resume(self, engine_job_id: str) -> None:
        job = self._jobs[engine_job_id]
        if job["state"] == "paused":
            job["state"] = "downloading"

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        job = self._jobs.pop(engine_job_id, None)
        if job is None:
            return
        job["task"].cancel()
        await asyncio.gather(job["task"], return_exceptions=True)
        if delete_files:
            self._path(job).unlink(missing_ok=True)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        job = self._jobs[engine_job_id]
        return [EngineFile("film.mkv", job["total"], job["done"])]

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        return await self.add(spec)

    async def stop(self) -> None:
        for known in list(self._jobs):
            await self.remove(known, False)

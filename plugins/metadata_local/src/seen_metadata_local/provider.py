"""The provider: answers from side-cars and pictures, and echoes a name where there are none."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from seen.plugin import Health, MediaKind, NotFound, PluginContext, Unsupported
from seen.plugin.models import (
    Artwork,
    Credit,
    Episode,
    ExternalRef,
    FeedKind,
    FeedPage,
    SearchHit,
    SearchQuery,
    Season,
    TitleDetails,
)
from seen_metadata_local import pictures
from seen_metadata_local.memory import Memory, Remembered, title_id
from seen_metadata_local.nfo import plain
from seen_metadata_local.places import EpisodeFile, Place, episode_files, movie_place, show_place

SOURCE = "local"


def _path(known: Remembered) -> Path | None:
    return Path(os.fsdecode(known.path)) if known.path else None


class LocalProvider:
    """Everything there is to know without asking anybody."""

    id = "local"
    source = SOURCE
    kinds = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
    features: AbstractSet[str] = frozenset({"search", "details", "episodes"})

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._memory = Memory(ctx.data_dir)
        self._pictures = bool(ctx.config.get("pictures", True))
        self._side_cars = bool(ctx.config.get("side_cars", True))

    async def start(self) -> None:
        """Nothing to get ready."""

    async def health(self) -> Health:
        return Health()

    async def stop(self) -> None:
        """Nothing to let go of."""

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        """One hit at most: what the side-car says, or an echo of the name."""
        return await self._ctx.run_blocking(self._search, query)

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        """What the side-car says now. Raises NotFound for a title never searched for."""
        return await self._ctx.run_blocking(self._details, ref)

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        """The episodes that lie in the show's folder."""
        return await self._ctx.run_blocking(self._episodes, ref, season)

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int = 1) -> FeedPage:
        self._cannot()

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        self._cannot()

    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        self._cannot()

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        self._cannot()

    def _cannot(self) -> NoReturn:
        raise Unsupported("Local files hold no lists")

    # --- all below blocks and runs in the plugin's threads ---

    def _search(self, query: SearchQuery) -> Sequence[SearchHit]:
        known = self._memory.get(query.external_ids.get(SOURCE, ""))
        if known and (query.kind is None or known.kind == query.kind.value):
            path = _path(known)
            return (self._hit(known.title, known.year, MediaKind(known.kind), None, path),)
        kind = query.kind or MediaKind.MOVIE
        title = plain(query.title)
        if not title or kind not in self.kinds:
            return ()
        place = self._place(kind, query.path) if query.path else None
        hit = self._hit(title, query.year, kind, place, query.path)
        self._remember(hit, query.path)
        return (hit,)

    def _remember(self, hit: SearchHit, path: Path | None) -> None:
        """Keep where the title lies; the first of its files stands as long as it is there."""
        before = self._memory.get(hit.ref.id)
        known = _path(before) if before else None
        if known is None or not known.exists():
            raw = os.fsencode(path) if path else b""
            self._memory.put(hit.ref.id, Remembered(hit.ref.kind.value, hit.title, hit.year, raw))

    def _place(self, kind: MediaKind, path: Path) -> Place:
        return movie_place(path) if kind is MediaKind.MOVIE else show_place(path)

    def _hit(
        self, title: str, year: int | None, kind: MediaKind, place: Place | None, path: Path | None
    ) -> SearchHit:
        if place is None and path is not None:
            place = self._place(kind, path)
        nfo = place.nfo if place and self._side_cars else None
        named = nfo.title if nfo and nfo.title else title
        dated = nfo.year if nfo and nfo.title else year
        return SearchHit(
            ref=ExternalRef(SOURCE, kind, title_id(kind, named, dated)),
            title=named,
            year=dated,
            original_title=nfo.original_title if nfo else "",
            overview=nfo.plot if nfo else "",
            poster=self._poster(place),
            external_ids=nfo.ids if nfo else {},
            echo=not (nfo and nfo.title),
            side_car=nfo is not None,
        )

    def _poster(self, place: Place | None) -> str:
        if place is None or not self._pictures:
            return ""
        return pictures.poster(place.files, place.stem, place.shared)

    def _known(self, ref: ExternalRef) -> tuple[Remembered, Place | None]:
        known = self._memory.get(ref.id) if ref.source == SOURCE else None
        if known is None or known.kind != ref.kind.value:
            raise NotFound("No local file is known for this title")
        path = _path(known)
        return known, self._place(ref.kind, path) if path else None

    def _details(self, ref: ExternalRef) -> TitleDetails:
        known, place = self._known(ref)
        nfo = place.nfo if place and self._side_cars else None
        backdrop = ""
        if place and self._pictures:
            backdrop = pictures.backdrop(place.files, place.stem, place.shared)
        artwork = Artwork(self._poster(place), backdrop)
        seasons = self._seasons(place) if place and ref.kind is MediaKind.SHOW else ()
        if nfo is None:
            return TitleDetails(ref, known.title, artwork=artwork, seasons=seasons, year=known.year)
        return TitleDetails(
            ref=ref,
            title=nfo.title or known.title,
            original_title=nfo.original_title,
            overview=nfo.plot,
            tagline=nfo.tagline,
            release_date=nfo.released,
            year=nfo.year or known.year,
            status=nfo.status,
            runtime_seconds=nfo.runtime_minutes * 60 if nfo.runtime_minutes else None,
            rating=nfo.rating,
            votes=nfo.votes,
            content_rating=nfo.content_rating,
            genres=nfo.genres,
            keywords=nfo.tags,
            artwork=artwork,
            credits=(
                *(Credit(name, role) for name, role in nfo.actors),
                *(Credit(name, job, "crew") for name, job in nfo.crew),
            ),
            seasons=seasons,
            external_ids=nfo.ids,
        )

    def _seasons(self, place: Place) -> tuple[Season, ...]:
        posters = pictures.season_posters(place.files) if self._pictures else {}
        counted: dict[int, int] = defaultdict(int)
        for each in episode_files(place.folder):
            counted[each.season] += 1
        return tuple(
            Season(at, poster=posters.get(at, ""), episode_count=counted[at])
            for at in sorted(counted)
        )

    def _episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        if ref.kind is not MediaKind.SHOW:
            return ()
        try:
            _, place = self._known(ref)
        except NotFound:
            return ()
        if place is None:
            return ()
        found = [each for each in episode_files(place.folder) if each.season == season]
        return tuple(self._episode(each) for each in found)

    def _episode(self, file: EpisodeFile) -> Episode:
        nfo = file.nfo
        minutes = nfo.runtime_minutes if nfo else None
        return Episode(
            season=file.season,
            number=file.number,
            title=file.title,
            overview=nfo.plot if nfo else "",
            air_date=nfo.released if nfo else None,
            runtime_seconds=minutes * 60 if minutes else None,
            still=pictures.still(file.files, file.stem) if self._pictures else "",
        )

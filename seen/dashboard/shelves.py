"""The viewer's titles as widgets see them: ready cards, a constant number of queries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar
from uuid import UUID

from seen.artwork.model import accent
from seen.catalog.model import EpisodeRow, Summary, picture_path
from seen.catalog.service import Catalog
from seen.core import clock
from seen.core.db import Database
from seen.core.viewer import Viewer
from seen.core.wording import day, length, since
from seen.dashboard import store
from seen.discover.model import Wish
from seen.discover.service import Discover
from seen.downloads.pages.rows import JobRow, Rows
from seen.library.service import Library
from seen.plugin.capabilities import ShelfKind
from seen.plugin.models import Card, DownloadLine, FeedKind, GameLine, MediaKind, Shelf
from seen.tracking.model import Mark, ProgressRow, card_of, left
from seen.tracking.model.states import State
from seen.tracking.service import Tracks

_LEAST_ALIKE = 4
_LISTS: tuple[FeedKind, ...] = ("trending", "popular")


class ViewerShelves:
    """The shelves of one person. Implements ``seen.plugin.capabilities.Shelves``."""

    def __init__(
        self, viewer: Viewer, db: Database, catalog: Catalog, tracks: Tracks, library: Library,
        rows: Rows, discover: Discover,
    ) -> None:  # fmt: skip
        self._rows = rows
        self._viewer = viewer
        self._user_id = viewer.user_id
        self._db = db
        self._catalog = catalog
        self._tracks = tracks
        self._tracking = tracks.watching
        self._library = library
        self._discover = discover

    async def continue_watching(self, limit: int) -> Sequence[Card]:
        """Started and not finished, last played first."""
        rows = await self._tracking.continue_watching(self._user_id, limit)
        ids = [row.media_id for row in rows]
        summaries = {each.id: each for each in await self._catalog.summaries(ids)}
        files = await self._library.playable(ids)
        episodes = await self._catalog.episodes_by_id(
            [row.episode_id for row in rows if row.episode_id]
        )
        return [
            _in_progress(summaries[row.media_id], row, episodes, files)
            for row in rows
            if row.media_id in summaries
        ]

    async def next_up(self, limit: int) -> Sequence[Card]:
        """The next episode of every show in progress that is not itself half watched."""
        upcoming = await self._tracking.next_up(self._user_id, limit)
        ids = [each.media_id for each in upcoming]
        summaries = {each.id: each for each in await self._catalog.summaries(ids)}
        files = await self._library.playable(ids)
        cards = []
        for each in upcoming:
            if each.media_id not in summaries:
                continue
            card = card_of(summaries[each.media_id], Mark(each.media_id))
            item_id = files.get((each.media_id, each.episode_id))
            cards.append(
                replace(
                    card,
                    caption=_place(each.season_number, each.number, each.title),
                    detail=_length(each.runtime_seconds),
                    play_href=_play(item_id, each.episode_id),
                    backdrop=picture_path(each.episode_id, "still"),
                )
            )
        return cards

    async def recently_added(self, limit: int) -> Sequence[Card]:
        """Titles whose first file came last."""
        summaries, _ = await self._library.titles(None, sort="added", limit=limit)
        return await self._tracking.cards(self._user_id, summaries)

    async def downloads(self, limit: int) -> Sequence[DownloadLine]:
        """Downloads that have not ended, those that move first."""
        return [_download(each) for each in await self._rows.unfinished(self._user_id, limit)]

    async def playing(self, limit: int) -> Sequence[GameLine]:
        """Games the viewer plays, the last changed first."""
        states = await self._tracks.states.states(self._viewer, limit, statuses=["active"])
        cards = await self._cards([each.media_id for each in states])
        by_id = {each.id: each for each in cards}
        return [
            _game(by_id[str(each.media_id)], each) for each in states if str(each.media_id) in by_id
        ]

    async def shelf(self, kind: ShelfKind, limit: int) -> Shelf:
        """One of the viewer's rows."""
        return await self._shelves[kind](self, limit)

    async def _cards(self, media_ids: list[UUID]) -> list[Card]:
        return await self._discover.cards_of(self._viewer, media_ids)

    async def _watch_later(self, limit: int) -> Shelf:
        rows = await self._tracks.later.listed(self._viewer, limit)
        return Shelf(tuple(await self._cards([each for each, _ in rows])), href="/app/watch-later")

    async def _backlog(self, limit: int) -> Shelf:
        states = await self._tracks.states.states(self._viewer, limit, statuses=["backlog"])
        cards = await self._cards([each.media_id for each in states])
        return Shelf(tuple(cards), href="/app/games?status=backlog")

    async def _recently_played(self, limit: int) -> Shelf:
        ids = await store.recently_played(self._db, self._user_id, limit)
        return Shelf(tuple(await self._cards(ids)), href="/app/games")

    async def _recently_watched(self, limit: int) -> Shelf:
        rows = await self._tracks.history.seen_titles(self._viewer, limit)
        return Shelf(tuple(await self._cards([each for each, _ in rows])), href="/app/watched")

    async def _recommended(self, limit: int) -> Shelf:
        """Like the last title that enough others resemble, else of the genre seen most."""
        found: dict[str, list[UUID]] = {}
        for title, media_id in await store.because(self._db, self._user_id):
            found.setdefault(title, []).append(media_id)
        for title, ids in found.items():
            if len(ids) >= _LEAST_ALIKE:
                return Shelf(tuple(await self._cards(ids[:limit])), f"Because you finished {title}")
        genre = await store.favourite_genre(self._db, self._user_id)
        if not genre:
            return Shelf()
        cards, _ = await self._discover.cards(
            self._viewer, Wish(genre=genre, seen="unseen", limit=limit), ""
        )
        return Shelf(tuple(cards), f"Because you like {genre}")

    async def _upcoming(self, limit: int) -> Shelf:
        today = clock.now().date()
        rows = await store.upcoming(self._db, self._user_id, today, limit)
        cards = {each.id: each for each in await self._cards([row[0] for row in rows])}
        return Shelf(
            tuple(
                replace(cards[str(media_id)], caption=_when(at, part, today), badge="")
                for media_id, at, part in rows
                if str(media_id) in cards
            )
        )

    async def _trending(self, limit: int) -> Shelf:
        """Or what is popular, where no provider says what trends."""
        for section in _LISTS:
            wish = Wish(section=section, limit=limit)
            cards, _ = await self._discover.cards(self._viewer, wish, "")
            if cards:
                heading = "" if section == "trending" else "Popular"
                return Shelf(tuple(cards), heading, f"/app/discover?section={section}")
        return Shelf()

    _shelves: ClassVar[dict[ShelfKind, Callable[[ViewerShelves, int], Awaitable[Shelf]]]] = {
        "watch_later": _watch_later,
        "backlog": _backlog,
        "recently_played": _recently_played,
        "recently_watched": _recently_watched,
        "recommended": _recommended,
        "upcoming": _upcoming,
        "trending": _trending,
    }


def _game(card: Card, state: State) -> GameLine:
    parts = [f"{length(state.seconds_played)} played"] if state.seconds_played else []
    if state.last_played_at is not None:
        parts.append(f"last {since(state.last_played_at, clock.now()).removeprefix('on ')}")
    share = None if state.completion_percent is None else state.completion_percent / 100
    line = " · ".join(parts) or state.platform or card.caption
    return GameLine(card.id, card.title, card.href, card.poster, accent(card.id), line, share)


def _when(at: date, part: str, today: date) -> str:
    return f"{part} · {day(at, today)}" if part else day(at, today)


def _download(row: JobRow) -> DownloadLine:
    speed = int(row.speeds.rpartition(",")[2] or 0)
    return DownloadLine(
        row.id, row.title, row.href, row.kind, row.poster, row.art, row.share, row.head, row.detail,
        row.tone, speed,
    )  # fmt: skip


def _in_progress(
    summary: Summary,
    row: ProgressRow,
    episodes: dict[UUID, EpisodeRow],
    files: dict[tuple[UUID, UUID | None], UUID],
) -> Card:
    card = card_of(summary, Mark(summary.id))
    episode = episodes.get(row.episode_id) if row.episode_id else None
    caption = "Movie" if summary.kind is MediaKind.MOVIE else ""
    if episode is not None:
        caption = _place(episode.season_number, episode.number, episode.title)
    return replace(
        card,
        caption=caption,
        detail=left(row.duration_seconds - row.position_seconds),
        progress=row.fraction,
        seen=False,
        play_href=_play(files.get((row.media_id, row.episode_id)), row.episode_id),
        position_seconds=row.position_seconds,
        duration_seconds=row.duration_seconds,
        episode_id=str(row.episode_id or ""),
    )


def _place(season: int, number: int, title: str) -> str:
    return f"S{season} E{number}" + (f" · {title}" if title else "")


def _length(seconds: int | None) -> str:
    return f"{max(1, round(seconds / 60))} min" if seconds else ""


def _play(item_id: UUID | None, episode_id: UUID | None) -> str:
    """The local address that plays a file; "" where there is none."""
    if item_id is None:
        return ""
    return f"/app/watch/{item_id}" + (f"?episode={episode_id}" if episode_id else "")

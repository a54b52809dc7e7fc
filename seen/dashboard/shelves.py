"""The viewer's titles as widgets see them: ready cards, a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from seen.catalog.model import EpisodeRow, Summary, picture_path
from seen.catalog.service import Catalog
from seen.downloads.pages.rows import JobRow, Rows
from seen.library.service import Library
from seen.plugin.models import Card, DownloadLine, MediaKind
from seen.tracking.model import Mark, ProgressRow, card_of, left
from seen.tracking.service import Tracking


class ViewerShelves:
    """The shelves of one person. Implements ``seen.plugin.capabilities.Shelves``."""

    def __init__(
        self, user_id: UUID, catalog: Catalog, tracking: Tracking, library: Library, rows: Rows
    ) -> None:
        self._rows = rows
        self._user_id = user_id
        self._catalog = catalog
        self._tracking = tracking
        self._library = library

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

"""Where the viewer stands in a title: what is seen, what is half seen, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from seen.catalog.model import EpisodeRow, SeasonRow, Title
from seen.catalog.service import Catalog
from seen.core.viewer import Viewer
from seen.library.service import FileOfTitle, Library
from seen.playback.model import Decision
from seen.playback.service import Playback
from seen.plugin.models import MediaKind
from seen.tracking.model import ProgressRow
from seen.tracking.service import Tracking


@dataclass(frozen=True, slots=True)
class Standing:
    """A title with the viewer's marks and its files.

    The key None stands for the movie itself. ``files`` holds the file to play for each episode:
    the best that plays, else the best; ``decisions`` says of every file whether it plays.
    """

    title: Title
    seasons: tuple[SeasonRow, ...]
    episodes: tuple[EpisodeRow, ...]
    held: tuple[FileOfTitle, ...]
    files: dict[UUID | None, UUID]
    decisions: dict[UUID, Decision]
    progress: dict[UUID | None, ProgressRow]
    watched: dict[UUID | None, datetime]

    @property
    def is_show(self) -> bool:
        return self.title.kind is MediaKind.SHOW

    def of_season(self, number: int) -> list[EpisodeRow]:
        """The episodes of a season, in order."""
        return [each for each in self.episodes if each.season_number == number]

    def current(self) -> EpisodeRow | None:
        """The episode to play now: the one in progress, else the first unseen one behind the
        last seen, else the first unseen, else the first; only of those that have a file."""
        there = [each for each in self.episodes if each.id in self.files]
        if not there:
            return None
        started = [row for key, row in self.progress.items() if key in self.files and key]
        if started:
            last = max(started, key=lambda row: row.updated_at)
            return next(each for each in there if each.id == last.episode_id)
        regular = [each for each in there if each.season_number > 0] or there
        seen = [at for at, each in enumerate(regular) if each.id in self.watched]
        ahead = regular[max(seen) + 1 :] if seen else regular
        unseen = [each for each in [*ahead, *regular] if each.id not in self.watched]
        return unseen[0] if unseen else regular[0]

    def play_path(self, episode_id: UUID | None) -> str:
        """The address that plays an episode or the movie; "" where nothing would play."""
        item_id = self.files.get(episode_id)
        if item_id is None or not self.decisions[item_id].plays:
            return ""
        return watch_path(item_id, episode_id)

    def refusal(self, episode_id: UUID | None) -> str:
        """Why an episode or the movie does not play; "" when it does or has no file."""
        item_id = self.files.get(episode_id)
        return self.decisions[item_id].reason if item_id else ""


def watch_path(item_id: UUID, episode_id: UUID | None = None) -> str:
    """The page that plays a file; ``episode_id`` says which of a show."""
    return f"/app/watch/{item_id}" + (f"?episode={episode_id}" if episode_id else "")


async def standing(
    catalog: Catalog,
    tracking: Tracking,
    library: Library,
    playback: Playback,
    viewer: Viewer,
    media_id: UUID,
) -> Standing:
    """Everything the viewer has to do with a title, in seven queries. Raises NotHere."""
    title = await catalog.title(media_id)
    seasons: tuple[SeasonRow, ...] = ()
    episodes: tuple[EpisodeRow, ...] = ()
    if title.kind is MediaKind.SHOW:
        tree = await catalog.show_tree(media_id)
        seasons, episodes = tree.seasons, tree.episodes
    held = await library.files_of(media_id)
    decisions = {each.item.id: playback.decide(each.item, each.streams) for each in held}
    rows = await tracking.progress(viewer, media_id)
    return Standing(
        title=title,
        seasons=seasons,
        episodes=episodes,
        held=tuple(held),
        files=_best(held, decisions),
        decisions=decisions,
        progress={row.episode_id: row for row in rows},
        watched=await tracking.watched(viewer, media_id),
    )


def _best(
    held: Sequence[FileOfTitle], decisions: Mapping[UUID, Decision]
) -> dict[UUID | None, UUID]:
    """One file for every episode (or None): those that play first, each in the order given."""
    found: dict[UUID | None, UUID] = {}
    for file in sorted(held, key=lambda each: not decisions[each.item.id].plays):
        for episode_id in file.episode_ids or (None,):
            found.setdefault(episode_id, file.item.id)
    return found


def season_label(number: int) -> str:
    """What a season is called; season 0 holds what belongs to none."""
    return f"Season {number}" if number else "Specials"


def has_aired(episode: EpisodeRow, today: date) -> bool:
    """Whether an episode is out; one without a date is."""
    return episode.air_date is None or episode.air_date <= today


def episode_title(episode: EpisodeRow) -> str:
    """The episode's title, or what stands in where nobody knows it."""
    return episode.title or f"Episode {episode.number}"

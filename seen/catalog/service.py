"""What the server does with titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from seen.artwork.model import Shape
from seen.artwork.service import Subject
from seen.catalog import store
from seen.catalog.model import (
    EpisodeRow,
    SeasonRow,
    Summary,
    Title,
    details_document,
    folded_title,
    refs_of,
    sort_title,
    year_of,
)
from seen.core.db import Connection, Database
from seen.core.errors import NotHere
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.text import clean
from seen.plugin.models import Episode, ExternalRef, MediaKind, TitleDetails


@dataclass(frozen=True, slots=True)
class ShowTree:
    """A show's seasons and all its episodes, in order, specials last."""

    seasons: tuple[SeasonRow, ...]
    episodes: tuple[EpisodeRow, ...]


class Catalog:
    """Stores titles as providers describe them and answers what is known."""

    def __init__(self, db: Database, events: Events) -> None:
        self._db = db
        self._events = events

    async def title(self, media_id: UUID) -> Title:
        """One title. Raises NotHere for an unknown id."""
        found = await store.title(self._db, media_id)
        if found is None:
            raise NotHere("There is no such title.")
        return found

    async def summaries(self, media_ids: Sequence[UUID]) -> list[Summary]:
        """What cards need, in the order of the ids; unknown ids are left out."""
        found = {each.id: each for each in await store.summaries(self._db, media_ids)}
        return [found[each] for each in media_ids if each in found]

    async def show_tree(self, media_id: UUID) -> ShowTree:
        """The seasons and episodes of a show in two queries."""
        async with self._db.connection() as connection:
            seasons = await store.seasons(connection, media_id)
            episodes = await store.episodes(connection, media_id)
        return ShowTree(tuple(seasons), tuple(episodes))

    async def subject(self, subject_id: UUID, shape: Shape) -> Subject:
        """What a picture is of: a title, or for a still an episode. Raises NotHere."""
        if shape == "still":
            row = await store.still_source(self._db, subject_id)
            if row is None:
                raise NotHere("There is no such episode.")
            return Subject(row[0], MediaKind.SHOW, str(subject_id), row[1])
        found = await store.picture_source(self._db, subject_id, f"{shape}_source")
        if found is None:
            raise NotHere("There is no such title.")
        return Subject(found[0], found[1], str(subject_id), found[2])

    async def episodes_by_id(self, episode_ids: Sequence[UUID]) -> dict[UUID, EpisodeRow]:
        """Some episodes by their ids."""
        return {each.id: each for each in await store.episodes_by_id(self._db, episode_ids)}

    async def known(self, ref: ExternalRef) -> UUID | None:
        """The title that carries this reference, or None."""
        found = await store.media_by_refs(self._db, [ref])
        return found[0] if found else None

    async def store_details(
        self, details: TitleDetails, provider: str, aliases: Sequence[ExternalRef] = ()
    ) -> UUID:
        """Write a title and answer with its id, which stays the same for ever.

        A title is recognised by any of its references. ``aliases`` are references under which it
        may be known from a weaker source (a file's name): that title is then completed in place,
        so that nobody's history is lost when a better source comes along.
        """
        refs = [*refs_of(details), *aliases]
        async with self._db.transaction() as connection:
            await store.lock_title(connection, details.ref)
            media_id = await self._recognise(connection, refs)
            await store.upsert_title(connection, _columns(media_id, details, provider))
            owner = await store.claim_refs(connection, media_id, refs)
            if owner != media_id:
                await store.delete_title(connection, media_id)
                return owner
            await store.set_genres(connection, media_id, details.genres)
            if details.seasons:
                await store.upsert_seasons(connection, media_id, details.seasons)
            await self._events.emit(Event("catalog", subject=str(media_id)), connection)
        return media_id

    async def _recognise(self, connection: Connection, refs: Sequence[ExternalRef]) -> UUID:
        known = await store.media_by_refs(connection, refs)
        return known[0] if known else new_id()

    async def pair_episodes(
        self, connection: Connection, twin: UUID, media_id: UUID
    ) -> dict[UUID, UUID]:
        """The episodes of one show by those of another with the same numbers; missing ones are
        made."""
        old = await store.episodes(connection, twin)
        if not old:
            return {}
        await store.upsert_episodes(
            connection,
            media_id,
            [Episode(each.season_number, each.number, each.title) for each in old],
        )
        new = {
            (e.season_number, e.number): e.id for e in await store.episodes(connection, media_id)
        }
        return {each.id: new[each.season_number, each.number] for each in old}

    async def remove_absorbed(self, connection: Connection, twin: UUID, media_id: UUID) -> None:
        """Let a title answer to another one's references, and forget that one."""
        await store.move_refs(connection, twin, media_id)
        await store.delete_title(connection, twin)

    async def season_is_fresh(self, media_id: UUID, number: int) -> bool:
        """Whether a season's episodes need not be asked for again yet."""
        return await store.season_is_known(self._db, media_id, number)

    async def store_episodes(
        self, media_id: UUID, season: int, episodes: Sequence[Episode]
    ) -> None:
        """Write the episodes of a season as a provider lists them."""
        cleaned = [each for each in episodes if each.number >= 0 and each.season >= 0]
        async with self._db.transaction() as connection:
            await store.upsert_episodes(connection, media_id, cleaned)
            await store.mark_season_refreshed(connection, media_id, season)

    async def ensure_episodes(
        self, media_id: UUID, season: int, numbers: Sequence[int], title: str = ""
    ) -> list[UUID]:
        """The ids of some episodes, made here when no provider lists them: the file exists."""
        found = await store.episode_ids(self._db, media_id, season, numbers)
        if len(found) == len(set(numbers)):
            return found
        named = title if len(numbers) == 1 else ""
        async with self._db.transaction() as connection:
            await store.upsert_episodes(
                connection, media_id, [Episode(season, number, title=named) for number in numbers]
            )
            return await store.episode_ids(connection, media_id, season, numbers)

    async def episode_by_absolute(self, media_id: UUID, number: int) -> list[UUID]:
        """The episode with an absolute number; empty when the show has no such."""
        return await store.episode_by_absolute(self._db, media_id, number)

    async def episode_by_date(self, media_id: UUID, air_date: date) -> list[UUID]:
        """The episodes that aired on a day."""
        return await store.episode_by_date(self._db, media_id, air_date)


def _columns(media_id: UUID, details: TitleDetails, provider: str) -> dict[str, object]:
    title = clean(details.title, 500) or "Untitled"
    return {
        "id": media_id,
        "media_type": details.ref.kind.value,
        "title": title,
        "original_title": clean(details.original_title, 500),
        "sort_title": sort_title(title),
        "folded_title": folded_title(title),
        "overview": clean(details.overview, 10_000),
        "tagline": clean(details.tagline, 500),
        "release_date": details.release_date,
        "release_year": year_of(details),
        "end_date": details.end_date,
        "status": clean(details.status, 60),
        "runtime_seconds": details.runtime_seconds,
        "rating": details.rating,
        "votes": max(0, details.votes),
        "popularity": details.popularity,
        "content_rating": clean(details.content_rating, 20),
        "original_language": clean(details.original_language, 20),
        "poster_source": details.artwork.poster,
        "backdrop_source": details.artwork.backdrop,
        "details": details_document(details),
        "provider": provider,
    }

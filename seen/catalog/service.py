"""What the server does with titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from seen.artwork.model import Shape
from seen.artwork.service import Subject
from seen.catalog.model import (
    EpisodeRow,
    SeasonRow,
    Summary,
    Title,
    details_document,
    folded_title,
    refs_of,
    sane_year,
    sort_title,
    year_of,
)
from seen.catalog.model.cleaning import cleaned
from seen.catalog.model.finding import words_of
from seen.catalog.model.freshness import refresh_after
from seen.catalog.model.sections import SECTIONS, SectionState
from seen.catalog.store import episodes as episode_store
from seen.catalog.store import hits as hit_store
from seen.catalog.store import refreshing
from seen.catalog.store import sections as section_store
from seen.catalog.store import titles as store
from seen.catalog.store.hits import Listed
from seen.core import clock
from seen.core.db import Connection, Database
from seen.core.errors import NotHere
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.text import clean
from seen.plugin.models import Episode, ExternalRef, MediaKind, SearchHit, TitleDetails

# How many of a title's people it is found by.
_PEOPLE_FOUND = 20


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
            seasons = await episode_store.seasons(connection, media_id)
            episodes = await episode_store.episodes(connection, media_id)
        return ShowTree(tuple(seasons), tuple(episodes))

    async def subject(self, subject_id: UUID, shape: Shape) -> Subject:
        """What a picture is of: a title, or for a still an episode. Raises NotHere."""
        if shape == "still":
            row = await episode_store.still_source(self._db, subject_id)
            if row is None:
                raise NotHere("There is no such episode.")
            return Subject(row[0], MediaKind.SHOW, str(subject_id), row[1])
        found = await store.picture_source(self._db, subject_id, f"{shape}_source")
        if found is None:
            raise NotHere("There is no such title.")
        return Subject(found[0], found[1], str(subject_id), found[2])

    async def part_source(self, media_id: UUID, part: str, index: int) -> str:
        """Where another picture of a title is: of its ``index``-th "person" or "screenshot".

        Raises NotHere where there is none.
        """
        found = await store.part_source(self._db, media_id, part, index)
        if not found:
            raise NotHere("There is no such picture.")
        return found

    async def episodes_by_id(self, episode_ids: Sequence[UUID]) -> dict[UUID, EpisodeRow]:
        """Some episodes by their ids."""
        return {each.id: each for each in await episode_store.episodes_by_id(self._db, episode_ids)}

    async def known(self, ref: ExternalRef) -> UUID | None:
        """The title that carries this reference, or None."""
        found = await store.media_by_refs(self._db, [ref])
        return found[0] if found else None

    async def is_whole(self, media_id: UUID) -> bool:
        """Whether a title is known from its provider rather than from a list alone."""
        return await store.is_whole(self._db, media_id)

    async def store_details(
        self,
        details: TitleDetails,
        provider: str,
        aliases: Sequence[ExternalRef] = (),
        *,
        announce: bool = True,
    ) -> UUID:
        """Write a title and answer with its id, which stays the same for ever.

        A title is recognised by any of its references. ``aliases`` are references under which it
        may be known from a weaker source (a file's name): that title is then completed in place,
        so that nobody's history is lost when a better source comes along. Whoever writes many
        titles says ``announce=False`` and tells of all of them at once.
        """
        details = cleaned(details)
        refs = [*refs_of(details), *aliases]
        others = await self._store_related(details, provider)
        async with self._db.transaction() as connection:
            await store.lock_title(connection, details.ref)
            media_id = await self._recognise(connection, refs)
            values, searched = _columns(media_id, details, provider), _searched(details)
            await store.upsert_title(connection, values, searched)
            owner = await store.claim_refs(connection, media_id, refs)
            if owner != media_id:
                await store.delete_title(connection, media_id)
                return owner
            await store.add_words(connection, words_of(*searched))
            await store.set_genres(connection, media_id, details.genres)
            await store.set_related(connection, media_id, others)
            if seasons := [each for each in details.seasons if each.number >= 0]:
                await episode_store.upsert_seasons(connection, media_id, seasons)
            if announce:
                await self._events.emit(Event("catalog", subject=str(media_id)), connection)
        return media_id

    async def _store_related(self, details: TitleDetails, provider: str) -> list[tuple[str, UUID]]:
        """The titles that this one is related to, each with what it is to it."""
        wanted: list[tuple[str, SearchHit]] = [
            (each.relation, each.hit) for each in details.related[:60]
        ]
        wanted += [("similar", each) for each in details.similar[:20]]
        ids = await self.store_hits([hit for _, hit in wanted], provider, due=False)
        return [(relation, ids[hit.ref]) for relation, hit in wanted if hit.ref in ids]

    async def store_hits(
        self, hits: Sequence[SearchHit], provider: str, *, due: bool
    ) -> dict[ExternalRef, UUID]:
        """Keep the titles of a list, and answer with their ids.

        A title that is new is kept as far as the list tells of it; with ``due`` it is asked for
        soon, else when somebody looks at it. Of a known one only popularity and votes change.
        """
        by_ref = {each.ref: cleaned(each) for each in hits}
        if not by_ref:
            return {}
        async with self._db.transaction() as connection:
            ids = await hit_store.known(connection, list(by_ref))
            fresh = sorted(
                (_listed(hit) for ref, hit in by_ref.items() if ref not in ids),
                key=lambda each: (each.ref.source, each.ref.kind, each.ref.id),
            )
            if ids:
                seen = sorted((media_id, _listed(by_ref[ref])) for ref, media_id in ids.items())
                await hit_store.set_standing(connection, seen)
            if fresh:
                await hit_store.insert(connection, fresh, provider, due=due)
                ids |= await hit_store.claim(connection, fresh)
                await hit_store.set_genres(
                    connection,
                    [(ids[ref], name) for ref, hit in by_ref.items() for name in hit.genres],
                )
                texts = (text for each in fresh for text in (each.title, each.original_title))
                await store.add_words(connection, words_of(*texts))
        return ids

    async def section_states(self, kinds: Sequence[MediaKind]) -> list[SectionState]:
        """How the lists of some kinds stand, in the order of the page."""
        wanted = [each for each in SECTIONS if each.kind in kinds]
        return await section_store.states(self._db, wanted)

    async def related(self, media_id: UUID) -> list[tuple[str, UUID]]:
        """What a title is related to: relation ("similar", "dlc", ...) and the other title."""
        return await store.related(self._db, media_id)

    async def hurry(self, media_id: UUID) -> bool:
        """Put a title first in line that somebody looks at and of which little is known, or what
        is known is old; whether there was anything to hurry."""
        return await refreshing.hurry(self._db, media_id)

    async def hurry_seasons(self, media_id: UUID) -> bool:
        """Put the seasons of a show first in line of which no episode is known yet; whether there
        are such."""
        return await refreshing.hurry_seasons(self._db, media_id)

    async def known_all(self, details: TitleDetails) -> list[UUID]:
        """Every title that carries one of these references; more than one when titles turn out to
        be the same."""
        return await store.media_by_refs(self._db, refs_of(details))

    async def drop_ref(self, ref: ExternalRef) -> None:
        """Forget a reference that its service has no more."""
        await store.delete_ref(self._db, ref)

    async def _recognise(self, connection: Connection, refs: Sequence[ExternalRef]) -> UUID:
        known = await store.media_by_refs(connection, refs)
        return known[0] if known else new_id()

    async def pair_episodes(
        self, connection: Connection, twin: UUID, media_id: UUID
    ) -> dict[UUID, UUID]:
        """The episodes of one show by those of another with the same numbers; missing ones are
        made."""
        old = await episode_store.episodes(connection, twin)
        if not old:
            return {}
        await episode_store.upsert_episodes(
            connection,
            media_id,
            [Episode(each.season_number, each.number, each.title) for each in old],
        )
        new = {
            (e.season_number, e.number): e.id
            for e in await episode_store.episodes(connection, media_id)
        }
        return {each.id: new[each.season_number, each.number] for each in old}

    async def remove_absorbed(self, connection: Connection, twin: UUID, media_id: UUID) -> None:
        """Let a title answer to another one's references, and forget that one."""
        await store.move_refs(connection, twin, media_id)
        await store.delete_title(connection, twin)

    async def season_is_fresh(self, media_id: UUID, number: int) -> bool:
        """Whether a season's episodes need not be asked for again yet."""
        return await episode_store.season_is_known(self._db, media_id, number)

    async def store_episodes(
        self, media_id: UUID, season: int, episodes: Sequence[Episode]
    ) -> None:
        """Write the episodes of a season as a provider lists them."""
        listed = [cleaned(each) for each in episodes if each.number >= 0 and each.season >= 0]
        async with self._db.transaction() as connection:
            await episode_store.upsert_episodes(connection, media_id, listed)
            await episode_store.mark_season_refreshed(connection, media_id, season)

    async def ensure_episodes(
        self, media_id: UUID, season: int, numbers: Sequence[int], title: str = ""
    ) -> list[UUID]:
        """The ids of some episodes, made here when no provider lists them: the file exists."""
        found = await episode_store.episode_ids(self._db, media_id, season, numbers)
        if len(found) == len(set(numbers)):
            return found
        named = title if len(numbers) == 1 else ""
        async with self._db.transaction() as connection:
            await episode_store.upsert_episodes(
                connection, media_id, [Episode(season, number, title=named) for number in numbers]
            )
            return await episode_store.episode_ids(connection, media_id, season, numbers)

    async def episode_by_absolute(self, media_id: UUID, number: int) -> list[UUID]:
        """The episode with an absolute number; empty when the show has no such."""
        return await episode_store.episode_by_absolute(self._db, media_id, number)

    async def episode_by_date(self, media_id: UUID, air_date: date) -> list[UUID]:
        """The episodes that aired on a day."""
        return await episode_store.episode_by_date(self._db, media_id, air_date)


def _columns(media_id: UUID, details: TitleDetails, provider: str) -> dict[str, object]:
    title = clean(details.title, 500) or "Untitled"
    status = clean(details.status, 60)
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
        "status": status,
        "runtime_seconds": details.runtime_seconds,
        "rating": details.rating,
        "votes": max(0, details.votes),
        "popularity": details.popularity,
        "content_rating": clean(details.content_rating, 40),
        "original_language": clean(details.original_language, 20),
        "poster_source": details.artwork.poster,
        "backdrop_source": details.artwork.backdrop,
        "details": details_document(details),
        "provider": provider,
        "platforms": [clean(each, 60) for each in details.platforms[:60]],
        "validator": details.validator,
        # Without a means to tell whether it changed, its provider has to say so.
        "refresh_at": refresh_after(clock.now(), media_id, details.release_date, status)
        if details.validator
        else None,
    }


def _searched(details: TitleDetails) -> tuple[str, str, str]:
    """What a title is found by: its name, its other names, its people."""
    others = (details.original_title, *details.alternative_titles[:60], *details.franchises[:5])
    people = (each.name for each in details.credits[:_PEOPLE_FOUND])
    return (
        folded_title(clean(details.title, 500)),
        folded_title(clean(" / ".join(others), 5000)),
        folded_title(clean(" / ".join(people), 2000)),
    )


def _listed(hit: SearchHit) -> Listed:
    """A row of a list as it is kept."""
    title = clean(hit.title, 500) or "Untitled"
    released = hit.release_date
    return Listed(
        id=new_id(),
        ref=hit.ref,
        title=title,
        original_title=clean(hit.original_title, 500),
        sort_title=sort_title(title),
        folded_title=folded_title(title),
        others=folded_title(
            clean(" / ".join((hit.original_title, *hit.alternative_titles[:60])), 5000)
        ),
        overview=clean(hit.overview, 10_000),
        release_date=released,
        year=sane_year(released.year if released else hit.year),
        rating=hit.rating,
        votes=max(0, hit.votes),
        popularity=max(0.0, hit.popularity),
        language=clean(hit.original_language, 20),
        poster=hit.poster,
        backdrop=hit.backdrop,
        genre=clean(hit.genres[0], 80) if hit.genres else "",
    )

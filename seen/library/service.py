"""What people do with their library: folders, files, review."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from seen.catalog.model import Summary, Title
from seen.catalog.service import Catalog
from seen.core.db import Database
from seen.core.errors import Conflict, Invalid, NotHere, Unavailable
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.jobs import Job, JobContext, JobEngine, Run
from seen.core.kept import Kept
from seen.core.text import clean
from seen.host import PluginHost
from seen.library import store
from seen.library.folders import checked_folder, inside_roots, is_below
from seen.library.identify import Identifier
from seen.library.model import Candidate
from seen.library.model.doing import Doing, doing_of
from seen.library.model.records import (
    Item,
    MatchState,
    Root,
    SeenFilter,
    StoredStream,
    TitleSort,
)
from seen.library.scan import Scan
from seen.plugin.errors import PluginError
from seen.plugin.models import (
    ExternalRef,
    MediaKind,
    ParsedName,
    ParseHints,
    SearchHit,
    SearchQuery,
)
from seen.tracking.service import Tracking

SCAN_JOB = "library_scan"
# One scan at a time on the whole server: two would ask the providers everything twice.
_SCAN_LOCK = 0x5EE_0002


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody says a file is: a title of the catalog, or a provider's candidate."""

    media_id: UUID | None = None
    ref: ExternalRef | None = None
    season: int | None = None
    episode: int | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a file that is not in the library yet will most likely be."""

    parsed: ParsedName | None
    title: Title | None


@dataclass(frozen=True, slots=True)
class FileOfTitle:
    """A file of a title with its streams and, for a show, its episodes."""

    item: Item
    episode_ids: tuple[UUID, ...]
    streams: tuple[StoredStream, ...]


class Library:
    """Folders, files and what they are."""

    def __init__(
        self,
        db: Database,
        events: Events,
        jobs: JobEngine,
        host: PluginHost,
        catalog: Catalog,
        tracking: Tracking,
    ) -> None:
        self._db = db
        self._events = events
        self._jobs = jobs
        self._host = host
        self._catalog = catalog
        self._tracking = tracking
        self._fillers = [SCAN_JOB]
        # Every page shows them, and to count takes a look at every file.
        self._counts = Kept[str, dict[str, int]](events, ("library",))

    def follow(self, job: str) -> None:
        """Show another job that fills the library in the place where pages show a scan."""
        self._fillers.append(job)

    def job(self) -> Job:
        """The scan as background work: asked for, and four times a day."""
        return Job(
            SCAN_JOB,
            "Look through the library folders",
            self._run_scan,
            schedule="17 */6 * * *",
            attempts=3,
            backoff_seconds=10,
        )

    # --- folders -----------------------------------------------------------------------------

    async def roots(self) -> list[Root]:
        """The library folders by path."""
        return await store.roots(self._db)

    async def add_root(self, path: str, kind: MediaKind | None = None) -> Root:
        """Add a folder. Raises Invalid with a plain reason, Conflict when it is there already."""
        real = await asyncio.to_thread(checked_folder, path)
        for each in await self.roots():
            if each.path == real:
                raise Conflict("This folder is already in the library.", code="root_known")
            one, other = sorted((each.path, real), key=len)
            if other.startswith(one.rstrip("/") + "/"):
                raise Conflict(
                    f"{other} lies inside {one}; one of them is enough.", code="root_nested"
                )
        root_id = new_id()
        if not await store.insert_root(self._db, root_id, real, kind):
            raise Conflict("This folder is already in the library.", code="root_known")
        await self._events.emit(Event("library"))
        return next(each for each in await self.roots() if each.id == root_id)

    async def remove_root(self, root_id: UUID) -> None:
        """Forget a folder and its files. The files and everybody's history stay as they are."""
        if not await store.delete_root(self._db, root_id):
            raise NotHere("There is no such library folder.")
        await self._events.emit(Event("library"))

    # --- scanning ----------------------------------------------------------------------------

    async def rescan(self, paths: Sequence[str] = ()) -> tuple[UUID, int]:
        """Queue a scan of everything or of some paths; its run and how many paths it accepted.

        Raises Invalid for a path outside the library folders.
        """
        roots = await self.roots()
        if paths and not roots:
            raise Invalid("There is no library folder yet.")
        accepted = [await asyncio.to_thread(inside_roots, path, roots) for path in paths]
        facts = {"paths": sorted(set(accepted))}
        dedupe = ",".join(facts["paths"]) or "everything"
        run_id = await self._jobs.enqueue(SCAN_JOB, facts, dedupe=dedupe)
        return run_id, len(accepted) if paths else len(roots)

    async def last_scan(self) -> Run | None:
        """The scan that runs or ran last."""
        return await self._jobs.latest(SCAN_JOB)

    async def doing(self) -> Doing | None:
        """The scan or other work under way that fills the library; None when none is."""
        for name in self._fillers:
            if found := doing_of(await self._jobs.latest(name)):
                return found
        return None

    async def _run_scan(self, context: JobContext) -> str:
        async def say(done: int, total: int, message: str) -> None:
            await context.progress(done, total, message)

        return await self.scan(context.facts.get("paths", ()), say)

    async def scan(self, paths: Sequence[str], say: Any) -> str:
        """Scan now and answer with a sentence about it. Raises Unavailable while another runs."""
        await self._host.settled(30)
        guard = await self._db.dedicated()
        try:
            if not await guard.fetchval("select pg_try_advisory_lock($1)", _SCAN_LOCK):
                raise Unavailable("Another scan is running.")
            roots = await self.roots()
            below: dict[UUID, str] = {}
            if paths:
                roots = [each for each in roots if any(is_below(p, each.path) for p in paths)]
                below = {
                    root.id: path
                    for root in roots
                    for path in paths
                    if is_below(path, root.path) and path != root.path
                }
            scan = Scan(self._db, self._events, self._host, self._identifier(), say)
            tally = await scan.run(roots, below)
        finally:
            await guard.close()
        await self._events.emit(Event("library", facts={"scan": "done"}))
        return tally.sentence()

    async def foresee(self, path: Path, kind: MediaKind | None = None) -> Foreseen:
        """What a file outside the library is by its name, where the providers are sure of it."""
        identifier = self._identifier()
        parsed = await identifier.parse(path, ParseHints(None, kind))
        if parsed is None:
            return Foreseen(None, None)
        identified = await identifier.identify(path, parsed, None)
        if identified.media_id is None:
            return Foreseen(parsed, None)
        return Foreseen(parsed, await self._catalog.title(identified.media_id))

    async def credit(self, job_id: UUID, paths: Sequence[str]) -> list[Item]:
        """Note that a download brought the files at these paths; those that are listed."""
        found = await store.items_at(self._db, paths)
        await store.set_source_job(self._db, list(found.values()), job_id)
        return [await self.item(each) for each in found.values()]

    def _identifier(self) -> Identifier:
        return Identifier(self._host, self._catalog, self.absorb)

    async def absorb(self, twin: UUID, media_id: UUID) -> None:
        """Two titles turned out to be one: files and everybody's history go to the one that stays.

        Happens when a title was known from file names alone and a provider that knows it comes
        later, after another file has already brought the provider's title in.
        """
        async with self._db.transaction() as connection:
            pairs = await self._catalog.pair_episodes(connection, twin, media_id)
            await self._tracking.move(connection, twin, media_id, pairs)
            await store.move_items(connection, twin, media_id, pairs)
            await self._catalog.remove_absorbed(connection, twin, media_id)
            await self._events.emit(Event("library"), connection)

    # --- browsing ----------------------------------------------------------------------------

    async def items(
        self,
        states: Sequence[MatchState],
        kind: MediaKind | None,
        query: str,
        page: int,
        page_size: int,
    ) -> tuple[list[Item], int]:
        """A page of files and how many there are in all."""
        return await store.items(
            self._db,
            states=states,
            kind=kind.value if kind else None,
            query=clean(query, 200),
            limit=page_size,
            offset=(page - 1) * page_size,
        )

    async def titles(
        self,
        kind: MediaKind | None,
        *,
        genre: str = "",
        sort: TitleSort = "title",
        after: tuple[Any, UUID] | None = None,
        limit: int = 60,
        viewer_id: UUID | None = None,
        seen: SeenFilter = "",
    ) -> tuple[list[Summary], tuple[Any, UUID] | None]:
        """A page of titles that have files, and the key to go on from (None at the end).

        ``seen`` limits it by what the person ``viewer_id`` has seen.
        """
        rows = await store.titles(
            self._db,
            kind=kind.value if kind else None,
            genre=clean(genre, 80),
            sort=sort,
            after=after,
            limit=limit + 1,
            viewer_id=viewer_id,
            seen=seen,
        )
        page = rows[:limit]
        following = (page[-1][1], page[-1][0]) if len(rows) > limit else None
        return await self._catalog.summaries([media_id for media_id, _ in page]), following

    async def titles_by_file_name(self, text: str, limit: int) -> list[UUID]:
        """Titles with a file whose name holds the text, for people who remember just that."""
        wanted = clean(text, 200)
        return await store.titles_by_file_name(self._db, wanted, limit) if wanted else []

    async def genres(self, kind: MediaKind) -> list[str]:
        """Genres to filter a kind by."""
        return await store.genres(self._db, kind.value)

    async def counts(self) -> dict[str, int]:
        """Titles by kind ("movies", "shows", "games"), files to review, bytes."""
        return await self._counts.get("", lambda: store.counts(self._db))

    async def item(self, item_id: UUID) -> Item:
        """One file. Raises NotHere."""
        found = await store.item(self._db, item_id)
        if found is None:
            raise NotHere("There is no such file in the library.")
        return found

    async def files_of(self, media_id: UUID) -> list[FileOfTitle]:
        """The files of a title, the best one first."""
        found = await store.items_of_media(self._db, media_id)
        streams: dict[UUID, list[StoredStream]] = {}
        for each in await store.streams_of(self._db, [item.id for item, _ in found]):
            streams.setdefault(each.item_id, []).append(each)
        return [
            FileOfTitle(item, tuple(episodes), tuple(streams.get(item.id, ())))
            for item, episodes in found
        ]

    async def playable(self, media_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID | None], UUID]:
        """A file that is there for every (title, episode) of some titles, in one query."""
        return await store.files_of(self._db, media_ids)

    async def streams(self, item_id: UUID) -> list[StoredStream]:
        """The streams of a file, side-car subtitles last."""
        return await store.streams_of(self._db, [item_id])

    async def stream(self, stream_id: UUID) -> StoredStream:
        """One stream. Raises NotHere."""
        found = await store.stream(self._db, stream_id)
        if found is None:
            raise NotHere("There is no such stream.")
        return found

    # --- review ------------------------------------------------------------------------------

    async def search(self, text: str, kind: MediaKind | None) -> list[tuple[str, SearchHit]]:
        """Ask the providers by hand: provider instance and hit, in the admin's order.

        Raises Unavailable only when nobody at all could answer.
        """
        query = SearchQuery(clean(text, 200), kind)
        if not query.title:
            return []
        providers = [
            each
            for each in self._host.metadata_providers()
            if "search" in each.features and (kind is None or kind in each.facts.kinds)
        ]
        found: list[tuple[str, SearchHit]] = []
        refusals = []
        for provider in providers:
            try:
                hits = await provider.call(lambda p: p.search(query), timeout=10.0)
            except PluginError as error:
                refusals.append(f"{provider.title}: {error}")
                continue
            found += [(provider.instance_id, hit) for hit in hits if not hit.echo]
        if refusals and len(refusals) == len(providers):
            raise Unavailable(" ".join(refusals))
        return found

    async def match(self, item_id: UUID, choice: Choice, *, force: bool = False) -> Item:
        """Say what a file is; no scan will change that. Raises Conflict when somebody already
        said so and ``force`` is not given."""
        item = await self.item(item_id)
        if item.match_locked and item.match_state == "matched" and not force:
            raise Conflict(
                "Somebody already matched this file by hand; send force to change it.",
                code="match_locked",
            )
        media_id = await self._chosen_title(choice)
        title = await self._catalog.title(media_id)
        episodes: Sequence[UUID] = ()
        if title.kind is MediaKind.SHOW:
            season, numbers = _episode_numbers(item, choice)
            episodes = await self._catalog.ensure_episodes(media_id, season, numbers)
        async with self._db.transaction() as connection:
            await store.set_match(
                connection, item_id, media_id, "matched", "Matched by hand", locked=True
            )
            await store.replace_episodes(connection, item_id, episodes)
            await self._events.emit(Event("library", subject=str(item_id)), connection)
        return await self.item(item_id)

    async def companions(self, item: Item) -> list[UUID]:
        """Other files that are episodes of the same show by their names."""
        return await store.companions(self._db, item)

    async def match_whole(self, item_id: UUID, choice: Choice) -> int:
        """Say which show a file and its companions are of, each the episode its name tells;
        answers with how many files that were."""
        others = await self.companions(await self.item(item_id))
        matched = await self.match(item_id, choice, force=True)
        for each in others:
            await self.match(each, Choice(matched.media_id), force=True)
        return 1 + len(others)

    async def _chosen_title(self, choice: Choice) -> UUID:
        if choice.media_id is not None:
            return choice.media_id
        if choice.ref is None:
            raise Invalid("Say which title the file is.")
        hit = SearchHit(choice.ref, "")
        for provider in self._host.metadata_providers():
            if provider.facts.source == choice.ref.source:
                try:
                    return await self._identifier().store(Candidate(hit, provider.instance_id))
                except PluginError as error:
                    raise Unavailable(f"{provider.title}: {error}") from error
        raise Invalid(f"Nobody here knows {choice.ref.source}.")

    async def ignore(self, item_id: UUID) -> None:
        """Put a file aside; no scan brings it back."""
        await self._decide(item_id, "ignored", "Ignored by hand", locked=True)

    async def restore(self, item_id: UUID) -> None:
        """Let the next scan decide about a file again."""
        await self._decide(item_id, "unmatched", "Waits for the next scan", locked=False)
        await store.forget_scan(self._db, item_id)

    async def _decide(self, item_id: UUID, state: str, reason: str, *, locked: bool) -> None:
        await self.item(item_id)
        async with self._db.transaction() as connection:
            await store.set_match(connection, item_id, None, state, reason, locked=locked)
            await store.replace_episodes(connection, item_id, ())
            await self._events.emit(Event("library", subject=str(item_id)), connection)


def _episode_numbers(item: Item, choice: Choice) -> tuple[int, Sequence[int]]:
    """Season and episodes: as said, else as the name says. Raises Invalid when neither does."""
    parsed = item.evidence.get("parsed", {})
    season = choice.season if choice.season is not None else parsed.get("season")
    if choice.episode is not None:
        return (season if season is not None else 1), [choice.episode]
    numbers = parsed.get("episodes") or []
    if not numbers:
        raise Invalid("Say which season and episode this file is.", code="episode_needed")
    return (season if season is not None else 1), numbers

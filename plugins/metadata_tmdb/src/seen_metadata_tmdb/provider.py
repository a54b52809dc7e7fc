"""TMDB as the host sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime

from seen.plugin import (
    AuthFailed,
    Health,
    MediaKind,
    NotReady,
    PluginContext,
    PluginError,
    Unsupported,
)
from seen.plugin.models import (
    BrowseQuery,
    Episode,
    ExternalRef,
    FeedKind,
    FeedPage,
    KnownTitle,
    Refreshed,
    SearchHit,
    SearchQuery,
    TitleDetails,
)
from seen_metadata_tmdb.client import TmdbClient
from seen_metadata_tmdb.lists import Lists, Place
from seen_metadata_tmdb.lookups import Lookups
from seen_metadata_tmdb.pages import Pages, path_of
from seen_metadata_tmdb.rows import PATHS, SOURCE
from seen_metadata_tmdb.searching import Searcher
from seen_metadata_tmdb.seasons import SeasonReader

DEFAULT_BASE = "https://api.themoviedb.org/3"
DEFAULT_RATE = 35


class TmdbProvider:
    """Movies and shows from TMDB."""

    id = "tmdb"
    source = SOURCE
    kinds = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
    features: AbstractSet[str] = frozenset(
        {"search", "details", "episodes", "feed", "similar", "releases", "changes", "refresh",
         "genres", "browse"}
    )  # fmt: skip

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        config: Mapping[str, object] = ctx.config

        def given(name: str, default: str = "") -> str:
            return str(config.get(name) or default).strip()

        self._key = given("api_key")
        self._language = given("language", "en-US")
        adult = bool(config.get("include_adult"))
        country = given("region")
        rate = int(given("per_second", str(DEFAULT_RATE)))
        self._client = client = TmdbClient(ctx, given("base_url", DEFAULT_BASE), self._key, rate)
        self._lookups = lookups = Lookups(client, given("image_url"), adult)
        self._searcher = Searcher(client, lookups, adult)
        self._pages = Pages(client, lookups, country)
        here = country or self._language.partition("-")[2] or "US"
        place = Place(self._language, here, given("timezone"), adult)
        self._lists = Lists(client, lookups, place)
        self._seasons = SeasonReader(client)

    # --- life ---

    async def start(self) -> None:
        """Check the key. Raises NotReady without one and AuthFailed for a wrong one."""
        self._need_key()
        try:
            await self._client.at("/configuration")
        except AuthFailed:
            raise
        except PluginError as error:
            self._ctx.log.warning("service_unreachable_at_start", reason=str(error))

    async def health(self) -> Health:
        if not self._key:
            return Health("failed", "Needs a key")
        try:
            await self._client.at("/configuration")
        except AuthFailed as error:
            return Health("failed", str(error))
        except PluginError as error:
            return Health("degraded", str(error))
        return Health()

    async def stop(self) -> None:
        await self._client.close()
        self._seasons.forget()

    # --- one title ---

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        """Titles by id where the query has one that the service knows, else by name."""
        self._need_key()
        return await self._searcher.search(query)

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        """All about a title in one question; a second one in English where a text is missing."""
        self._need_key()
        return await self._pages.details(ref, language)

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        """A conditional question for each title: the validator is the ETag of its page."""
        self._need_key()
        return await self._pages.refresh(known, language)

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        """The episodes of a season; twenty seasons come with one question."""
        self._need_key()
        if ref.kind is not MediaKind.SHOW or season < 0:
            return ()
        lookup = await self._lookups.of(self._language)
        return await self._seasons.episodes(path_of(ref), season, self._language, lookup)

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        """What the service recommends, or else what it calls similar."""
        self._need_key()
        return await self._lists.similar(path_of(ref), ref.kind)

    # --- lists ---

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int = 1) -> FeedPage:
        """A page of a list. Raises Unsupported for a list the service does not have."""
        self._need_key()
        return await self._lists.feed(feed, kind, page)

    async def browse(self, query: BrowseQuery) -> FeedPage:
        """A page of the catalog, by genre, year and order."""
        self._need_kind(query.kind)
        return await self._lists.browse(query)

    async def genres(self, kind: MediaKind) -> Sequence[str]:
        """The service's genres."""
        self._need_kind(kind)
        return tuple(await self._lookups.genres(kind, self._language))

    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        """The best-known titles that come out in these days."""
        self._need_kind(kind)
        return await self._lists.releases(start, end, kind)

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        """Titles that changed; looks back twelve weeks at most."""
        self._need_kind(kind)
        return await self._lists.changes(since, kind)

    def _need_key(self) -> None:
        if not self._key:
            raise NotReady("Needs a key")

    def _need_kind(self, kind: MediaKind) -> None:
        self._need_key()
        if kind not in PATHS:
            raise Unsupported("TMDB knows movies and shows only")

"""IGDB as the host sees it."""

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
from seen_metadata_igdb.client import IgdbClient
from seen_metadata_igdb.games import DEFAULT_PICTURES, GAME, SOURCE, Pictures
from seen_metadata_igdb.lists import Lists
from seen_metadata_igdb.reader import GameReader
from seen_metadata_igdb.searching import Searcher
from seen_metadata_igdb.token import Tokens

DEFAULT_BASE = "https://api.igdb.com/v4"
DEFAULT_TOKENS = "https://id.twitch.tv/oauth2/token"
_NEEDS = "Needs a client ID and a client secret"


class IgdbProvider:
    """Games from IGDB."""

    id = "igdb"
    source = SOURCE
    kinds = frozenset({GAME})
    features: AbstractSet[str] = frozenset(
        {"search", "details", "feed", "similar", "releases", "changes", "refresh", "genres",
         "browse"}
    )  # fmt: skip

    def __init__(self, ctx: PluginContext) -> None:
        self._log = ctx.log
        config: Mapping[str, object] = ctx.config

        def given(name: str, default: str = "") -> str:
            return str(config.get(name) or default).strip()

        client_id, secret = given("client_id"), given("client_secret")
        self._ready = bool(client_id and secret)
        adult = bool(config.get("include_adult"))
        pictures = Pictures(given("image_url", DEFAULT_PICTURES))
        self._tokens = Tokens(ctx, given("token_url", DEFAULT_TOKENS), client_id, secret)
        self._client = IgdbClient(ctx, given("base_url", DEFAULT_BASE), client_id, self._tokens)
        self._reader = GameReader(self._client, pictures)
        self._searcher = Searcher(self._client, pictures, adult)
        self._lists = Lists(ctx, self._client, self._reader, pictures, adult)

    # --- life ---

    async def start(self) -> None:
        """Get the token. Raises NotReady without credentials and AuthFailed for wrong ones."""
        self._need_credentials()
        try:
            await self._tokens.get()
        except AuthFailed:
            raise
        except PluginError as error:
            self._log.warning("service_unreachable_at_start", reason=str(error))

    async def health(self) -> Health:
        """How the last request went; nothing is asked for the sake of asking."""
        if not self._ready:
            return Health("failed", _NEEDS)
        try:
            await self._tokens.get()
        except AuthFailed as error:
            return Health("failed", str(error))
        except PluginError as error:
            return Health("degraded", str(error))
        return self._client.health

    async def stop(self) -> None:
        """Nothing to let go of."""

    # --- one game ---

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        """The game of an id in the query, else games of the name, likeliest first."""
        self._need_credentials()
        return await self._searcher.search(query)

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        """All about a game; the service speaks English only."""
        self._need_credentials()
        return await self._reader.details(ref)

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        """Two requests for any number of games; the validator is when one changed last."""
        self._need_credentials()
        return await self._reader.refresh(known)

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        """Games that the service calls similar."""
        self._need_credentials()
        return await self._reader.similar(ref)

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        raise Unsupported("Games have no episodes")

    # --- lists ---

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int = 1) -> FeedPage:
        """A page of a list, with all of each game."""
        self._need_kind(kind)
        return await self._lists.feed(feed, page)

    async def browse(self, query: BrowseQuery) -> FeedPage:
        """A page of the catalog, by genre, year and order."""
        self._need_kind(query.kind)
        return await self._lists.browse(query)

    async def genres(self, kind: MediaKind) -> Sequence[str]:
        """The service's genres."""
        self._need_kind(kind)
        return tuple(await self._lists.genres())

    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        """Games, DLC and expansions that come out in these days."""
        self._need_kind(kind)
        return await self._lists.releases(start, end)

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        """Games that changed since then."""
        self._need_kind(kind)
        return await self._lists.changes(since)

    def _need_credentials(self) -> None:
        if not self._ready:
            raise NotReady(_NEEDS)

    def _need_kind(self, kind: MediaKind) -> None:
        self._need_credentials()
        if kind is not GAME:
            raise Unsupported("IGDB knows games only")

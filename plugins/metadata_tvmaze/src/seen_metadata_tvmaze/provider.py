"""TVmaze as the host sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from seen.plugin import Health, MediaKind, NotFound, PluginContext, Unavailable, Unsupported
from seen.plugin.models import (
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
from seen.plugin.reading import part, plain
from seen_metadata_tvmaze.client import TvmazeClient
from seen_metadata_tvmaze.lists import Lists
from seen_metadata_tvmaze.pages import Pages
from seen_metadata_tvmaze.shows import DEFAULT_PICTURES, GENRES, SHOW, SOURCE, Pictures, hit

DEFAULT_BASE = "https://api.tvmaze.com"
_LOOK_UP = (("imdb", "imdb", r"tt\d{5,10}"), ("tvdb", "thetvdb", r"[1-9]\d{0,9}"))
_SPANS = ((1, "day"), (7, "week"), (30, "month"))
"""For how many days the service tells of changes under a name; for more it tells of all."""
MOST = 20


class TvmazeProvider:
    """Shows from TVmaze."""

    id = "tvmaze"
    source = SOURCE
    kinds = frozenset({SHOW})
    features: AbstractSet[str] = frozenset(
        {"search", "details", "episodes", "feed", "changes", "refresh", "genres"}
    )

    def __init__(self, ctx: PluginContext) -> None:
        config: Mapping[str, object] = ctx.config

        def given(name: str, default: str) -> str:
            return str(config.get(name) or default).strip()

        self._client = TvmazeClient(ctx, given("base_url", DEFAULT_BASE))
        self._pictures = Pictures(given("image_url", DEFAULT_PICTURES).rstrip("/"))
        self._pages = Pages(self._client, self._pictures)
        self._lists = Lists(self._client, self._pictures, given("country", "US"))

    # --- life ---

    async def start(self) -> None:
        """Nothing to get ready: there is no key."""

    async def health(self) -> Health:
        """How the last request went; nothing is asked for the sake of asking."""
        return self._client.health

    async def stop(self) -> None:
        await self._client.close()
        self._pages.forget()
        self._lists.forget()

    # --- one show ---

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        """The show of an id in the query, else shows of the name, those of its year first."""
        if query.kind not in (None, SHOW):
            return ()
        if known := await self._number_of(query.external_ids):
            return await self._by_number(known)
        title = plain(query.title, 200)
        if not title:
            return ()
        rows = await self._client.found(title)
        made = (hit(part(row, "show"), self._pictures) for row in rows)
        found = list({each.ref: each for each in made if each}.values())
        if query.year is not None:
            found.sort(key=lambda each: each.year != query.year)
        return found[:MOST]

    async def _number_of(self, ids: Mapping[str, str]) -> str:
        """The number of the show that one of the ids stands for, or ""."""
        own = ids.get(SOURCE, "")
        if re.fullmatch(r"[1-9]\d{0,9}", own, re.ASCII):
            return own
        for source, parameter, shape in _LOOK_UP:
            value = ids.get(source, "")
            if re.fullmatch(shape, value, re.ASCII):
                found = await self._client.looked_up(parameter, value)
                if found:
                    return found
        return ""

    async def _by_number(self, known: str) -> Sequence[SearchHit]:
        try:
            got = await self._client.show(known, keep=True)
        except NotFound:
            return ()
        made = hit(got.value, self._pictures)
        return (made,) if made and made.ref.id == known else ()

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        """All about a show but its episodes; the service speaks English only."""
        return await self._pages.details(ref)

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        """One request for which shows changed, and one for each of those."""
        return await self._pages.refresh(known)

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        """The episodes of a season, without specials, which have no number."""
        return await self._pages.episodes(ref, season)

    # --- lists ---

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int = 1) -> FeedPage:
        """A page of a list."""
        self._need_shows(kind)
        return await self._lists.feed(feed, page)

    async def genres(self, kind: MediaKind) -> Sequence[str]:
        """The service's genres."""
        self._need_shows(kind)
        return GENRES

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        """Shows that changed since then."""
        self._need_shows(kind)
        age = datetime.now(UTC) - since
        span = next((name for days, name in _SPANS if age.total_seconds() < days * 86_400), "")
        try:
            changed_at = await self._client.updates(span)
        except NotFound:
            raise Unavailable("TVmaze does not say what changed") from None
        first = since.timestamp()
        return tuple(ExternalRef(SOURCE, SHOW, n) for n, at in changed_at.items() if at >= first)

    def _need_shows(self, kind: MediaKind) -> None:
        if kind is not SHOW:
            raise Unsupported("TVmaze knows shows only")

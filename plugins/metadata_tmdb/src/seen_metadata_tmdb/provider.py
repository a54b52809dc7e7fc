"""TMDB as the host sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from seen.plugin import (
    AuthFailed,
    Health,
    MediaKind,
    NotFound,
    NotReady,
    PluginContext,
    PluginError,
    Unsupported,
)
from seen.plugin.models import (
    Episode,
    ExternalRef,
    FeedKind,
    FeedPage,
    SearchHit,
    SearchQuery,
    TitleDetails,
)
from seen_metadata_tmdb import titles
from seen_metadata_tmdb.client import TmdbClient
from seen_metadata_tmdb.reading import identifier, integer, part, plain, rows, text
from seen_metadata_tmdb.seasons import SeasonReader
from seen_metadata_tmdb.titles import PATHS, SOURCE, Pictures

DEFAULT_BASE = "https://api.themoviedb.org/3"
DEFAULT_PICTURES = "https://image.tmdb.org/t/p/"
LAST_PAGE = 500
RELEASE_PAGES = 5
CHANGE_DAYS = 14
"""The longest span one question about changes may have."""
CHANGE_SPANS = 6
_APPENDED = {
    MediaKind.MOVIE: "alternative_titles,credits,external_ids,keywords,release_dates,videos",
    MediaKind.SHOW: "aggregate_credits,alternative_titles,content_ratings,external_ids,"
    "keywords,videos",
}
_FEEDS: dict[tuple[MediaKind, str], str] = {
    (MediaKind.MOVIE, "trending"): "/trending/movie/week",
    (MediaKind.MOVIE, "popular"): "/movie/popular",
    (MediaKind.MOVIE, "top_rated"): "/movie/top_rated",
    (MediaKind.MOVIE, "upcoming"): "/movie/upcoming",
    (MediaKind.MOVIE, "now_playing"): "/movie/now_playing",
    (MediaKind.SHOW, "trending"): "/trending/tv/week",
    (MediaKind.SHOW, "popular"): "/tv/popular",
    (MediaKind.SHOW, "top_rated"): "/tv/top_rated",
    (MediaKind.SHOW, "airing_today"): "/tv/airing_today",
    (MediaKind.SHOW, "on_the_air"): "/tv/on_the_air",
}
_FIND = (("imdb", "imdb_id", r"tt\d{5,10}"), ("tvdb", "tvdb_id", r"\d{1,10}"))


class TmdbProvider:
    """Movies and shows from TMDB."""

    id = "tmdb"
    source = SOURCE
    kinds = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
    features: AbstractSet[str] = frozenset(
        {"search", "details", "episodes", "feed", "similar", "releases", "changes"}
    )

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        config: Mapping[str, object] = ctx.config
        self._key = str(config.get("api_key") or "").strip()
        self._language = str(config.get("language") or "en-US")
        self._adult = "true" if config.get("include_adult") else "false"
        base = str(config.get("base_url") or DEFAULT_BASE)
        self._client = TmdbClient(ctx, base, self._key)
        self._own_pictures = str(config.get("image_url") or "").rstrip("/")
        self._pictures: Pictures | None = None
        self._seasons = SeasonReader(self._client)

    # --- life ---

    async def start(self) -> None:
        """Check the key. Raises NotReady without one and AuthFailed for a wrong one."""
        if not self._key:
            raise NotReady("Needs a key")
        try:
            await self._client.get("/configuration")
        except AuthFailed:
            raise
        except PluginError as error:
            self._ctx.log.warning("service_unreachable_at_start", reason=str(error))

    async def health(self) -> Health:
        if not self._key:
            return Health("failed", "Needs a key")
        try:
            await self._client.get("/configuration")
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
        known = await self._by_id(query)
        if known:
            return (known,)
        title = plain(query.title, 200)
        if not title or query.kind is MediaKind.GAME:
            return ()
        found = await self._by_name(title, query.kind, query.year, query.language)
        if not found and query.year is not None:
            found = await self._by_name(title, query.kind, None, query.language)
        return found[:20]

    async def _by_name(
        self, title: str, kind: MediaKind | None, year: int | None, language: str
    ) -> tuple[SearchHit, ...]:
        params = {"query": title, "language": language, "include_adult": self._adult}
        if year is not None and kind is not None:
            name = "primary_release_year" if kind is MediaKind.MOVIE else "first_air_date_year"
            params[name] = str(year)
        where = PATHS[kind] if kind else "multi"
        answer = await self._client.get(f"/search/{where}", params)
        return titles.hits(answer, kind, await self._made_pictures())

    async def _by_id(self, query: SearchQuery) -> SearchHit | None:
        ids = query.external_ids
        kinds = [query.kind] if query.kind in PATHS else [] if query.kind else list(PATHS)
        own = ids.get(SOURCE, "")
        if re.fullmatch(r"\d{1,10}", own, re.ASCII):
            for kind in kinds:
                found = await self._row(f"/{PATHS[kind]}/{own}", kind, query.language)
                if found:
                    return found
        for source, parameter, shape in _FIND:
            value = ids.get(source, "")
            if re.fullmatch(shape, value, re.ASCII):
                found = await self._find(value, parameter, kinds, query.language)
                if found:
                    return found
        return None

    async def _row(self, path: str, kind: MediaKind, language: str) -> SearchHit | None:
        try:
            answer = await self._client.get(path, {"language": language})
        except NotFound:
            return None
        return titles.hit(answer, kind, await self._made_pictures())

    async def _find(
        self, value: str, parameter: str, kinds: Sequence[MediaKind], language: str
    ) -> SearchHit | None:
        try:
            answer = await self._client.get(
                f"/find/{value}", {"external_source": parameter, "language": language}
            )
        except NotFound:
            return None
        pictures = await self._made_pictures()
        for kind in kinds:
            for row in rows(answer, "movie_results" if kind is MediaKind.MOVIE else "tv_results"):
                made = titles.hit(row, kind, pictures)
                if made:
                    return made
        if MediaKind.SHOW in kinds:
            for row in rows(answer, "tv_episode_results", "tv_season_results"):
                show = integer(row, "show_id")
                if show:
                    return await self._row(f"/tv/{show}", MediaKind.SHOW, language)
        return None

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        """All about a title in one question; a second one in English where a text is missing."""
        self._need_key()
        path = self._path(ref)
        country = language.partition("-")[2] or "US"
        params = {"language": language, "append_to_response": _APPENDED[ref.kind]}
        answer = await self._client.get(path, params)
        made = titles.details(answer, ref.kind, country, await self._made_pictures())
        if made is None:
            raise PluginError("TMDB gave an answer that cannot be read")
        if language.startswith("en") or made.overview:
            return made
        return await self._in_english(made, path, language)

    async def _in_english(self, made: TitleDetails, path: str, language: str) -> TitleDetails:
        """Without a translation the service gives no text and the original title."""
        try:
            answer = await self._client.get(path, {"language": "en-US"})
        except PluginError:
            return made
        english = titles.hit(answer, made.ref.kind, await self._made_pictures())
        if english is None:
            return made
        foreign = made.original_language != language[:2] and made.title == made.original_title
        return replace(
            made,
            title=english.title if foreign else made.title,
            overview=english.overview,
            tagline=made.tagline or text(answer, "tagline", longest=500),
        )

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        """The episodes of a season; twenty seasons come with one question."""
        self._need_key()
        if ref.kind is not MediaKind.SHOW or season < 0:
            return ()
        return await self._seasons.episodes(
            self._path(ref), season, self._language, await self._made_pictures()
        )

    # --- lists ---

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int = 1) -> FeedPage:
        """A page of a list. Raises Unsupported for a list the service does not have."""
        self._need_key()
        path = _FEEDS.get((kind, feed))
        if path is None:
            raise Unsupported(f"TMDB has no list {feed} of this kind")
        if not 1 <= page <= LAST_PAGE:
            return FeedPage(())
        answer = await self._client.get(path, {"language": self._language, "page": str(page)})
        found = titles.hits(answer, kind, await self._made_pictures())
        last = min(integer(answer, "total_pages") or page, LAST_PAGE)
        return FeedPage(found, page + 1 if page < last else None)

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        """What the service recommends, or else what it calls similar."""
        self._need_key()
        pictures = await self._made_pictures()
        for name in ("recommendations", "similar"):
            answer = await self._client.get(
                f"{self._path(ref)}/{name}", {"language": self._language}
            )
            found = titles.hits(answer, ref.kind, pictures)
            if found:
                return found
        return ()

    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        """The best-known titles that come out in these days."""
        self._need_key()
        if kind not in PATHS:
            raise Unsupported("TMDB knows movies and shows only")
        name = "primary_release_date" if kind is MediaKind.MOVIE else "first_air_date"
        params = {
            f"{name}.gte": start.isoformat(), f"{name}.lte": end.isoformat(),
            "sort_by": "popularity.desc", "language": self._language,
            "include_adult": self._adult,
        }  # fmt: skip
        pictures = await self._made_pictures()
        found: dict[ExternalRef, SearchHit] = {}
        for page in range(1, RELEASE_PAGES + 1):
            answer = await self._client.get(
                f"/discover/{PATHS[kind]}", {**params, "page": str(page)}
            )
            for each in titles.hits(answer, kind, pictures):
                found.setdefault(each.ref, each)
            if page >= (integer(answer, "total_pages") or 1):
                break
        return tuple(found.values())

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        """Titles that changed; looks back twelve weeks at most."""
        self._need_key()
        if kind not in PATHS:
            raise Unsupported("TMDB knows movies and shows only")
        end = datetime.now(UTC).date()
        oldest = end - timedelta(days=CHANGE_DAYS * CHANGE_SPANS)
        start = max(since.astimezone(UTC).date(), oldest)
        found: dict[str, None] = {}
        while start <= end:
            stop = min(start + timedelta(days=CHANGE_DAYS - 1), end)
            await self._changed(kind, start, stop, found)
            start = stop + timedelta(days=1)
        return tuple(ExternalRef(SOURCE, kind, each) for each in found)

    async def _changed(
        self, kind: MediaKind, start: date, end: date, found: dict[str, None]
    ) -> None:
        page, last = 1, 1
        while page <= min(last, LAST_PAGE):
            answer = await self._client.get(
                f"/{PATHS[kind]}/changes",
                {"start_date": start.isoformat(), "end_date": end.isoformat(), "page": str(page)},
            )
            for row in rows(answer, "results"):
                known = identifier(row)
                if known:
                    found[known] = None
            last = integer(answer, "total_pages") or 1
            page += 1

    # --- small things ---

    def _need_key(self) -> None:
        if not self._key:
            raise NotReady("Needs a key")

    def _path(self, ref: ExternalRef) -> str:
        if ref.source != SOURCE or ref.kind not in PATHS or not re.fullmatch(r"\d{1,10}", ref.id):
            raise NotFound("TMDB does not have this")
        return f"/{PATHS[ref.kind]}/{ref.id}"

    async def _made_pictures(self) -> Pictures:
        """Where pictures are: the admin's address, else the service's, else the usual one."""
        if self._pictures is None:
            if self._own_pictures:
                self._pictures = Pictures(f"{self._own_pictures}/")
            else:
                try:
                    answer = await self._client.get("/configuration")
                except PluginError:
                    return Pictures(DEFAULT_PICTURES)
                images = part(answer, "images")
                base = text(images, "secure_base_url", "base_url")
                usable = re.fullmatch(r"https?://[\w.:/-]+/", base, re.ASCII)
                self._pictures = Pictures(base if usable else DEFAULT_PICTURES)
        return self._pictures

"""Titles' pages: read in one question, and asked again only for what changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from seen.plugin import MediaKind, NotFound, PluginError, Unavailable
from seen.plugin.models import ExternalRef, KnownTitle, Refreshed, TitleDetails
from seen.plugin.reading import Json, text
from seen.plugin.refreshing import refresh_each
from seen_metadata_tmdb.client import TmdbClient
from seen_metadata_tmdb.details import details
from seen_metadata_tmdb.lookups import Lookups
from seen_metadata_tmdb.rows import PATHS, SOURCE, hit

_APPENDED = {
    MediaKind.MOVIE: "alternative_titles,credits,external_ids,images,keywords,recommendations,"
    "release_dates,similar,videos,watch/providers",
    MediaKind.SHOW: "aggregate_credits,alternative_titles,content_ratings,external_ids,images,"
    "keywords,recommendations,similar,videos,watch/providers",
}
REFRESHED_AT_ONCE = 6


def path_of(ref: ExternalRef) -> str:
    """Where a title's page is. Raises NotFound for what cannot be one."""
    if ref.source != SOURCE or ref.kind not in PATHS or not re.fullmatch(r"[0-9]{1,10}", ref.id):
        raise NotFound("TMDB does not have this")
    return f"/{PATHS[ref.kind]}/{ref.id}"


class Pages:
    """``country`` is the viewers', or "" for the one of the language that is asked for."""

    def __init__(self, client: TmdbClient, lookups: Lookups, country: str) -> None:
        self._client = client
        self._lookups = lookups
        self._country = country

    async def details(self, ref: ExternalRef, language: str) -> TitleDetails:
        """All about a title; a second question in English where a text is missing."""
        made = await self._page(ref, language, "")
        if made is None:
            raise Unavailable("TMDB gave an answer that cannot be read")
        return made

    async def refresh(self, known: Sequence[KnownTitle], language: str) -> Sequence[Refreshed]:
        """What became of titles: a conditional question for each."""
        own = (each for each in known if _can_be(each.ref))

        async def ask(each: KnownTitle) -> TitleDetails | None:
            return await self._page(each.ref, language, each.validator)

        return await refresh_each(own, ask, REFRESHED_AT_ONCE)

    async def _page(self, ref: ExternalRef, language: str, etag: str) -> TitleDetails | None:
        """The page; None where it has not changed since the ETag."""
        path = path_of(ref)
        params = {
            "language": language, "append_to_response": _APPENDED[ref.kind],
            "include_image_language": f"{language[:2]},en,null",
        }  # fmt: skip
        got = await self._client.title(path, params, etag)
        if got.unchanged:
            return None
        country = self._country or language.partition("-")[2] or "US"
        made = details(got.value, ref.kind, country, await self._lookups.of(language), got.etag)
        if made is None:
            raise Unavailable("TMDB gave an answer that cannot be read")
        if language.startswith("en") or made.overview:
            return made
        return await self._in_english(made, path, language)

    async def _in_english(self, made: TitleDetails, path: str, language: str) -> TitleDetails:
        """Without a translation the service gives no text and the original title."""
        try:
            answer: Json = await self._client.at(path, {"language": "en-US"})
        except PluginError:
            return made
        english = hit(answer, made.ref.kind, await self._lookups.of("en-US"))
        if english is None:
            return made
        foreign = made.original_language != language[:2] and made.title == made.original_title
        return replace(
            made,
            title=english.title if foreign else made.title,
            overview=english.overview,
            tagline=made.tagline or text(answer, "tagline", longest=500),
        )


def _can_be(ref: ExternalRef) -> bool:
    """Whether the service could have a title of this reference."""
    try:
        return bool(path_of(ref))
    except NotFound:
        return False

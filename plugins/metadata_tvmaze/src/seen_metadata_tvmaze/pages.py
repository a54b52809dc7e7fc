"""Shows' pages and episodes, and what became of them."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Mapping, Sequence

from seen.plugin import NotFound, PluginError, Unavailable
from seen.plugin.models import Episode, ExternalRef, KnownTitle, Refreshed, TitleDetails
from seen.plugin.reading import integer
from seen.plugin.refreshing import refresh_each
from seen_metadata_tvmaze.client import TvmazeClient
from seen_metadata_tvmaze.shows import SHOW, SOURCE, Pictures, details, episodes

# Seasons come last: some mirrors heed one only, and these are needed most.
_EMBEDDED = ("akas", "cast", "crew", "images", "nextepisode", "seasons")
REFRESHED_AT_ONCE = 2
UPDATES_SECONDS = 1800.0
EPISODES_SECONDS = 600.0
MOST_KEPT = 32
"""Shows whose episodes are kept for the next season that is asked for."""


def number_of(ref: ExternalRef) -> str:
    """The service's number of a show. Raises NotFound for what cannot be one."""
    if ref.source != SOURCE or ref.kind is not SHOW or not re.fullmatch("[1-9][0-9]{0,9}", ref.id):
        raise NotFound("TVmaze does not have this")
    return ref.id


class Pages:
    """Raises what the client raises."""

    def __init__(self, client: TvmazeClient, pictures: Pictures) -> None:
        self._client = client
        self._pictures = pictures
        self._updates: tuple[float, dict[str, int]] = (0.0, {})
        self._episodes: dict[str, tuple[float, Mapping[int, tuple[Episode, ...]]]] = {}

    def forget(self) -> None:
        self._updates = (0.0, {})
        self._episodes.clear()

    async def details(self, ref: ExternalRef) -> TitleDetails:
        """All about a show but its episodes, with one request."""
        made = await self._page(number_of(ref), "")
        if made is None:
            raise Unavailable("TVmaze gave an answer that cannot be read")
        return made

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        """The episodes of a season; one request brings those of all seasons."""
        known = number_of(ref)
        ends, found = self._episodes.get(known, (0.0, {}))
        if time.monotonic() >= ends:
            listed = await self._client.listed(f"/shows/{known}/episodes")
            found = episodes(listed, self._pictures)
            if len(self._episodes) >= MOST_KEPT:
                self._episodes.pop(next(iter(self._episodes)))
            self._episodes[known] = (time.monotonic() + EPISODES_SECONDS, found)
        return found.get(season, ())

    async def refresh(self, known: Sequence[KnownTitle]) -> Sequence[Refreshed]:
        """What became of shows: one request says which changed, and each of those costs one."""
        shows = [each for each in known if _is_show(each.ref)]
        changed_at = await self._changed_at() if shows else {}

        async def ask(each: KnownTitle) -> TitleDetails | None:
            seen, _, etag = each.validator.partition(" ")
            if seen and str(changed_at.get(each.ref.id)) == seen:
                return None
            return await self._page(each.ref.id, etag)

        return await refresh_each(shows, ask, REFRESHED_AT_ONCE)

    async def _changed_at(self) -> dict[str, int]:
        """When every show changed last; empty where the service does not say."""
        ends, found = self._updates
        if time.monotonic() >= ends:
            with contextlib.suppress(PluginError):
                found = await self._client.updates()
            self._updates = (time.monotonic() + UPDATES_SECONDS, found)
        return found

    async def _page(self, known: str, etag: str) -> TitleDetails | None:
        """The page; None where it has not changed since the ETag. The validator holds both the
        service's date of change and the ETag."""
        got = await self._client.show(known, _EMBEDDED, etag)
        if got.unchanged:
            return None
        validator = f"{integer(got.value, 'updated') or ''} {got.etag}"
        made = details(got.value, self._pictures, validator if validator.strip() else "")
        if made is None or made.ref.id != known:
            raise Unavailable("TVmaze gave an answer that cannot be read")
        return made


def _is_show(ref: ExternalRef) -> bool:
    try:
        return bool(number_of(ref))
    except NotFound:
        return False

"""Learns what rows only refer to: where pictures are, and the names of genres."""

from __future__ import annotations

import re
import time

from seen.plugin import MediaKind, PluginError
from seen.plugin.reading import integer, part, rows, text
from seen_metadata_tmdb.client import TmdbClient
from seen_metadata_tmdb.rows import PATHS, Lookup

DEFAULT_PICTURES = "https://image.tmdb.org/t/p/"
LEARNT_SECONDS = 24 * 3600.0
MISSED_SECONDS = 60.0
"""For how long an answer that did not come is not asked for again."""
MOST_LANGUAGES = 8


class Lookups:
    """Asks once a day and language. ``own_pictures`` is the admin's address, or ""."""

    def __init__(self, client: TmdbClient, own_pictures: str, adult: bool) -> None:
        self._client = client
        self._own_pictures = own_pictures.rstrip("/")
        self._adult = adult
        self._known: dict[str, tuple[float, Lookup]] = {}

    async def of(self, language: str) -> Lookup:
        """Never fails: what could not be learnt is left out for a while."""
        ends, known = self._known.get(language, (0.0, None))
        if known is not None and time.monotonic() < ends:
            return known
        keeps = LEARNT_SECONDS
        pictures, genres = DEFAULT_PICTURES, {}
        try:
            pictures = await self._pictures()
            for kind in PATHS:
                genres.update({n: name for name, n in (await self.genres(kind, language)).items()})
        except PluginError:
            keeps = MISSED_SECONDS
        if len(self._known) >= MOST_LANGUAGES:
            self._known.pop(next(iter(self._known)))
        lookup = Lookup(pictures, genres, self._adult)
        self._known[language] = (time.monotonic() + keeps, lookup)
        return lookup

    async def genres(self, kind: MediaKind, language: str) -> dict[str, int]:
        """The genres of a kind: names to ids. Raises what the client raises."""
        answer = await self._client.at(f"/genre/{PATHS[kind]}/list", {"language": language})
        listed = ((text(row, "name", longest=100), integer(row, "id")) for row in
                  rows(answer, "genres"))  # fmt: skip
        return {name: known for name, known in listed if name and known}

    async def _pictures(self) -> str:
        """The admin's address, else the service's, else the usual one."""
        if self._own_pictures:
            return f"{self._own_pictures}/"
        images = part(await self._client.at("/configuration"), "images")
        base = text(images, "secure_base_url", "base_url")
        return base if re.fullmatch(r"https?://[\w.:/-]+/", base, re.ASCII) else DEFAULT_PICTURES

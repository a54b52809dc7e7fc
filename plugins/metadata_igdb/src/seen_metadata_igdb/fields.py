"""Which fields are asked for, and which games belong into lists."""

from __future__ import annotations

from seen_metadata_igdb.apicalypse import any_of, both, either
from seen_metadata_igdb.games import RELATIONS

CARD = ("name", "first_release_date", "cover.image_id", "genres.name", "total_rating",
         "total_rating_count", "hypes")  # fmt: skip
"""What a card of a game shows."""

HIT = (*CARD, "summary", "alternative_names.name", "game_localizations.name",
       "artworks.image_id", "screenshots.image_id")  # fmt: skip
"""A game that was searched for."""


def _below(key: str) -> tuple[str, ...]:
    return tuple(f"{key}.{each}" for each in CARD)


GAME = (
    *HIT, "slug", "storyline", "updated_at", "game_status.status", "themes.name",
    "platforms.name", "franchise.name", "franchises.name", "collections.name",
    "involved_companies.company.name", "involved_companies.developer",
    "involved_companies.publisher", "videos.name", "videos.video_id", "websites.*",
    # All of them, because some were renamed and a name that is gone makes the query fail.
    "release_dates.*", "release_dates.platform.name", "release_dates.status.name",
    *_below("similar_games"),
    *(field for key in RELATIONS if key != "editions" for field in _below(key)),
)  # fmt: skip
"""All of a game. Its editions are not among its fields: they name it as their parent."""


# How the service numbers games: main game, remake, remaster, expanded game, port; then what comes
# out without being a game of its own: DLC, expansion, stand-alone expansion.
_GAMES = (0, 8, 9, 10, 11)
_ADDITIONS = (1, 2, 4)
_EROTIC = 42
"""A theme."""


def listed(adult: bool, additions: bool = False) -> str:
    """The condition for games in lists: no editions, mods and bundles."""
    types = _GAMES + _ADDITIONS if additions else _GAMES
    decent = "" if adult else either("themes = null", f"themes != ({_EROTIC})")
    return both("version_parent = null", f"game_type = {any_of(types)}", decent)

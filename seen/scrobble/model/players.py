"""The players that may tell what is watched in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from seen.scrobble.model import emby, jellyfin, kodi, plex
from seen.scrobble.model.events import Event

Player = Literal["plex", "jellyfin", "emby", "kodi"]
PLAYERS: tuple[Player, ...] = get_args(Player)
_READERS: Mapping[Player, Callable[[bytes], Event | None]] = {
    "plex": plex.read,
    "jellyfin": jellyfin.read,
    "emby": emby.read,
    "kodi": kodi.read,
}


def read(player: Player, data: bytes) -> Event | None:
    """What a body tells; None where it is nothing to keep. Raises NotUnderstood."""
    return _READERS[player](data)

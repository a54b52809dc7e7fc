"""What other players tell, read from the bodies that each of them sends. No I/O."""

from seen.scrobble.model.events import Deed, Event, NotUnderstood
from seen.scrobble.model.players import PLAYERS, Player, read

__all__ = ["PLAYERS", "Deed", "Event", "NotUnderstood", "Player", "read"]

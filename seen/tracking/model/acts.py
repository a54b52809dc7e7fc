"""What a person did, as a thing that can be spoken of and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from seen.core.wording import counted, length

KEPT = timedelta(days=30)
"""How long an act can be taken back."""

UNDO = "undo"
_SENTENCES = {
    "watched": "Marked {what} seen",
    "unwatched": "Took the mark from {what}",
    "viewing_changed": "Changed when you saw {what}",
    "viewing_removed": "Removed a viewing of {what}",
    "history_cleared": "Cleared {count} of your history",
    "finished": "Watched {what}",
    "scrobbled": "Watched {what} elsewhere",
    "dismissed": "Took {what} out of continue watching",
    "progress_removed": "Forgot where you were in {what}",
    "later_added": "Put {what} on your list",
    "later_removed": "Took {what} off your list",
    "later_moved": "Moved {what} on your list",
    "rated": "Rated {what} {rating}",
    "unrated": "Took back the rating of {what}",
    "favorite_added": "Made {what} a favourite",
    "favorite_removed": "{what} is no longer a favourite",
    "noted": "Wrote a note on {what}",
    "note_removed": "Removed the note on {what}",
    "state_set": "Moved {what} to {status}",
    "state_cleared": "Took {what} out of your games",
    "session_logged": "Logged {length} of {what}",
    "session_removed": "Removed a session of {what}",
    "collection_made": "Made the collection {name}",
    "collection_changed": "Changed the collection {name}",
    "collection_removed": "Removed the collection {name}",
    "collection_added": "Put {what} into {name}",
    "collection_taken": "Took {what} out of {name}",
    "collection_moved": "Moved {what} in {name}",
    "imported": "Imported {count} from {name}",
    UNDO: "Took back: {sentence}",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``facts`` is what its sentence needs; ``undone_by`` the act that took it back."""

    id: UUID
    kind: str
    media_id: UUID | None
    title: str
    facts: Mapping[str, Any]
    created_at: datetime
    undone_by: UUID | None

    def can_be_undone(self, now: datetime) -> bool:
        """Whether it stands and is young enough."""
        return self.undone_by is None and now - self.created_at < KEPT

    @property
    def sentence(self) -> str:
        """What was done, in a few words: "Rated Tidewater 80"."""
        pattern = _SENTENCES.get(self.kind, "Changed {what}")
        text = pattern.format_map(_Words(self))
        return text[:1].upper() + text[1:]


class _Words(dict[str, str]):
    def __init__(self, act: Act) -> None:
        facts = act.facts
        count = int(facts.get("count", 1))
        super().__init__(
            {
                "what": _what(act.title, facts, count),
                "rating": str(facts.get("rating", "")),
                "status": str(facts.get("status", "")),
                "length": length(facts.get("seconds")),
                "name": str(facts.get("name", "")),
                "count": counted(count, "entry", "entries"),
                "sentence": str(facts.get("sentence", "")),
            }
        )

    def __missing__(self, name: str) -> str:
        return ""


def _what(title: str, facts: Mapping[str, Any], count: int) -> str:
    """The title with the part of it, or how many titles or episodes."""
    part = str(facts.get("part", ""))
    if title:
        return f"{title}, {part}" if part else title
    return counted(count, "title") if count != 1 else "a title"

"""Cards as JSON, for every room that answers with titles."""

from __future__ import annotations

from seen.core.http import Answer
from seen.plugin.models import Card, MediaKind


class CardAnswer(Answer):
    """A title with the viewer's marks.

    ``progress`` is 0 to 1, or null when not in progress; ``detail`` is what is left or comes next;
    ``playHref`` is empty where no file is there. ``downloading`` is 0 to 1, or null.
    """

    id: str
    kind: MediaKind
    title: str
    year: int | None
    caption: str
    detail: str
    href: str
    play_href: str
    poster: str
    backdrop: str
    seen: bool
    progress: float | None
    position_seconds: float | None
    duration_seconds: float | None
    in_library: bool
    watch_later: bool
    downloading: float | None
    badge: str


def card_answer(card: Card) -> CardAnswer:
    """A card as JSON."""
    return CardAnswer(
        card.id,
        card.kind,
        card.title,
        card.year,
        card.caption,
        card.detail,
        card.href,
        card.play_href,
        card.poster,
        card.backdrop,
        card.seen,
        card.progress,
        card.position_seconds,
        card.duration_seconds,
        card.in_library,
        card.watch_later,
        card.downloading,
        card.badge,
    )

"""What stands below the head of a title's page: people, offers, hours, other titles, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seen.artwork.model import accent
from seen.catalog.model import Title, part_path
from seen.core.wording import since
from seen.discover.model import Whole
from seen.discover.pages.hero import SOURCES
from seen.plugin.models import Card

_MOST_CAST = 24
_MOST_OFFERS = 12
_WAYS = {
    "stream": "Stream",
    "free": "Free",
    "ads": "Free with ads",
    "rent": "Rent",
    "buy": "Buy",
}
_HOURS = (("hastily", "Main story"), ("normally", "With extras"), ("completely", "Everything"))
_GROUPS = (
    ("dlc expansion", "Expansions and DLC"),
    ("parent", "Belongs to"),
    ("edition remake remaster bundle", "Other editions"),
    ("similar", "More like this"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the cast. ``photo`` is a local address or ""."""

    name: str
    role: str
    photo: str
    initials: str
    art: str


@dataclass(frozen=True, slots=True)
class Offers:
    """Where a title can be watched in one way."""

    way: str
    names: str


@dataclass(frozen=True, slots=True)
class Hours:
    """How long a game takes in one way; ``share`` is of the longest."""

    label: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Group:
    """Other titles that are one thing to this one."""

    id: str
    heading: str
    cards: list[Card]


def cast(title: Title) -> list[Person]:
    """The first of the cast."""
    people = list(enumerate(title.details.get("credits", ())))
    return [
        Person(
            each["name"],
            each.get("role", ""),
            part_path(title.id, "person", at, each["photo"]) if each.get("photo") else "",
            _initials(each["name"]),
            accent(each["name"]),
        )
        for at, each in people
        if each.get("department") == "cast"
    ][:_MOST_CAST]


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalpha()]
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in ends)


def where_to_watch(title: Title) -> dict[str, Any] | None:
    """Offers by way, with the credit that belongs to them; None where nobody knows any."""
    for each in title.details.get("watch", ()):
        offers = []
        for way, label in _WAYS.items():
            names = [it["name"] for it in each.get("offers", ()) if it.get("way") == way]
            if names:
                offers.append(Offers(label, ", ".join(dict.fromkeys(names[:_MOST_OFFERS]))))
        if offers:
            return {"offers": offers, "credit": each.get("credit", ""), "link": each.get("link")}
    return None


def hours(title: Title, played: int = 0) -> list[Hours]:
    """How long a game takes, and how much of that ``played`` seconds are."""
    known = title.details.get("timeToBeat") or {}
    found = [(label, known[key]) for key, label in _HOURS if known.get(key)]
    if not played:
        longest = max((seconds for _, seconds in found), default=1)
        return [Hours(label, _hours(seconds), seconds / longest) for label, seconds in found]
    return [Hours(label, _hours(seconds), min(1.0, played / seconds)) for label, seconds in found]


def _hours(seconds: int) -> str:
    return f"{round(seconds / 3600)} h" if seconds >= 3600 else f"{max(1, round(seconds / 60))} min"


def screenshots(title: Title) -> list[str]:
    """Local addresses of a game's pictures."""
    listed = title.details.get("screenshots", ())
    return [part_path(title.id, "screenshot", at, each) for at, each in enumerate(listed)]


def groups(whole: Whole, like_it: Sequence[Card]) -> list[Group]:
    """Other titles by what they are to this one. ``like_it`` stands in where no provider says
    which are similar."""
    found = []
    for relations, heading in _GROUPS:
        cards = [card for relation, card in whole.related if relation in relations.split()]
        if relations == "similar" and not cards:
            cards = [each for each in like_it if each.id != whole.card.id]
        if cards:
            found.append(Group(relations.split()[0], heading, cards))
    return found


def trailers(title: Title) -> list[dict[str, str]]:
    """Links to videos elsewhere."""
    return [
        {"label": each["name"] or "Trailer", "href": each["url"]}
        for each in title.details.get("trailers", ())[:3]
    ]


def source(title: Title, now: datetime) -> str:
    """Whose facts these are, and of when; "" for titles that a file's name alone made."""
    name = SOURCES.get(title.provider)
    if name is None or title.refreshed_at is None:
        return f"From a list of {name}." if name else ""
    if title.gone_at is not None:
        return f"{name} lists this title no more. What it told last stays here."
    return f"From {name}, looked at {since(title.refreshed_at, now)}."

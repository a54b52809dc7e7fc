"""What Discover answers as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import cast
from uuid import UUID

import msgspec

from seen.catalog.model import EpisodeRow, SeasonRow, external_links, picture_path
from seen.core.http import Answer
from seen.discover.model import Shown, Whole, card
from seen.playback.standing import Standing
from seen.plugin.models import FeedKind, MediaKind
from seen.tracking.answers import CardAnswer, card_answer

# Titles as JSON with marks, the same for everybody who has the same ones; about 1 kB each.
_KEPT_ITEMS = 8_192


class SectionAnswer(Answer):
    """A list with its first titles.

    ``asOf`` is when its provider gave it; ``problem`` says why it is not fresher, "" while it is.
    """

    section: FeedKind
    type: MediaKind
    title: str
    as_of: datetime | None
    problem: str
    items: list[CardAnswer]


class DiscoverAnswer(Answer):
    """Every list, where nothing narrower was asked for; else a page of titles in ``items``.

    ``nextCursor`` is empty on the last page.
    """

    sections: list[SectionAnswer]
    items: list[CardAnswer]
    next_cursor: str


class PersonAnswer(Answer):
    """Somebody's part in a title: the character for cast, the job for crew."""

    name: str
    role: str
    department: str


class LinkAnswer(Answer):
    """A page elsewhere."""

    label: str
    href: str


class OfferAnswer(Answer):
    """A service where the title can be watched."""

    name: str
    way: str


class WatchAnswer(Answer):
    """Offers in a country; ``credit`` is to be shown with them."""

    country: str
    offers: list[OfferAnswer]
    credit: str
    link: str


class ReleaseAnswer(Answer):
    """When a title comes out somewhere; ``precision`` says how rough ``day`` is."""

    day: str | None
    precision: str
    kind: str
    region: str
    platform: str
    note: str


class TimeToBeatAnswer(Answer):
    """How long a game takes, in seconds."""

    hastily: int | None
    normally: int | None
    completely: int | None


class EpisodeAnswer(Answer):
    """An episode with the viewer's marks. ``progress`` is 0 to 1, or null."""

    id: UUID
    number: int
    title: str
    overview: str
    air_date: date | None
    runtime_seconds: int | None
    still: str
    play_href: str
    seen: bool
    progress: float | None


class TitleSeason(Answer):
    """A season and its episodes as far as they are known."""

    number: int
    title: str
    overview: str
    air_date: date | None
    episode_count: int
    episodes: list[EpisodeAnswer]


class RelatedAnswer(Answer):
    """Another title, and what it is to this one."""

    relation: str
    item: CardAnswer


class TitleAnswer(Answer):
    """A title. ``refreshedAt`` is when its provider last told of it, null where only a list did;
    ``goneAt`` is when its provider had it no more; ``complete`` is false while more is asked for.
    """

    card: CardAnswer
    original_title: str
    overview: str
    tagline: str
    release_date: date | None
    end_date: date | None
    status: str
    runtime_seconds: int | None
    rating: int | None
    votes: int
    content_rating: str
    genres: list[str]
    platforms: list[str]
    franchises: list[str]
    companies: list[str]
    keywords: list[str]
    people: list[PersonAnswer]
    trailers: list[LinkAnswer]
    links: list[LinkAnswer]
    watch: list[WatchAnswer]
    releases: list[ReleaseAnswer]
    time_to_beat: TimeToBeatAnswer | None
    seasons: list[TitleSeason]
    related: list[RelatedAnswer]
    external_ids: dict[str, str]
    refreshed_at: datetime | None
    gone_at: datetime | None
    complete: bool


def card_items(shown: Sequence[Shown], today: date) -> list[CardAnswer]:
    """Titles as items of an answer, as good as structs to whoever encodes them."""
    return cast("list[CardAnswer]", [_encoded(each, today) for each in shown])


@lru_cache(maxsize=_KEPT_ITEMS)
def _encoded(shown: Shown, today: date) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(card_answer(card(shown, today))))


def title_answer(whole: Whole) -> TitleAnswer:
    """A title as JSON."""
    title = whole.at.title
    facts = title.details
    return TitleAnswer(
        card=card_answer(whole.card),
        original_title=title.original_title,
        overview=title.overview,
        tagline=title.tagline,
        release_date=title.release_date,
        end_date=title.end_date,
        status=title.status,
        runtime_seconds=title.runtime_seconds,
        rating=title.rating,
        votes=title.votes,
        content_rating=title.content_rating,
        genres=list(title.genres),
        platforms=list(title.platforms),
        franchises=facts.get("franchises", []),
        companies=facts.get("companies", []),
        keywords=facts.get("keywords", []),
        people=msgspec.convert(facts.get("credits", []), list[PersonAnswer]),
        trailers=[LinkAnswer(each["name"], each["url"]) for each in facts.get("trailers", ())],
        links=[
            LinkAnswer(label, href)
            for label, href in external_links(title.kind, title.external_ids)
        ],
        watch=msgspec.convert(facts.get("watch", []), list[WatchAnswer]),
        releases=msgspec.convert(facts.get("releases", []), list[ReleaseAnswer]),
        time_to_beat=msgspec.convert(facts.get("timeToBeat"), TimeToBeatAnswer | None),
        seasons=[_season(whole.at, each) for each in whole.at.seasons],
        related=[RelatedAnswer(relation, card_answer(card)) for relation, card in whole.related],
        external_ids=title.external_ids,
        refreshed_at=title.refreshed_at,
        gone_at=title.gone_at,
        complete=not whole.is_coming,
    )


def _season(at: Standing, season: SeasonRow) -> TitleSeason:
    return TitleSeason(
        season.number,
        season.title,
        season.overview,
        season.air_date,
        season.episode_count,
        [_episode(at, each) for each in at.of_season(season.number)],
    )


def _episode(at: Standing, episode: EpisodeRow) -> EpisodeAnswer:
    row = at.progress.get(episode.id)
    return EpisodeAnswer(
        episode.id,
        episode.number,
        episode.title,
        episode.overview,
        episode.air_date,
        episode.runtime_seconds,
        picture_path(episode.id, "still"),
        at.play_path(episode.id),
        episode.id in at.watched and row is None,
        row.fraction if row else None,
    )

"""The page of a movie or a show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import msgspec
from aiohttp import web

from seen.artwork.model import accent, lettering
from seen.catalog.model import Title, external_links, picture_path, picture_version
from seen.catalog.service import Catalog
from seen.core import clock
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.viewer import Viewer
from seen.core.wording import counted, joined, length
from seen.library.service import Library
from seen.playback.pages.files import FileFacts, file_facts
from seen.playback.pages.seasons import open_number, open_season, season_tabs
from seen.playback.pages.standing import Standing, standing
from seen.playback.service import Playback
from seen.plugin.models import Card, MediaKind
from seen.tracking.pages import seen_path
from seen.tracking.service import Tracking, left

_MOST_CAST = 24
_MOST_SIMILAR = 20
_RUNNING = frozenset({"returning series", "in production", "continuing", "planned", "pilot"})


class TitleQuery(Query):
    """Which season is open."""

    season: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None


@dataclass(frozen=True, slots=True)
class Hero:
    """The head of the page."""

    id: str
    kind: str
    title: str
    lettering: str
    eyebrow: list[str]
    facts: list[str]
    overview: str
    poster: str
    backdrop: str
    art: str
    drawn: bool
    progress: float | None
    left: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the cast."""

    name: str
    role: str
    photo: str
    initials: str
    art: str


def pages(
    catalog: Catalog, tracking: Tracking, library: Library, playback: Playback, render: Renderer
) -> Pages:
    """``/app/title/{id}``."""
    found = Pages()

    @found.get("/app/title/{id}")
    async def title(call: Call) -> web.StreamResponse:
        query = read_query(call.request, TitleQuery)
        viewer, media_id = call.viewer, call.path_id("id")
        at = await standing(catalog, tracking, library, playback, viewer, media_id)
        similar = await _similar(tracking, library, viewer, at.title)
        return await render.page(
            call,
            "catalog/title.html",
            active="/app/shows" if at.is_show else "/app/movies",
            title=_hero(at),
            play=_play(at),
            unplayable=_unplayable(at),
            actions=_actions(at, viewer),
            cast=_cast(at.title),
            files=_files(at, viewer),
            links=[
                {"label": label, "href": href}
                for label, href in external_links(at.title.kind, at.title.external_ids)
            ],
            similar=similar,
            **_seasons(at, query.season, clock.now().date()),
        )

    return found


def _hero(at: Standing) -> Hero:
    title = at.title
    row = None if at.is_show else at.progress.get(None)
    shape = picture_version(title.poster_source)
    return Hero(
        id=str(title.id),
        kind=title.kind.value,
        title=title.title,
        lettering=lettering(title.title),
        eyebrow=_show_line(at) if at.is_show else _movie_line(title),
        facts=_facts(title),
        overview=title.overview,
        poster=picture_path(title.id, "poster", shape),
        backdrop=picture_path(title.id, "backdrop", picture_version(title.backdrop_source)),
        art=accent(str(title.id)),
        drawn=not title.poster_source,
        progress=row.fraction if row else None,
        left=left(row.duration_seconds - row.position_seconds) if row else "",
        seen=None in at.watched and row is None,
    )


def _movie_line(title: Title) -> list[str]:
    year = str(title.year) if title.year else ""
    facts = ["Movie", year, length(title.runtime_seconds), title.content_rating]
    return [each for each in facts if each]


def _show_line(at: Standing) -> list[str]:
    title = at.title
    years = str(title.year) if title.year else ""
    if title.year and title.status.casefold() in _RUNNING:
        years = f"{title.year} to now"
    elif title.year and title.end_date and title.end_date.year > title.year:
        years = f"{title.year} to {title.end_date.year}"
    seasons = sum(1 for each in at.seasons if each.number > 0)
    facts = ["Show", years, counted(seasons, "season") if seasons else "", title.content_rating]
    return [each for each in facts if each]


def _facts(title: Title) -> list[str]:
    facts = []
    if title.rating is not None and title.votes:
        source = {"metadata_tmdb": " on TMDB"}.get(title.provider, "")
        facts.append(f"{title.rating / 10:.1f}{source}")
    if title.genres:
        facts.append(", ".join(title.genres[:3]))
    directors = [
        each["name"]
        for each in title.details.get("credits", ())
        if each.get("department") == "crew" and each.get("role") == "Director"
    ]
    if directors:
        facts.append(f"Directed by {joined(directors[:2])}")
    return facts


def _play(at: Standing) -> dict[str, str] | None:
    """What the large button does."""
    current = at.current() if at.is_show else None
    key = current.id if current else None
    href = at.play_path(key)
    if not href:
        return None
    verb = "Resume" if key in at.progress else "Play"
    place = f" S{current.season_number} E{current.number}" if current else ""
    return {"label": verb + place, "href": href}


def _unplayable(at: Standing) -> str:
    """Why there is no large button; "" when there is."""
    if not at.held:
        return "There is no file of this in your library."
    current = at.current() if at.is_show else None
    return at.refusal(current.id if current else None)


def _actions(at: Standing, viewer: Viewer) -> dict[str, Any]:
    fixable = viewer.is_admin and at.held
    return {
        "seen": None if at.is_show else seen_path(at.title.id),
        "watch_later": None,
        "in_watch_later": False,
        "favourite": None,
        "is_favourite": False,
        "fix_match": f"/app/library/review?file={at.held[0].item.id}" if fixable else None,
    }


def _files(at: Standing, viewer: Viewer) -> list[FileFacts]:
    if at.is_show:
        return []
    return [
        file_facts(each, at.decisions[each.item.id], with_path=viewer.is_admin) for each in at.held
    ]


def _seasons(at: Standing, asked: int | None, today: date) -> dict[str, Any]:
    number = open_number(at, asked) if at.is_show else None
    return {
        "seasons": season_tabs(at, number, today),
        "season": open_season(at, number, today) if number is not None else None,
    }


def _cast(title: Title) -> list[Person]:
    cast = [each for each in title.details.get("credits", ()) if each.get("department") == "cast"]
    return [
        Person(
            each["name"], each.get("role", ""), "", _initials(each["name"]), accent(each["name"])
        )
        for each in cast[:_MOST_CAST]
    ]


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalpha()]
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in ends)


async def _similar(
    tracking: Tracking, library: Library, viewer: Viewer, title: Title
) -> list[Card]:
    """Titles of the same kind and genre, newest in the library first."""
    if not title.genres or title.kind is MediaKind.GAME:
        return []
    summaries, _ = await library.titles(
        title.kind, genre=title.genres[0], sort="added", limit=_MOST_SIMILAR + 1
    )
    others = [each for each in summaries if each.id != title.id]
    return await tracking.cards(viewer.user_id, others[:_MOST_SIMILAR]) if others else []

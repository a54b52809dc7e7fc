"""The head of a title's page: what it is in a few words, in its own lettering."""

from __future__ import annotations

from dataclasses import dataclass

from seen.artwork.model import accent, lettering
from seen.catalog.model import Title, picture_path, picture_version
from seen.core.wording import counted, joined, length
from seen.playback.standing import Standing
from seen.plugin.models import MediaKind
from seen.tracking.model import left

_RUNNING = frozenset({"returning series", "in production", "continuing", "planned", "pilot",
                      "running"})  # fmt: skip
_MOST_PLATFORMS = 4
SOURCES = {
    "metadata_tmdb": "TMDB",
    "metadata_igdb": "IGDB",
    "metadata_tvmaze": "TVmaze",
}
"""What people call the services behind the bundled providers."""


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


def hero(at: Standing, seen: bool) -> Hero:
    """The head of a title's page; ``seen`` is whether the viewer has seen all of it."""
    title = at.title
    row = at.progress.get(None) if title.kind is MediaKind.MOVIE else None
    shape = picture_version(title.poster_source)
    return Hero(
        id=str(title.id),
        kind=title.kind.value,
        title=title.title,
        lettering=lettering(title.title),
        eyebrow=_eyebrow(at),
        facts=_facts(title),
        overview=title.overview,
        poster=picture_path(title.id, "poster", shape),
        backdrop=picture_path(title.id, "backdrop", picture_version(title.backdrop_source)),
        art=accent(str(title.id)),
        drawn=not title.poster_source,
        progress=row.fraction if row else None,
        left=left(row.duration_seconds - row.position_seconds) if row else "",
        seen=seen,
    )


def _eyebrow(at: Standing) -> list[str]:
    if at.title.kind is MediaKind.SHOW:
        facts = _show_line(at)
    elif at.title.kind is MediaKind.GAME:
        facts = _game_line(at.title)
    else:
        facts = _movie_line(at.title)
    return [each for each in facts if each]


def _movie_line(title: Title) -> list[str]:
    year = str(title.year) if title.year else ""
    return ["Movie", year, length(title.runtime_seconds), title.content_rating]


def _game_line(title: Title) -> list[str]:
    platforms = list(title.platforms[:_MOST_PLATFORMS])
    if len(title.platforms) > _MOST_PLATFORMS:
        platforms.append(f"{len(title.platforms) - _MOST_PLATFORMS} more")
    return [
        "Game",
        str(title.year) if title.year else "",
        title.genres[0] if title.genres else "",
        ", ".join(platforms),
    ]


def _show_line(at: Standing) -> list[str]:
    title = at.title
    years = str(title.year) if title.year else ""
    if title.year and title.status.casefold() in _RUNNING:
        years = f"{title.year} to now"
    elif title.year and title.end_date and title.end_date.year > title.year:
        years = f"{title.year} to {title.end_date.year}"
    seasons = sum(1 for each in at.seasons if each.number > 0)
    return ["Show", years, counted(seasons, "season") if seasons else "", title.content_rating]


def _facts(title: Title) -> list[str]:
    facts = []
    if title.rating is not None and title.votes:
        source = SOURCES.get(title.provider, "")
        facts.append(f"{title.rating / 10:.1f}" + (f" on {source}" if source else ""))
    if title.kind is MediaKind.GAME:
        facts += title.details.get("companies", [])[:1]
    elif title.genres:
        facts.append(", ".join(title.genres[:3]))
    directors = [
        each["name"]
        for each in title.details.get("credits", ())
        if each.get("department") == "crew" and each.get("role") == "Director"
    ]
    if directors:
        facts.append(f"Directed by {joined(directors[:2])}")
    return facts

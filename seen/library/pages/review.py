"""The review queue: files nobody is sure about, and what somebody says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import web

from seen.artwork.model import accent, lettering
from seen.artwork.service import Artwork, Subject
from seen.core.errors import Invalid, SeenError
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer, read_form, see_other
from seen.core.wording import counted, length, size
from seen.library.model.records import Item
from seen.library.pages.overview import REVIEW, head
from seen.library.service import Choice, Library
from seen.plugin.models import ExternalRef, MediaKind, SearchHit

_PER_PAGE = 30
_POSTER_WIDTH = 160
Kind = Literal["any", "movie", "show", "game"]


class ReviewQuery(Query):
    """Which file, which page of files, and words to look for by hand."""

    file: UUID | None = None
    page: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    q: Annotated[str, msgspec.Meta(max_length=200)] = ""
    kind: Kind = "any"


class PosterQuery(Query):
    """A candidate's picture, as its provider names it."""

    title: Annotated[str, msgspec.Meta(max_length=500)] = ""
    kind: MediaKind = MediaKind.MOVIE
    source: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class MatchForm(msgspec.Struct):
    """A candidate as "source:kind:id", and the episode where the file's name does not tell it.

    ``whole``: the other files of the same show are meant as well.
    """

    candidate: str
    season: str = ""
    episode: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file in the queue."""

    id: UUID
    name: str
    note: str
    href: str
    active: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that the file may be.

    ``asks_episode``: somebody has to say which episode it is; ``whole``: it can be said for the
    other files of the show at once.
    """

    id: str
    title: str
    reason: str
    confidence: float | None
    poster: str
    drawn: bool
    lettering: str
    art: str
    season: int | None
    episode: int | None
    asks_episode: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The file in question with all that the page says about it."""

    id: UUID
    path: str
    facts: str
    question: str
    candidates: list[Suggestion]
    match_action: str
    ignore_action: str
    search_href: str = REVIEW
    query: str = ""
    kind: Kind = "any"
    searched: bool = False
    error: str = ""
    companions: int = 0


def pages(library: Library, artwork: Artwork, render: Renderer) -> Pages:
    """``/app/library/review``. For admins: it shows paths and decides for everybody."""
    found = Pages()

    async def show(call: Call, query: ReviewQuery, error: str = "") -> web.Response:
        items, total = await library.items(["unmatched"], None, "", query.page, _PER_PAGE)
        chosen = await library.item(query.file) if query.file else next(iter(items), None)
        file = await _open(library, chosen, query, error) if chosen else None
        shown = query.page * _PER_PAGE < total
        more = f"{REVIEW}?page={query.page + 1}" if shown else None
        return await render.page(
            call,
            "library/review.html",
            status=422 if error else 200,
            active=REVIEW,
            files=[_listed(each, each.id == (chosen and chosen.id), query.page) for each in items],
            more_href=more,
            file=file,
            **await head(library, call.viewer, REVIEW),
        )

    @found.get(REVIEW, access="admin")
    async def review(call: Call) -> web.StreamResponse:
        return await show(call, read_query(call.request, ReviewQuery))

    @found.post(REVIEW + "/{id}/match", access="admin")
    async def match(call: Call) -> web.StreamResponse:
        item_id = call.path_id("id")
        following = await _following(library, item_id)
        try:
            form = await read_form(call, MatchForm)
            if form.whole:
                await library.match_whole(item_id, _choice(form))
            else:
                await library.match(item_id, _choice(form), force=True)
        except SeenError as error:
            return await show(call, ReviewQuery(file=item_id), error.detail)
        return see_other(following)

    @found.post(REVIEW + "/{id}/ignore", access="admin")
    async def ignore(call: Call) -> web.StreamResponse:
        item_id = call.path_id("id")
        following = await _following(library, item_id)
        await library.ignore(item_id)
        return see_other(following)

    @found.get(REVIEW + "/poster", access="admin")
    async def poster(call: Call) -> web.StreamResponse:
        query = read_query(call.request, PosterQuery)
        subject = Subject(query.title or "Untitled", query.kind, query.title, query.source)
        picture = await artwork.picture(subject, "poster", _POSTER_WIDTH)
        return web.Response(
            body=picture.body,
            content_type=picture.content_type,
            headers={"Cache-Control": "private, max-age=3600"},
        )

    return found


async def _following(library: Library, item_id: UUID) -> str:
    """The place of the file behind this one, so that the queue goes on where it was."""
    items, _ = await library.items(["unmatched"], None, "", 1, _PER_PAGE)
    ids = [each.id for each in items]
    if item_id not in ids or ids[-1] == item_id:
        return REVIEW
    return f"{REVIEW}?file={ids[ids.index(item_id) + 1]}"


def _choice(form: MatchForm) -> Choice:
    source, _, rest = form.candidate.partition(":")
    kind, _, id_ = rest.partition(":")
    if not source or not id_ or kind not in set(MediaKind):
        raise Invalid("Choose one of the titles.")
    return Choice(
        ref=ExternalRef(source, MediaKind(kind), id_),
        season=_number(form.season),
        episode=_number(form.episode),
    )


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdigit() or int(text) > 100_000:
        raise Invalid("Season and episode are numbers.")
    return int(text)


async def _open(library: Library, item: Item, query: ReviewQuery, error: str) -> OpenFile:
    parsed: Mapping[str, Any] = item.evidence.get("parsed", {})
    text = query.q.strip()
    searched = bool(text)
    candidates = [_known(each, parsed) for each in item.evidence.get("candidates", ())]
    if searched:
        try:
            kind = None if query.kind == "any" else MediaKind(query.kind)
            hits = await library.search(text, kind)
            candidates = [_hit(hit, parsed) for _, hit in hits[:12]]
        except SeenError as failure:
            candidates, error = [], failure.detail
    return OpenFile(
        id=item.id,
        path=item.absolute_path,
        facts=" · ".join(filter(None, (
            size(item.file_size_bytes), length(item.duration_seconds), item.resolution_label,
        ))),
        question=_question(item, candidates, searched),
        candidates=candidates,
        match_action=f"{REVIEW}/{item.id}/match",
        ignore_action=f"{REVIEW}/{item.id}/ignore",
        query=text or str(parsed.get("title") or ""),
        kind=query.kind,
        searched=searched,
        error=error,
        companions=len(await library.companions(item)) if parsed.get("episodes") else 0,
    )  # fmt: skip


def _question(item: Item, candidates: list[Suggestion], searched: bool) -> str:
    if item.problem:
        return f"{item.problem.rstrip('.')}."
    if searched:
        return "Is it one of these?" if candidates else "No such title"
    if item.match_state == "matched":
        return "What is it really?"
    if not candidates:
        return "Which title is this?"
    return "Is it this?" if len(candidates) == 1 else "Is it one of these?"


def _listed(item: Item, active: bool, page: int) -> ListedFile:
    count = len(item.evidence.get("candidates", ()))
    note = counted(count, "possible title") if count else item.match_reason or "No idea"
    place = {"file": str(item.id), **({"page": str(page)} if page > 1 else {})}
    return ListedFile(
        item.id, item.file_name, item.problem or note, f"{REVIEW}?{urlencode(place)}", active
    )


def _known(found: Mapping[str, Any], parsed: Mapping[str, Any]) -> Suggestion:
    ref = ExternalRef(found["source"], MediaKind(found["kind"]), found["id"])
    reason = ", ".join(found["reasons"][:2])
    return _suggestion(
        ref, found["title"], found["year"], found["poster"], reason, found["confidence"], parsed
    )


def _hit(hit: SearchHit, parsed: Mapping[str, Any]) -> Suggestion:
    kind = {"movie": "Movie", "show": "Show", "game": "Game"}[hit.ref.kind.value]
    other = hit.original_title if hit.original_title != hit.title else ""
    reason = f"{kind}, also called {other}" if other else kind
    return _suggestion(hit.ref, hit.title, hit.year, hit.poster, reason, None, parsed)


def _suggestion(
    ref: ExternalRef,
    title: str,
    year: int | None,
    poster: str,
    reason: str,
    confidence: float | None,
    parsed: Mapping[str, Any],
) -> Suggestion:
    show = ref.kind is MediaKind.SHOW
    episodes = (parsed.get("episodes") or []) if show else []
    season = parsed.get("season") if show else None
    named = f"{title} ({year})" if year else title
    if episodes:
        named += f", S{season if season is not None else 1} E{episodes[0]}"
    address = urlencode({"title": title, "kind": ref.kind.value, "source": poster})
    return Suggestion(
        id=f"{ref.source}:{ref.kind.value}:{ref.id}",
        title=named,
        reason=reason,
        confidence=confidence,
        poster=f"{REVIEW}/poster?{address}",
        drawn=not poster,
        lettering=lettering(title),
        art=accent(title),
        season=season if len(episodes) == 1 else None,
        episode=episodes[0] if len(episodes) == 1 else None,
        asks_episode=show and not episodes,
        whole=bool(episodes),
    )

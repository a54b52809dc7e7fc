"""``/api/v1/library``: files, folders, scans, review."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from seen.catalog.service import Catalog
from seen.core.errors import Invalid, NotHere
from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.viewer import Viewer
from seen.library.model.records import Item, MatchState, Root
from seen.library.service import Choice, Library
from seen.plugin.models import Card, ExternalRef, MediaKind
from seen.tracking.answers import CardAnswer, card_answer
from seen.tracking.service import Tracking

Page = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=200)]
Number = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class LibraryItem(Answer):
    """A file. Sizes in bytes, durations in seconds; ``path`` is shown to admins only."""

    id: UUID
    file_name: str
    path: str
    file_size_bytes: int
    container_format: str
    video_codec: str
    audio_codec: str
    duration_seconds: float | None
    resolution_label: str
    match_state: MatchState
    match_confidence: float
    match_locked: bool
    match_reason: str
    problem: str
    missing: bool
    discovered_at: datetime
    updated_at: datetime
    media: CardAnswer | None


class CandidateAnswer(Answer):
    """A title that a file may be, with what speaks for it."""

    source: str
    kind: MediaKind
    id: str
    title: str
    year: int | None
    confidence: float
    reasons: list[str]


class UnmatchedItem(Answer):
    """A file nobody is sure about."""

    item: LibraryItem
    confidence: float
    candidates: list[CandidateAnswer]


class LibraryQuery(Query):
    """Filters and the page."""

    match_state: MatchState | None = None
    media_type: MediaKind | None = None
    query: Annotated[str, msgspec.Meta(max_length=200)] = ""
    page: Page = 1
    page_size: PageSize = 40


class PageQuery(Query):
    """Which page."""

    page: Page = 1
    page_size: PageSize = 40


class LibraryPage(Answer):
    """A page of files; ``total`` counts all pages."""

    items: list[LibraryItem]
    page: int
    page_size: int
    total: int


class UnmatchedPage(Answer):
    """A page of the review queue."""

    items: list[UnmatchedItem]
    page: int
    page_size: int
    total: int


class Rescan(Body):
    """Paths inside library folders; all folders where none is named."""

    paths: Annotated[list[str], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)


class RescanAnswer(Answer):
    """The scan's run, and how many paths it took on."""

    job_id: UUID
    accepted: int


class ScanAnswer(Answer):
    """How a scan stands: ``result`` is a sentence once it is done."""

    job_id: UUID
    state: Literal["queued", "running", "done", "failed"]
    done: int
    total: int
    message: str
    result: str
    error: str
    started_at: datetime | None
    finished_at: datetime | None


class CandidateRef(Body):
    """A provider's title, as the review queue lists it."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    kind: MediaKind
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class MatchBody(Body):
    """What a file is: ``mediaId``, a title known here, or ``candidate``, a provider's title.

    ``season`` and ``episode`` are needed for a show when the file's name does not tell them.
    """

    media_id: UUID | None = None
    candidate: CandidateRef | None = None
    season: Number | None = None
    episode: Number | None = None
    force: bool = False


class RootAnswer(Answer):
    """A library folder."""

    id: UUID
    path: str
    media_type: MediaKind | None
    state: Literal["online", "offline"]
    reason: str
    file_count: int
    last_scan_at: datetime | None


class RootBody(Body):
    """A folder to add; ``mediaType`` says what it holds where that is only one kind."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    media_type: MediaKind | None = None


def _item(item: Item, viewer: Viewer, card: Card | None) -> LibraryItem:
    return LibraryItem(
        item.id,
        item.file_name,
        item.absolute_path if viewer.is_admin else "",
        item.file_size_bytes,
        item.container_format,
        item.video_codec,
        item.audio_codec,
        item.duration_seconds,
        item.resolution_label,
        item.match_state,
        item.match_confidence,
        item.match_locked,
        item.match_reason,
        item.problem,
        item.missing_since is not None,
        item.discovered_at,
        item.updated_at,
        card_answer(card) if card else None,
    )


def _root(root: Root) -> RootAnswer:
    return RootAnswer(
        root.id, root.path, root.kind, root.state, root.reason, root.file_count, root.last_scan_at
    )


def _unmatched(item: Item, viewer: Viewer) -> UnmatchedItem:
    candidates = [
        CandidateAnswer(
            each["source"],
            MediaKind(each["kind"]),
            each["id"],
            each["title"],
            each["year"],
            each["confidence"],
            each["reasons"],
        )
        for each in item.evidence.get("candidates", ())
    ]
    return UnmatchedItem(_item(item, viewer, None), item.match_confidence, candidates)


def routes(library: Library, catalog: Catalog, tracking: Tracking) -> Api:
    """The room's routes."""
    api = Api("library")

    async def with_cards(viewer: Viewer, items: list[Item]) -> list[LibraryItem]:
        ids = list(dict.fromkeys(each.media_id for each in items if each.media_id))
        cards = await tracking.cards(viewer.user_id, await catalog.summaries(ids))
        by_id = {card.id: card for card in cards}
        return [_item(each, viewer, by_id.get(str(each.media_id))) for each in items]

    @api.get("/library")
    async def browse(call: Call, query: LibraryQuery) -> LibraryPage:
        """The files of the library, last changed first, each with its title."""
        states: list[MatchState] = [query.match_state] if query.match_state else ["matched"]
        if query.match_state is None:
            states = ["matched", "unmatched"]
        items, total = await library.items(
            states, query.media_type, query.query, query.page, query.page_size
        )
        return LibraryPage(await with_cards(call.viewer, items), query.page, query.page_size, total)

    @api.get("/library/unmatched")
    async def unmatched(call: Call, query: PageQuery) -> UnmatchedPage:
        """The review queue: files nobody is sure about, with candidates and reasons."""
        items, total = await library.items(["unmatched"], None, "", query.page, query.page_size)
        listed = [_unmatched(each, call.viewer) for each in items]
        return UnmatchedPage(listed, query.page, query.page_size, total)

    @api.post("/library/rescan", access="admin", status=202)
    async def rescan(call: Call, body: Rescan) -> RescanAnswer:
        """Look through the library folders again, in the background."""
        run_id, accepted = await library.rescan(body.paths)
        return RescanAnswer(run_id, accepted)

    @api.get("/library/scan", also={404: "No scan has run yet"})
    async def scan(call: Call) -> ScanAnswer:
        """The scan that runs or ran last."""
        run = await library.last_scan()
        if run is None:
            raise NotHere("No scan has run yet.")
        return ScanAnswer(
            run.id,
            run.state,
            run.done,
            run.total,
            run.message,
            run.result,
            run.error,
            run.started_at,
            run.finished_at,
        )

    @api.post("/library/{id}/match", access="admin")
    async def match(call: Call, id: UUID, body: MatchBody) -> LibraryItem:
        """Say what a file is; scans keep that."""
        if (body.media_id is None) == (body.candidate is None):
            raise Invalid("Name either mediaId or candidate.")
        ref = body.candidate
        choice = Choice(
            body.media_id,
            ExternalRef(ref.source, ref.kind, ref.id) if ref else None,
            body.season,
            body.episode,
        )
        item = await library.match(id, choice, force=body.force)
        return (await with_cards(call.viewer, [item]))[0]

    @api.post("/library/{id}/ignore", access="admin")
    async def ignore(call: Call, id: UUID) -> None:
        """Put a file aside."""
        await library.ignore(id)

    @api.post("/library/{id}/restore", access="admin")
    async def restore(call: Call, id: UUID) -> None:
        """Let the next scan decide about a file again."""
        await library.restore(id)

    @api.get("/library/roots", access="admin")
    async def roots(call: Call) -> list[RootAnswer]:
        """The library folders."""
        return [_root(each) for each in await library.roots()]

    @api.post("/library/roots", access="admin", status=201)
    async def add_root(call: Call, body: RootBody) -> RootAnswer:
        """Add a folder. Nothing in it is ever changed."""
        return _root(await library.add_root(body.path, body.media_type))

    @api.delete("/library/roots/{id}", access="admin")
    async def remove_root(call: Call, id: UUID) -> None:
        """Forget a folder and its files; the files themselves and all history stay."""
        await library.remove_root(id)

    return api

"""``/api/v1/history``: what the viewer saw and when; what the viewer did, and taking it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from seen.core import clock
from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.paging import page_of
from seen.plugin.models import MediaKind
from seen.tracking.api.bodies import Limit, ListQuery, place_of
from seen.tracking.service.acting import Acts
from seen.tracking.service.history import History


class HistoryQuery(ListQuery):
    """``mediaId`` leaves only one title."""

    media_id: UUID | None = None


class ViewingAnswer(Answer):
    """One time the viewer saw a movie or an episode. ``source``: player, hand, import, scrobble."""

    id: UUID
    media_id: UUID
    episode_id: UUID | None
    type: MediaKind
    title: str
    part: str
    source: str
    watched_at: datetime


class ViewingPage(Answer):
    """``nextCursor`` is empty on the last page."""

    items: list[ViewingAnswer]
    next_cursor: str


class ViewingChange(Body):
    """When it was."""

    watched_at: datetime


class ClearQuery(Query):
    """``since`` leaves what is older; without it everything goes."""

    since: datetime | None = None


class ClearedAnswer(Answer):
    """How many entries are gone."""

    cleared: int


class ActQuery(Query):
    """A page of what the viewer did."""

    limit: Limit = 40
    cursor: str = ""


class ActAnswer(Answer):
    """One thing the viewer did, in words. It can be taken back for thirty days."""

    id: UUID
    kind: str
    media_id: UUID | None
    sentence: str
    created_at: datetime
    undone: bool
    can_be_undone: bool


class ActPage(Answer):
    """``nextCursor`` is empty on the last page."""

    items: list[ActAnswer]
    next_cursor: str


class UndoneAnswer(Answer):
    """``restored`` rows are as they were; ``left`` ones were changed again since and stay."""

    sentence: str
    restored: int
    left: int


def routes(history: History, acts: Acts) -> Api:
    """The routes of what was."""
    api = Api("tracking")

    @api.get("/history")
    async def viewings(call: Call, query: HistoryQuery) -> ViewingPage:
        """What the viewer saw, the last first."""
        rows = await history.viewings(
            call.viewer,
            query.limit + 1,
            place_of(query.cursor),
            media_id=query.media_id,
            kind=query.type,
        )
        page, more = page_of(rows, query.limit, lambda each: (each.watched_at, each.id))
        return ViewingPage(
            [
                ViewingAnswer(
                    each.id,
                    each.media_id,
                    each.episode_id,
                    MediaKind(each.media_type),
                    each.title,
                    each.part,
                    each.source,
                    each.watched_at,
                )
                for each in page
            ],
            more,
        )

    @api.patch("/history/{id}")
    async def set_time(call: Call, id: UUID, body: ViewingChange) -> None:
        """Say when a viewing was."""
        await history.set_time(call.viewer, id, body.watched_at)

    @api.delete("/history/{id}")
    async def remove(call: Call, id: UUID) -> None:
        """Forget a viewing."""
        await history.remove(call.viewer, id)

    @api.delete("/history")
    async def clear(call: Call, query: ClearQuery) -> ClearedAnswer:
        """Forget viewings, positions and play sessions; it can be taken back."""
        return ClearedAnswer(await history.clear(call.viewer, query.since))

    @api.delete("/history/acts")
    async def forget(call: Call) -> ClearedAnswer:
        """Forget what the viewer did; nothing of it can be taken back any more."""
        return ClearedAnswer(await acts.forget(call.viewer))

    @api.get("/history/acts")
    async def recent(call: Call, query: ActQuery) -> ActPage:
        """What the viewer did, the last first."""
        rows = await acts.recent(call.viewer, query.limit + 1, place_of(query.cursor))
        page, more = page_of(rows, query.limit, lambda each: (each.created_at, each.id))
        now = clock.now()
        return ActPage(
            [
                ActAnswer(
                    each.id,
                    each.kind,
                    each.media_id,
                    each.sentence,
                    each.created_at,
                    each.undone_by is not None,
                    each.can_be_undone(now),
                )
                for each in page
            ],
            more,
        )

    @api.post("/history/acts/{id}/undo", also={409: "Taken back already, or too old"})
    async def undo(call: Call, id: UUID) -> UndoneAnswer:
        """Take something back."""
        done = await acts.undo(call.viewer, id)
        return UndoneAnswer(done.act.sentence, done.restored, done.left)

    return api

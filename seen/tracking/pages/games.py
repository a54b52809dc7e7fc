"""``/app/games``: the viewer's games as a board of states, or one state as a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from seen.core import clock
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.paging import encode_cursor
from seen.core.viewer import Viewer
from seen.core.wording import counted, length, since
from seen.plugin.models import Card
from seen.tracking.api.bodies import Cards, place_of
from seen.tracking.model.states import LABELS, STATUSES, State, Status
from seen.tracking.pages.chips import Chip, address
from seen.tracking.pages.marks import title_act_path
from seen.tracking.service import Tracks

GAMES = "/app/games"
_PER_COLUMN, _PER_PAGE = 12, 60


class GamesQuery(Query):
    """One state as a grid; all as a board where none is named."""

    status: Status | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class GameCard:
    """A game with where the viewer stands. ``share`` is 0 to 1, or None."""

    card: Card
    line: str
    share: float | None
    action: str


@dataclass(frozen=True, slots=True)
class Column:
    """A state with its games."""

    status: Status
    label: str
    count: int
    href: str
    games: list[GameCard]


def pages(tracks: Tracks, cards: Cards, render: Renderer) -> Pages:
    """The room's page of games."""
    found = Pages()

    async def drawn(viewer: Viewer, states: Sequence[State]) -> list[GameCard]:
        shown = await cards.cards_of(viewer, [each.media_id for each in states])
        by_id = {each.id: each for each in shown}
        return [
            _game(by_id[str(each.media_id)], each) for each in states if str(each.media_id) in by_id
        ]

    @found.get(GAMES)
    async def games(call: Call) -> web.StreamResponse:
        query = read_query(call.request, GamesQuery)
        counts = await tracks.states.counts(call.viewer)
        total = sum(counts.values())
        more = None
        if query.status is None:
            board = await tracks.states.board(call.viewer, _PER_COLUMN)
            flat = await drawn(call.viewer, [each for column in board.values() for each in column])
            grid: list[GameCard] = []
        else:
            rows = await tracks.states.states(
                call.viewer, _PER_PAGE + 1, place_of(query.cursor), statuses=[query.status]
            )
            page, board, flat = rows[:_PER_PAGE], {}, []
            grid = await drawn(call.viewer, page)
            if len(rows) > _PER_PAGE:
                cursor = encode_cursor((page[-1].updated_at, page[-1].media_id))
                more = address(GAMES, {"status": query.status, "cursor": cursor})
            if query.cursor and render.is_part(call):
                return await render.bare(call, "tracking/games_page.html", games=grid, more=more)
        return await render.page(
            call,
            "tracking/games.html",
            active=GAMES,
            summary=f"{counted(total, 'game')} of yours." if total else "",
            views=_views(query.status, counts, total),
            columns=_columns(board, flat, counts),
            games=grid,
            more=more,
            total=total,
            choices=[{"value": each, "label": LABELS[each]} for each in STATUSES],
        )

    return found


def _views(status: Status | None, counts: dict[str, int], total: int) -> list[Chip]:
    return [
        Chip("Board", GAMES, status is None, total),
        *(
            Chip(LABELS[each], address(GAMES, {"status": each}), status == each, counts[each])
            for each in STATUSES
            if counts.get(each)
        ),
    ]


def _columns(
    board: dict[Status, list[State]], flat: list[GameCard], counts: dict[str, int]
) -> list[Column]:
    by_id = {each.card.id: each for each in flat}
    return [
        Column(
            status,
            LABELS[status],
            counts.get(status, 0),
            address(GAMES, {"status": status}),
            [by_id[str(each.media_id)] for each in states if str(each.media_id) in by_id],
        )
        for status, states in board.items()
    ]


def _game(card: Card, state: State) -> GameCard:
    now = clock.now()
    parts = []
    if state.seconds_played:
        parts.append(f"{length(state.seconds_played)} played")
    if state.last_played_at is not None:
        parts.append(f"last {since(state.last_played_at, now).removeprefix('on ')}")
    if not parts and state.platform:
        parts.append(state.platform)
    share = state.completion_percent / 100 if state.completion_percent is not None else None
    action = title_act_path(state.media_id, "status")
    return GameCard(card, " · ".join(parts) or card.caption, share, action)

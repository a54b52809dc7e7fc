"""Invented lists, games, collections and marks for the pages that show what people keep."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace as It
from typing import Any

from seen.plugin.models import GameLine
from seen.tracking.model.opinions import Scale, choices

Context = dict[str, Any]
KINDS = ("Everything", "Movies", "Shows", "Games")
STATES = ("Wishlist", "Backlog", "Playing", "Paused", "Completed", "Dropped", "Endless")


def rating(scale: Scale, given: int) -> It:
    """A field to rate in; -1 for a title without a rating."""
    return It(
        action="/app/x",
        scale=scale,
        choices=[
            It(value=value, label=label, on=value <= given, picked=value == given)
            for value, label in choices(scale)
        ],
        rating=given,
        note="Your rating, 14 October" if given >= 0 else "Rate it",
    )


def mine(game: bool = False, scale: Scale = "stars", given: int = 80) -> It:
    """What somebody keeps of a title."""
    states = [It(value=each.lower(), label=each, active=each == "Playing") for each in STATES]
    return It(
        media_id="1",
        rating=rating(scale, given),
        favourite="/app/x",
        is_favourite=not game,
        note="The tide tables, again." if game else "",
        note_action="/app/x",
        status_action="/app/x",
        states=states[:5] if game else [],
        more_states=states[5:] if game else [states[3], states[5]],
        session_action="/app/x" if game else "",
        sessions=[
            It(day="Friday", note="Reached the third kiln", length="2 h 40 m", remove="/app/x"),
            It(day="Tuesday", note="", length="1 h 15 m", remove="/app/y"),
        ]
        if game
        else [],
        played="12 h 00 m" if game else "",
        played_seconds=43_200 if game else 0,
        completion=39 if game else None,
        platform="PC" if game else "",
        platforms=["PC", "PS5"] if game else [],
        again=not game,
        seen_often="" if game else "Seen 2 times",
        marks_path="/part",
        history_href="?",
    )


def viewing() -> It:
    """A viewing whose day can be changed."""
    return It(
        label="14 October", note="imported", when="2026-10-14", change="/app/x", remove="/app/x"
    )


def part(scale: Scale) -> Context:
    """An episode with its rating and viewings."""
    return {
        "title": "Northline", "href": "?", "words": "S2 E4 · The Thaw",
        "rating": rating(scale, 80), "viewings": [viewing()], "seen_action": "/app/x",
        "again": True, "today": "2026-11-26",
    }  # fmt: skip


def game_widget() -> It:
    """The games that are played, on the dashboard."""
    games = [
        GameLine("1", "Emberfall", "/title_game", picture("Emberfall"), "#aa5533",
                 "12 h played · last Friday", 0.39),
        GameLine("2", "Driftwood", "/title_game", picture("Driftwood"), "#336677", "Paused"),
    ]  # fmt: skip
    return It(
        id="games", slot="main", template="dashboard/widget_games.html", title="Playing now",
        error="", data={"games": games, "href": "/games"},
    )  # fmt: skip


def stats(full: bool) -> Context:
    """A year in pictures, or one with nothing in it."""
    bars = [It(label=each, count=9 - at, share=1 - at / 9) for at, each in
            enumerate(("Drama", "Sci-fi", "Thriller", "Comedy"))]  # fmt: skip
    return {
        "heading": "Your 2026", "lead": "61 movies, 210 episodes of 12 shows, 4 games.",
        "years": [It(label=each, href="?", active=each == "2026", count=None)
                  for each in ("All time", "2026", "2025")],
        "figures": [("241 h 10 m", "watched"), ("38 h 00 m", "played"), ("12 days", "in a row")],
        "people_chips": [It(label=each, href="?", active=each == "You", count=None)
                         for each in ("You", "Jonas")] if full else [],
        "note": "Counted from your own history. Nobody else sees it.",
        "map_year": 2026, "picture": "/app/x",
        "squares": [It(x=at // 7 * 15, y=at % 7 * 15, level=at * at % 5, words="1 May: 2 h 08 m")
                    for at in range(330)],
        "months": [(at * 65, each) for at, each in enumerate(("Jan", "Feb", "Mar", "Apr"))],
        "genres": bars, "decades": bars, "people": bars, "ratings": bars, "mean": "3.5 stars",
        "empty": not full,
    }  # fmt: skip


def picture(title: str) -> str:
    return f"/artwork/poster/game/{title}.svg"


def track_pages(cards: Sequence[Any]) -> dict[str, tuple[str, Context]]:
    """Every page of what people keep, without the shell."""
    titles = list(cards)
    only_games = [each for each in titles if each.kind == "game"]
    kinds = [It(label=each, href="?", active=each == "Everything", count=None) for each in KINDS]
    later: Context = {
        "heading": "Watch later",
        "summary": "18 titles, in your order.",
        "path": "/app/watch-later",
        "filters": kinds,
        "items": titles[:18],
        "more": None,
        "movable": True,
        "blank": It(icon="bookmark", heading="Your list is empty", text="Nothing here."),
    }
    rows = [
        It(card=each, line="12 h played · last Sunday", share=0.39, action="/app/x")
        for each in only_games
    ]
    board: Context = {
        "summary": "139 games of yours.",
        "total": 139,
        "views": [It(label=each, href="?", active=not at, count=at) for at, each in
                  enumerate(("Board", *STATES))],
        "choices": [It(value=each.lower(), label=each) for each in STATES],
        "columns": [
            It(status=each.lower(), label=each, count=24 - at, href="?", games=rows[at : at + 3])
            for at, each in enumerate(STATES)
        ],
        "games": [],
        "more": None,
    }  # fmt: skip
    tiles = [
        It(name=each.title, note="12 titles · shared", href="/collection", picture=each.poster)
        for each in titles[:5]
    ]
    collection: Context = {
        "name": "Rainy days", "note": "12 titles", "description": "For when it does.",
        "shared": True, "path": "/collection", "mine": True, "movable": True,
        "items": titles[3:15], "more": None,
    }  # fmt: skip
    history: Context = {
        "views": [It(label="Seen", href="?", active=True, count=None),
                  It(label="Changes", href="?", active=False, count=None)],
        "days": [
            It(label=day, lines=[
                It(title=each.title, href="/title_movie", part="S2 E4 · The Thaw",
                   field=viewing()) for each in titles[at : at + 3]])
            for at, day in enumerate(("26 November", "14 October"))
        ],
        "acts": [], "paused": True, "today": "2026-11-26", "only": None,
        "more": "/history?cursor=a",
    }  # fmt: skip
    changes = history | {
        "days": [],
        "acts": [
            It(sentence="Rated Tidewater 4 stars", when="just now", href="/title_movie",
               undo="/app/x", undone=False),
            It(sentence="Made the collection Rainy days", when="yesterday", href="", undo="",
               undone=True),
        ],
    }  # fmt: skip
    choose: Context = {
        "title": titles[1], "media_id": "1",
        "choices": [It(name="Rainy days", note="12 titles", action="/app/x", on=True),
                    It(name="With Jonas", note="3 titles", action="/app/y", on=False)],
    }  # fmt: skip
    privacy: Context = {
        "sections": [It(label=each, href="?", active=each == "Privacy")
                     for each in ("Appearance", "Account", "Privacy")],
        "path": "/app/settings/privacy", "saved": False, "share_statistics": False,
        "keep_history": True, "spans": [It(value="all", label="Everything")],
        "shared": [It(name="Rainy days", note="12 titles", href="?", unshare="/app/x")],
    }  # fmt: skip
    return {
        "privacy": ("tracking/privacy.html", privacy),
        "part": ("tracking/part.html", part("stars")),
        "part_panel": ("tracking/part_panel.html", part("hundred")),
        "history_title": ("tracking/history.html",
                          history | {"only": It(label="Northline", href="?"), "paused": False}),
        "later": ("tracking/list.html", later),
        "later_empty": ("tracking/list.html", later | {"items": []}),
        "list_page": ("tracking/list_page.html", {"items": titles, "more": "?", "movable": False}),
        "games": ("tracking/games.html", board),
        "games_state": ("tracking/games.html", board | {"columns": [], "games": rows}),
        "games_empty": ("tracking/games.html", board | {"total": 0, "columns": []}),
        "games_page": ("tracking/games_page.html", {"games": rows, "more": None}),
        "collections": ("tracking/collections.html",
                        {"mine": [*tiles, It(name="New", note="0 titles", href="?", picture="")],
                         "shared": tiles[:2], "series": tiles[2:4]}),
        "collections_empty": ("tracking/collections.html",
                              {"mine": [], "shared": [], "series": []}),
        "collection": ("tracking/collection.html", collection),
        "collection_empty": ("tracking/collection.html", collection | {"items": []}),
        "choose": ("tracking/choose.html", choose),
        "stats": ("tracking/stats.html", stats(full=True)),
        "year_picture": ("tracking/year_picture.html", {
            **{name: stats(full=True)[name] for name in ("lead", "figures", "squares")},
            "heading": "My 2026", "top": stats(full=True)["genres"]}),
        "stats_empty": ("tracking/stats.html", stats(full=False)),
        "history": ("tracking/history.html", history),
        "history_changes": ("tracking/history.html", changes),
        "history_empty": ("tracking/history.html", history | {"days": [], "more": None}),
    }  # fmt: skip

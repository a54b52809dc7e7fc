"""Small exports in the form that each service writes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

LETTERBOXD = {
    "diary.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2026-01-03,Low Tide,2013,https://boxd.it/a,4.5,,,2026-01-02\n"
    "2026-02-01,Low Tide,2013,https://boxd.it/b,4,Yes,,2026-01-30\n",
    "watched.csv": "Date,Name,Year,Letterboxd URI\n2026-01-03,Low Tide,2013,https://boxd.it/c\n"
    "2026-01-04,Côte d'Azur,2001,https://boxd.it/d\n",
    "ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n"
    "2026-01-03,Low Tide,2013,https://boxd.it/c,4.5\n",
    "watchlist.csv": 'Date,Name,Year,Letterboxd URI\n2026-01-05,"Ice, Thaw",2020,https://x.y/e\n',
    "reviews.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n"
    '2026-01-03,Low Tide,2013,https://boxd.it/a,4.5,,"Two\nlines, ""quoted""",,2026-01-02\n',
    "likes/films.csv": "Date,Name,Year,Letterboxd URI\n2026-01-03,Low Tide,2013,https://x.y/c\n",
    "lists/by-the-sea.csv": "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n"
    '2026-01-03,By the sea,,https://x.y/l,"Salt,\nand wind"\n\n'
    "Position,Name,Year,URL,Description\n1,Low Tide,2013,https://x.y/c,\n",
    "deleted/diary.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2025-01-03,Gone,2013,https://boxd.it/g,1,,,2025-01-02\n",
}

IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),"
    "Year,Genres,Num Votes,Release Date,Directors\n"
    "tt9900001,9,2024-03-15,Low Tide,Low Tide,https://x.y/,Movie,8,99,2013,Drama,9,2013-03-31,A\n"
    "tt9900002,8,2024-03-16,Harbour: The Flood,The Flood,https://x.y/,TV Episode,8,44,2015,,9,,\n"
    "tt9900003,7,2024-03-17,Deep Dive,Deep Dive,https://x.y/,Video Game,8,,2014,,9,,\n"
    "tt9900004,7,2024-03-17,Some Talk,Some Talk,https://x.y/,Podcast Series,8,,2014,,9,,\n"
)

TRAKT: Mapping[str, object] = {
    "watched-history.json": [
        {"id": 1, "watched_at": "2026-04-01T11:10:00.000Z", "type": "episode",
         "episode": {"season": 0, "number": 7, "title": "A special", "ids": {"trakt": 1}},
         "show": {"title": "Harbour", "year": 2014, "ids": {"imdb": "tt9900009", "tvdb": 91}}},
        {"id": 2, "watched_at": "2026-04-02T11:10:00.000Z", "type": "movie",
         "movie": {"title": "Low Tide", "year": 2013, "ids": {"tmdb": 93, "imdb": None}}},
        {"id": 3, "watched_at": "2026-04-03T11:10:00.000Z", "type": "movie", "movie": {}},
    ],
    "watched-movies.json": [
        {"plays": 1, "movie": {"title": "Low Tide", "year": 2013, "ids": {"tmdb": 93}}}
    ],
    "ratings-episodes.json": [
        {"rated_at": "2024-03-07T19:37:27.000Z", "rating": 8, "type": "episode",
         "episode": {"season": 1, "number": 2}, "show": {"title": "Harbour", "ids": {"tvdb": 91}}}
    ],
    "lists-watchlist.json": [
        {"listed_at": "2024-09-11T07:45:03.000Z", "type": "show",
         "show": {"title": "Harbour", "year": 2014, "ids": {"tvdb": 91}}}
    ],
    "lists-list-12-by-the-sea.json": [
        {"type": "movie", "movie": {"title": "Low Tide", "ids": {"tmdb": 93}}}
    ],
}  # fmt: skip

TRAKT_SUMMARIES: Mapping[str, object] = {
    "watched-shows.json": [
        {"show": {"title": "Harbour", "year": 2014, "ids": {"tvdb": 91}},
         "seasons": [{"number": 1, "episodes": [{"number": 1}, {"number": 2}]}]}
    ]
}  # fmt: skip

YAMTRACK = (
    '"media_id","source","media_type","title","image","season_number","episode_number","score",'
    '"progress","status","repeats","start_date","end_date","notes","watch_date"\n'
    '"93","tmdb","movie","Low Tide","","","","9.0","1","Completed","0","","2024-02-09","Fine",""\n'
    '"91","tmdb","tv","Harbour","","","","","","Paused","0","","","",""\n'
    '"91","tmdb","season","Harbour","","1","","8.0","2","Completed","0","","","",""\n'
    '"91","tmdb","episode","Harbour","","1","2","","","","0","","","","2024-02-09"\n'
    '"7","igdb","game","Deep Dive","","","","7.5","90","In progress","0","","","",""\n'
    '"8","hardcover","book","A Book","","","","","","Planning","0","","","",""\n'
)

TMDB = (
    "TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,"
    "Date Rated\n"
    "5,tt9900005,tv,Harbour S1E2,2014-09-22T00:00:00Z,1,2,6.9,8,2023-01-07T16:35:52Z\n"
    "93,tt9900001,movie,潮,2013-07-20T00:00:00Z,,,7.7,7.5,2023-05-02T09:29:50Z\n"
    "91,tt9900009,tv,Harbour,2014-05-06T00:00:00Z,,,8.6,,\n"
)

NETFLIX = (
    'Title,Date\n"Harbour: Season 2: The Flood: Part Two","13/12/24"\n"Low Tide","1/2/24"\n'
    '"Ice: A Film","3/2/24"\n"Coast: Limited Series: Fog","4/2/24"\n" : Episode 7","8/8/22"\n'
)

STEAM = {
    "response": {
        "game_count": 2,
        "games": [
            {"appid": 11, "name": "Deep Dive", "playtime_forever": 90, "rtime_last_played": 17e8},
            {"appid": 12, "name": "Never Begun", "playtime_forever": 0},
        ],
    }
}

HOWLONGTOBEAT = (
    '"Title","Platform","Playing","Backlog","Replay","Completed","Retired","Retired Notes",'
    '"Start Date","Completion Date","Progress","Main Story","Main + Extras","Completionist",'
    '"General Notes","Review","Review Notes","Updated"\n'
    'Deep Dive,"PC","","","","X","","",2024-02-09,2012-00-00,3:05:00,2:00:00,"--","--","Dark",70,'
    '"",2024-02-09 15:54:48\n'
    'Never Begun,"PC","","X","","","","","","","--","--","--","--","",0,"",2024-02-10 15:54:48\n'
)

OWN: Mapping[str, object] = {
    "seen.json": {"format": "seen-export", "version": 1},
    "ratings.jsonl": [
        {"title": "Low Tide", "kind": "movie", "year": 2013, "ids": {"tmdb": "93"}, "rating": 85}
    ],
    "collections.jsonl": [{"list": {"name": "By the sea", "description": "Salt"}}],
    "progress.jsonl": [
        {"title": "Low Tide", "kind": "movie", "positionSeconds": 61.5, "durationSeconds": 5400}
    ],
    "damaged.jsonl": [{"rating": 500}, {"title": "Low Tide", "rating": "many", "year": []}],
}


def write_table(folder: Path, name: str, text: str) -> Path:
    """A single file."""
    path = _folder(folder) / name
    path.write_text(text, encoding="utf-8")
    return path


def write_json(folder: Path, name: str, value: object) -> Path:
    """A single JSON file."""
    return write_table(folder, name, json.dumps(value))


def write_zip(folder: Path, name: str, files: Mapping[str, object], inside: str = "") -> Path:
    """A zip file of texts as they are and of JSON; lines of it where the name says so."""
    path = _folder(folder) / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in files.items():
            archive.writestr(inside + each, _written(each, content))
    return path


def _written(name: str, content: object) -> str:
    if isinstance(content, str):
        return content
    if name.endswith(".jsonl") and isinstance(content, list):
        return "\n".join(json.dumps(each) for each in content)
    return json.dumps(content)


def _folder(folder: Path) -> Path:
    found = folder / "upload"
    found.mkdir(exist_ok=True)
    return found

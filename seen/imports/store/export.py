"""Everything that a person keeps, row by row, as an export writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from seen.core.db import Connection

_AT_ONCE = 500
# Which title, in words and ids that another server understands.
_TITLE = (
    "m.title, m.media_type as kind, m.release_year as year, coalesce((select"
    " jsonb_object_agg(e.source, e.external_id) from media_external_ids e"
    " where e.media_id = m.id), '{}') as ids"
)
_EPISODE = "left join show_episodes p on p.id = t.episode_id"
_NUMBERS = "p.season_number as season, p.number as episode"

# File by file; the columns are named as an import reads them.
FILES: Mapping[str, str] = {
    "watched": f"select {_TITLE}, {_NUMBERS}, true as watched, t.watched_at,"
    " t.source as origin"
    f" from user_watched t join media_items m on m.id = t.media_id {_EPISODE}"
    " where t.user_id = $1 order by t.watched_at, t.id",
    "progress": f"select {_TITLE}, {_NUMBERS}, t.position_seconds, t.duration_seconds,"
    " t.dismissed_at is not null as dismissed, t.updated_at as noted_at"
    f" from user_progress t join media_items m on m.id = t.media_id {_EPISODE}"
    " where t.user_id = $1 order by t.updated_at, t.media_id, t.episode_id",
    "watch_later": f"select {_TITLE}, true as watch_later, t.added_at as noted_at"
    " from user_watch_later t join media_items m on m.id = t.media_id"
    " where t.user_id = $1 order by t.rank desc",
    "ratings": f"select {_TITLE}, coalesce(p.season_number, t.season_number) as season,"
    " p.number as episode, t.rating, t.rated_at as noted_at"
    f" from user_ratings t join media_items m on m.id = t.media_id {_EPISODE}"
    " where t.user_id = $1 order by t.rated_at, t.media_id",
    "favorites": f"select {_TITLE}, true as favorite, t.added_at as noted_at"
    " from user_favorites t join media_items m on m.id = t.media_id"
    " where t.user_id = $1 order by t.added_at, t.media_id",
    "notes": f"select {_TITLE}, t.body as note, t.updated_at as noted_at"
    " from user_notes t join media_items m on m.id = t.media_id"
    " where t.user_id = $1 order by t.updated_at, t.media_id",
    "states": f"select {_TITLE}, t.status, t.platform, t.seconds_played, t.completion_percent,"
    " t.updated_at as noted_at from user_states t join media_items m on m.id = t.media_id"
    " where t.user_id = $1 order by t.updated_at, t.media_id",
    "sessions": f"select {_TITLE}, t.seconds as session_seconds, t.note,"
    " t.started_at as watched_at from user_play_sessions t"
    " join media_items m on m.id = t.media_id where t.user_id = $1 order by t.started_at, t.id",
    "collections": "select jsonb_build_object('name', name, 'description', description, 'shared',"
    " shared, 'filter', case when kind = 'smart' then filter end) as list,"
    " created_at as noted_at from collections where user_id = $1 order by created_at, id",
    "covers": f"select {_TITLE}, jsonb_build_object('name', c.name, 'cover', true) as list"
    " from collections c join media_items m on m.id = c.cover_id where c.user_id = $1"
    " order by c.created_at, c.id",
    "listed": f"select {_TITLE}, jsonb_build_object('name', c.name) as list,"
    " t.added_at as noted_at from collections c join collection_items t on t.collection_id = c.id"
    " join media_items m on m.id = t.media_id where c.user_id = $1"
    " order by c.created_at, c.id, t.rank",
}


async def rows(db: Connection, user_id: UUID, file: str) -> AsyncIterator[list[dict[str, Any]]]:
    """The lines of one file, some at a time; inside a transaction. What is empty is left out."""
    cursor = await db.raw.cursor(FILES[file], user_id)
    while found := await cursor.fetch(_AT_ONCE):
        yield [
            {name: value for name, value in row.items() if value not in (None, False, "")}
            for row in found
        ]

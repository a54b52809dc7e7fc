"""All that a person keeps of one title, in one query."""

from __future__ import annotations

from uuid import UUID

from seen.core.db import Executor
from seen.tracking.model.relation import Relation


async def relation(db: Executor, user_id: UUID, media_id: UUID) -> Relation:
    """What the person keeps of a title beside ratings."""
    row = await db.fetchrow(
        """
        select exists(select 1 from user_favorites f where f.user_id = $1 and f.media_id = $2)
                 as is_favorite,
               coalesce((select body from user_notes n where n.user_id = $1 and n.media_id = $2),
                 '') as note,
               s.status, coalesce(s.platform, '') as platform, s.completion_percent,
               coalesce(s.seconds_played, 0) + coalesce((select sum(seconds)
                 from user_play_sessions p where p.user_id = $1 and p.media_id = $2), 0)
                 as seconds_played,
               (select count(*) from user_watched w where w.user_id = $1 and w.media_id = $2
                 and w.episode_id is null) as viewings
          from (select 1) one
          left join user_states s on s.user_id = $1 and s.media_id = $2
        """,
        user_id,
        media_id,
    )
    assert row is not None
    facts = dict(row)
    return Relation(**{**facts, "seconds_played": int(facts["seconds_played"])})

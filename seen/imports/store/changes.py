"""What an import would change, and the changing of it: one plan for each class of changes.

A plan lists the changes that the lines ask for, each once, beside what is there: its ``outcome``
is new, same or conflict, ``mine`` and ``theirs`` say a conflict in words. $1 is the run, $2 the
person, $3 the time for what has none of its own, $4 whether theirs is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.core.db import Executor
from seen.imports.model.changes import ChangeName, Tally

# Says the type of the time before anything is reckoned with it.
_GIVEN = "given as (select $3::timestamptz)"
_ROWS = "import_rows r where r.run_id = $1 and r.reason = ''"
_TITLES = f"{_ROWS} and r.media_id is not null"
_WHEN = "coalesce(r.noted_at, $3)"
_OUTCOME = "case when {mine} is null then 'new' when {same} then 'same' else 'conflict' end"
# For each viewing by its index: as a join it would compare all viewings with each other.
_SEEN = (
    "select 1 from user_watched w where w.user_id = $2 and w.media_id = {0}.media_id"
    " and w.episode_id is not distinct from {0}.episode_id"
)


@dataclass(frozen=True, slots=True)
class _Change:
    plan: str
    apply: str


# Some services note a viewing when it begins, others when it ends, and some only its day.
_WATCHED = _Change(
    plan=(
        "parts as (select r.*, coalesce(r.episode_id, r.media_id) as part from"
        f"   {_TITLES} and r.watched),"
        " viewings as (select distinct on (part, watched_at) * from parts"
        "   where watched_at is not null order by part, watched_at, watched_day),"
        " sometime as (select distinct on (part) * from parts p where watched_at is null"
        "   and not exists (select 1 from viewings v where v.part = p.part)"
        "   order by part, noted_at nulls last),"
        " plan as (select v.media_id, v.episode_id, v.watched_at, v.origin, null::text as mine,"
        f"   null::text as theirs, case when exists ({_SEEN.format('v')}"
        "     and w.watched_at > v.watched_at - v.near and w.watched_at < v.watched_at + v.near)"
        "    then 'same' else 'new' end as outcome from (select *, case when watched_day"
        "     then interval '24 h' else interval '10 min' end as near from viewings) v"
        "  union all select p.media_id, p.episode_id, coalesce(p.noted_at, $3), p.origin,"
        "   null, null,"
        f"   case when exists ({_SEEN.format('p')}) then 'same' else 'new' end from sometime p)"
    ),
    apply=(
        "insert into user_watched (id, user_id, media_id, episode_id, source, watched_at)"
        " select gen_random_uuid(), $2, media_id, episode_id, coalesce(origin, 'import'),"
        "  watched_at from plan where outcome = 'new'"
    ),
)
_PROGRESS = _Change(
    plan=(
        "lines as (select distinct on (r.media_id, r.episode_id) r.* from"
        f"   {_TITLES} and r.position_seconds is not null"
        "   order by r.media_id, r.episode_id, r.noted_at desc nulls last, r.number desc),"
        f" plan as (select r.media_id, r.episode_id, r.position_seconds, {_WHEN} as at,"
        "   r.dismissed, coalesce(r.duration_seconds, 0) as duration_seconds,"
        "   justify_hours(make_interval(secs => p.position_seconds::int))::text as mine,"
        "   justify_hours(make_interval(secs => r.position_seconds::int))::text as theirs, "
        + _OUTCOME.format(mine="p.user_id", same="abs(p.position_seconds - r.position_seconds) < 1")
        + " as outcome from lines r left join user_progress p on p.user_id = $2"
        "   and p.media_id = r.media_id and p.episode_id is not distinct from r.episode_id)"
    ),
    apply=(
        "insert into user_progress (user_id, media_id, episode_id, position_seconds,"
        "  duration_seconds, dismissed_at, updated_at)"
        " select $2, media_id, episode_id, position_seconds, duration_seconds,"
        "  case when dismissed then at end, at from plan where outcome <> 'same'"
        " on conflict (user_id, media_id, episode_id) do update set"
        "  position_seconds = excluded.position_seconds,"
        "  duration_seconds = excluded.duration_seconds, dismissed_at = excluded.dismissed_at,"
        "  updated_at = excluded.updated_at where $4"
    ),
)
_LATER = _Change(
    plan=(
        "lines as (select r.media_id, min(r.number) as number, min(r.noted_at) as noted_at from"
        f"   {_TITLES} and r.watch_later group by r.media_id),"
        " plan as (select r.media_id, r.number, coalesce(r.noted_at, $3) as at,"
        "   null::text as mine, null::text as theirs,"
        "   case when l.user_id is null then 'new' else 'same' end as outcome from lines r"
        "   left join user_watch_later l on l.user_id = $2 and l.media_id = r.media_id)"
    ),
    # Below what is there, in the order of the lines.
    apply=(
        "insert into user_watch_later (user_id, media_id, rank, added_at)"
        " select $2, media_id, bottom.rank - row_number() over (order by number), at from plan,"
        "  (select coalesce(min(rank), 0) as rank from user_watch_later where user_id = $2) bottom"
        " where outcome = 'new'"
    ),
)
_RATINGS = _Change(
    plan=(
        "lines as (select distinct on (r.media_id, r.episode_id,"
        "    case when r.episode_id is null then r.season end) r.*,"
        "    case when r.episode_id is null then r.season end as season_number from"
        f"   {_TITLES} and r.rating is not null"
        "   order by r.media_id, r.episode_id, case when r.episode_id is null then r.season end,"
        "    r.noted_at desc nulls last, r.number desc),"
        " plan as (select r.media_id, r.season_number, r.episode_id, r.rating,"
        f"   {_WHEN} as at, u.rating::text as mine, r.rating::text as theirs, "
        + _OUTCOME.format(mine="u.user_id", same="u.rating = r.rating")
        + " as outcome from lines r left join user_ratings u on u.user_id = $2"
        "   and u.media_id = r.media_id and u.season_number is not distinct from r.season_number"
        "   and u.episode_id is not distinct from r.episode_id)"
    ),
    apply=(
        "insert into user_ratings (user_id, media_id, season_number, episode_id, rating, rated_at)"
        " select $2, media_id, season_number, episode_id, rating, at from plan"
        " where outcome <> 'same' on conflict (user_id, media_id, season_number, episode_id)"
        " do update set rating = excluded.rating, rated_at = excluded.rated_at where $4"
    ),
)
_FAVORITES = _Change(
    plan=(
        "lines as (select r.media_id, min(r.noted_at) as noted_at from"
        f"   {_TITLES} and r.favorite group by r.media_id),"
        " plan as (select r.media_id, coalesce(r.noted_at, $3) as at, null::text as mine,"
        "   null::text as theirs, case when f.user_id is null then 'new' else 'same' end as outcome"
        "   from lines r left join user_favorites f on f.user_id = $2 and f.media_id = r.media_id)"
    ),
    apply=(
        "insert into user_favorites (user_id, media_id, added_at)"
        " select $2, media_id, at from plan where outcome = 'new'"
    ),
)
_NOTES = _Change(
    plan=(
        "texts as (select distinct on (r.media_id, r.note) r.media_id, r.note, r.number,"
        f"   r.noted_at from {_TITLES} and r.note <> '' and r.session_seconds is null"
        "   order by r.media_id, r.note, r.number),"
        " lines as (select media_id, left(string_agg(note, E'\\n\\n' order by number), 20000)"
        "   as body, max(noted_at) as noted_at from texts group by media_id),"
        f" plan as (select r.media_id, r.body, {_WHEN} as at, left(n.body, 80) as mine,"
        "   left(r.body, 80) as theirs, "
        + _OUTCOME.format(mine="n.user_id", same="n.body = r.body")
        + " as outcome from lines r"
        "   left join user_notes n on n.user_id = $2 and n.media_id = r.media_id)"
    ),
    apply=(
        "insert into user_notes (user_id, media_id, body, updated_at)"
        " select $2, media_id, body, at from plan where outcome <> 'same'"
        " on conflict (user_id, media_id) do update set body = excluded.body,"
        "  updated_at = excluded.updated_at where $4"
    ),
)
# A game that was played, of which nobody says where one stands with it: lately is active.
_STATES = _Change(
    plan=(
        "lines as (select distinct on (r.media_id) r.*, m.media_type from"
        "   import_rows r join media_items m on m.id = r.media_id"
        "   where r.run_id = $1 and r.reason = '' and (r.status is not null"
        "     or (m.media_type = 'game' and (r.seconds_played is not null"
        "       or r.completion_percent is not null or r.platform <> '')))"
        "   and (m.media_type = 'game' or r.status in ('paused', 'dropped'))"
        "   order by r.media_id, r.noted_at desc nulls last, r.number desc),"
        " plan as (select r.media_id, coalesce(r.status, s.status, case"
        "     when r.noted_at > $3 - interval '90 days' then 'active' else 'paused' end) as status,"
        "   coalesce(nullif(r.platform, ''), s.platform, '') as platform,"
        "   coalesce(r.seconds_played, s.seconds_played, 0) as seconds_played,"
        "   coalesce(r.completion_percent, s.completion_percent) as completion_percent,"
        f"   {_WHEN} as at,"
        "   format('%s, %s h', s.status, round(s.seconds_played / 3600.0, 1)) as mine,"
        "   format('%s, %s h', coalesce(r.status, s.status),"
        "     round(coalesce(r.seconds_played, s.seconds_played) / 3600.0, 1)) as theirs, "
        + _OUTCOME.format(
            mine="s.user_id",
            same="(s.status, s.platform, s.seconds_played) is not distinct from"
            " (coalesce(r.status, s.status), coalesce(nullif(r.platform, ''), s.platform),"
            " coalesce(r.seconds_played, s.seconds_played)) and s.completion_percent"
            " is not distinct from coalesce(r.completion_percent, s.completion_percent)",
        )
        + " as outcome from lines r"
        "   left join user_states s on s.user_id = $2 and s.media_id = r.media_id)"
    ),
    apply=(
        "insert into user_states (user_id, media_id, status, platform, seconds_played,"
        "  completion_percent, updated_at)"
        " select $2, media_id, status, platform, seconds_played, completion_percent, at from plan"
        " where outcome <> 'same' on conflict (user_id, media_id) do update set"
        "  status = excluded.status, platform = excluded.platform,"
        "  seconds_played = excluded.seconds_played,"
        "  completion_percent = excluded.completion_percent, updated_at = excluded.updated_at"
        " where $4"
    ),
)
_SESSIONS = _Change(
    plan=(
        "lines as (select distinct on (r.media_id, r.watched_at, r.session_seconds) r.* from"
        f"   {_TITLES} and r.session_seconds is not null and r.watched_at is not null"
        "   order by r.media_id, r.watched_at, r.session_seconds, r.number),"
        " plan as (select r.media_id, r.watched_at, r.session_seconds, r.note,"
        "   null::text as mine, null::text as theirs, case when exists (select 1"
        "     from user_play_sessions s where s.user_id = $2 and s.media_id = r.media_id"
        "     and s.started_at = r.watched_at and s.seconds = r.session_seconds)"
        "   then 'same' else 'new' end as outcome from lines r)"
    ),
    apply=(
        "insert into user_play_sessions (id, user_id, media_id, seconds, note, started_at)"
        " select gen_random_uuid(), $2, media_id, session_seconds, note, watched_at from plan"
        " where outcome = 'new'"
    ),
)
# A list is the one of the person's that has its name; titles come below those that are on it.
_LISTS = _Change(
    plan=(
        "lines as (select r.list_name, r.media_id, min(r.number) as number,"
        "   min(r.noted_at) as noted_at from"
        f"   {_ROWS} and r.list_name <> '' and not r.list_cover and r.title || r.ids <> '{{}}'"
        "   and r.media_id is not null group by r.list_name, r.media_id),"
        " plan as (select r.media_id, r.list_name, r.number, coalesce(r.noted_at, $3) as at,"
        "   null::text as mine, null::text as theirs, case when exists (select 1"
        "     from collections c join collection_items i on i.collection_id = c.id"
        "     where c.user_id = $2 and c.name = r.list_name and i.media_id = r.media_id)"
        "   then 'same' else 'new' end as outcome from lines r)"
    ),
    apply=(
        "insert into collection_items (collection_id, media_id, rank, added_at)"
        " select c.id, p.media_id, bottom.rank + row_number() over"
        "   (partition by c.id order by p.number), p.at"
        " from plan p join (select distinct on (name) id, name from collections"
        "   where user_id = $2 and kind = 'manual' order by name, created_at) c"
        "  on c.name = p.list_name,"
        " lateral (select coalesce(max(rank), 0) as rank from collection_items"
        "   where collection_id = c.id) bottom where p.outcome = 'new'"
    ),
)

_CHANGES: Mapping[ChangeName, _Change] = {
    "watched": _WATCHED,
    "progress": _PROGRESS,
    "watchLater": _LATER,
    "ratings": _RATINGS,
    "favorites": _FAVORITES,
    "notes": _NOTES,
    "states": _STATES,
    "sessions": _SESSIONS,
    "lists": _LISTS,
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A title of which the import says something else than what is there."""

    change: ChangeName
    media_id: UUID
    title: str
    mine: str
    theirs: str


async def tally(
    db: Executor, run_id: UUID, user_id: UUID, now: datetime
) -> dict[ChangeName, Tally]:
    """How many changes of each class there would be; classes without any are left out."""
    found = {}
    for name, change in _CHANGES.items():
        rows = await db.fetch(
            f"with {_GIVEN}, {change.plan} select outcome, count(*) as number from plan"
            " group by outcome",
            run_id,
            user_id,
            now,
        )
        by_outcome = {each["outcome"]: each["number"] for each in rows}
        if by_outcome:
            found[name] = Tally(
                by_outcome.get("new", 0), by_outcome.get("same", 0), by_outcome.get("conflict", 0)
            )
    return found


async def conflicts(
    db: Executor, run_id: UUID, user_id: UUID, now: datetime, name: ChangeName, limit: int
) -> list[Conflict]:
    """Some of the titles where the import says something else."""
    rows = await db.fetch(
        f"with {_GIVEN}, {_CHANGES[name].plan}"
        " select p.media_id, m.title, p.mine, p.theirs from plan p"
        " join media_items m on m.id = p.media_id where p.outcome = 'conflict'"
        " order by m.sort_title, m.id limit $4",
        run_id,
        user_id,
        now,
        limit,
    )
    return [Conflict(name, each["media_id"], each["title"], each["mine"], each["theirs"])
            for each in rows]  # fmt: skip


async def apply(
    db: Executor, run_id: UUID, user_id: UUID, now: datetime, take: frozenset[str]
) -> None:
    """Make the changes. What differs stays as it is, but in the classes that are taken."""
    await _make_lists(db, run_id, user_id, now)
    for name, change in _CHANGES.items():
        await db.execute(
            f"with {_GIVEN}, taken as (select $4::boolean), {change.plan} {change.apply}",
            run_id,
            user_id,
            now,
            name in take,
        )


async def _make_lists(db: Executor, run_id: UUID, user_id: UUID, now: datetime) -> None:
    """The lists that the lines name and that are not there, in the order of the lines."""
    await db.execute(
        "insert into collections (id, user_id, kind, name, description, filter, shared, created_at,"
        "  cover_id)"
        " select gen_random_uuid(), $2, case when list_filter is null then 'manual' else 'smart'"
        "   end, list_name, list_description, coalesce(list_filter, '{}')::jsonb, list_shared,"
        "   coalesce(noted_at, $3), (select min(p.media_id::text)::uuid from import_rows p"
        "     where p.run_id = $1 and p.reason = '' and p.list_cover and p.list_name = l.list_name)"
        " from (select distinct on (r.list_name) r.* from"
        f"   {_ROWS} and r.list_name <> '' order by r.list_name, r.number) l"
        " where not exists (select 1 from collections c where c.user_id = $2"
        "   and c.name = l.list_name)",
        run_id,
        user_id,
        now,
    )

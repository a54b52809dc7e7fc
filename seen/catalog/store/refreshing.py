"""Which titles and seasons are due, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from seen.core.db import Executor
from seen.plugin.models import ExternalRef, KnownTitle, MediaKind


@dataclass(frozen=True, slots=True)
class DueTitle:
    """A title to ask about, by each of its references that a provider answers to."""

    id: UUID
    refs: tuple[ExternalRef, ...]
    validator: str
    provider: str

    def known(self, source: str) -> KnownTitle:
        """What a provider is told. The validator is its own only."""
        ref = next(each for each in self.refs if each.source == source)
        return KnownTitle(ref, self.validator)


@dataclass(frozen=True, slots=True)
class DueSeason:
    """A season whose episodes are to be asked for."""

    media_id: UUID
    number: int
    title: str
    refs: tuple[ExternalRef, ...]
    status: str
    air_date: date | None


async def claim_titles(
    db: Executor, sources: Sequence[str], answering: Sequence[str], limit: int, lease: timedelta
) -> list[DueTitle]:
    """Titles that are due and that one of the answering sources can be asked about, longest due
    first, with their references of all ``sources``. They are not due again before the lease ends,
    so that nobody else asks about them meanwhile."""
    rows = await db.fetch(
        "with due as materialized ("
        "   select m.id from media_items m where m.refresh_at <= now() and exists"
        "     (select 1 from media_external_ids e where e.media_id = m.id"
        "       and e.source = any($2::text[]))"
        "   order by m.refresh_at, m.popularity desc limit $3 for update of m skip locked),"
        " claimed as (update media_items m set refresh_at = now() + $4 from due"
        "   where m.id = due.id)"
        " select m.id, m.media_type, m.validator, m.provider,"
        "   array_agg(e.source order by e.source) as sources,"
        "   array_agg(e.external_id order by e.source) as ids"
        " from due join media_items m on m.id = due.id"
        " join media_external_ids e on e.media_id = m.id and e.source = any($1::text[])"
        " group by m.id order by m.refresh_at, m.popularity desc",
        list(sources),
        list(answering),
        limit,
        lease,
    )
    return [
        DueTitle(
            row["id"],
            _refs(row["sources"], row["media_type"], row["ids"]),
            row["validator"],
            row["provider"],
        )
        for row in rows
    ]


async def count_due(db: Executor, sources: Sequence[str]) -> int:
    """How many titles are due."""
    found: int = await db.fetchval(
        "select count(*) from media_items m where m.refresh_at <= now() and exists"
        " (select 1 from media_external_ids e where e.media_id = m.id"
        "   and e.source = any($1::text[]))",
        list(sources),
    )
    return found


async def put_off(db: Executor, media_ids: Sequence[UUID], until: datetime) -> None:
    """Ask again later about titles of which there is no answer now."""
    await db.execute(
        "update media_items set refresh_at = $2 where id = any($1::uuid[])", media_ids, until
    )


async def pace_facts(
    db: Executor, media_ids: Sequence[UUID]
) -> list[tuple[UUID, date | None, str]]:
    """What decides when titles are due again: id, release date, status."""
    rows = await db.fetch(
        "select id, release_date, status from media_items where id = any($1::uuid[])",
        list(media_ids),
    )
    return [(row["id"], row["release_date"], row["status"]) for row in rows]


async def set_unchanged(db: Executor, due: Sequence[tuple[UUID, datetime]]) -> None:
    """Titles that are as they were; each with when it is due again."""
    await db.execute(
        "update media_items m set refreshed_at = now(), refresh_at = r.due, gone_at = null"
        " from unnest($1::uuid[], $2::timestamptz[]) as r(id, due) where m.id = r.id",
        [media_id for media_id, _ in due],
        [at for _, at in due],
    )


async def set_gone(db: Executor, media_id: UUID) -> None:
    """A title that its provider has no more: it stays, and is not asked for again."""
    await db.execute(
        "update media_items set gone_at = coalesce(gone_at, now()), refresh_at = null"
        " where id = $1",
        media_id,
    )


async def make_due(db: Executor, refs: Sequence[ExternalRef]) -> int:
    """Ask soon about titles that changed; answers with how many of them are known here."""
    if not refs:
        return 0
    status = await db.execute(
        "update media_items m set refresh_at = now() from media_external_ids e"
        " join unnest($1::text[]) as r(id) on r.id = e.external_id"
        " where e.source = $2 and e.media_type = $3 and m.id = e.media_id"
        "   and (m.refresh_at is null or m.refresh_at > now()) and m.refreshed_at is not null",
        [each.id for each in refs],
        refs[0].source,
        refs[0].kind.value,
    )
    return int(status.split()[-1])


async def make_all_due(db: Executor) -> None:
    """Ask about every title that is ever asked about."""
    await db.execute("update media_items set refresh_at = now() where refresh_at > now()")


async def hurry(db: Executor, media_id: UUID) -> bool:
    """Put a title that is known from lists alone, or is due, first in line; whether it was one."""
    status = await db.execute(
        "update media_items set refresh_at = now() - interval '1 year' where id = $1"
        " and (refreshed_at is null or refresh_at <= now())",
        media_id,
    )
    return status != "UPDATE 0"


async def hurry_seasons(db: Executor, media_id: UUID) -> bool:
    """Put the seasons of a show that were never asked for first in line; whether there are any."""
    await db.execute(
        "update show_seasons set refresh_at = now() - interval '1 year' where media_id = $1"
        " and number > 0 and refreshed_at is null and refresh_at <= now()",
        media_id,
    )
    return bool(
        await db.fetchval(
            "select exists(select 1 from show_seasons where media_id = $1 and number > 0"
            " and refreshed_at is null and refresh_at is not null)",
            media_id,
        )
    )


async def claim_seasons(
    db: Executor, sources: Sequence[str], limit: int, lease: timedelta
) -> list[DueSeason]:
    """Seasons never asked for, or due again, longest due first, and not due again before the lease
    ends. Specials come with the library."""
    rows = await db.fetch(
        "with due as materialized ("
        "   select s.media_id, s.number from show_seasons s join media_items m on m.id = s.media_id"
        "   where s.number > 0 and s.refresh_at <= now() and m.gone_at is null and exists"
        "     (select 1 from media_external_ids e where e.media_id = m.id"
        "       and e.source = any($1::text[]))"
        "   order by s.refresh_at, s.media_id, s.number limit $2 for update of s skip locked),"
        " claimed as (update show_seasons s set refresh_at = now() + $3 from due"
        "   where (s.media_id, s.number) = (due.media_id, due.number))"
        " select s.media_id, s.number, m.title, m.status, s.air_date,"
        "   array_agg(e.source order by e.source) as sources,"
        "   array_agg(e.external_id order by e.source) as ids"
        " from due join show_seasons s using (media_id, number)"
        " join media_items m on m.id = s.media_id"
        " join media_external_ids e on e.media_id = m.id and e.source = any($1::text[])"
        " group by s.media_id, s.number, s.air_date, s.refresh_at, m.id"
        " order by s.refresh_at, s.media_id, s.number",
        list(sources),
        limit,
        lease,
    )
    return [
        DueSeason(
            row["media_id"],
            row["number"],
            row["title"],
            _refs(row["sources"], MediaKind.SHOW, row["ids"]),
            row["status"],
            row["air_date"],
        )
        for row in rows
    ]


async def put_off_season(db: Executor, media_id: UUID, number: int, until: datetime | None) -> None:
    """When a season is due again; None for never."""
    await db.execute(
        "update show_seasons set refresh_at = $3 where media_id = $1 and number = $2",
        media_id,
        number,
        until,
    )


async def changes_seen(db: Executor, provider: str, kind: MediaKind) -> datetime | None:
    """Up to when a provider's changes have been followed."""
    found: datetime | None = await db.fetchval(
        "select seen_until from catalog_changes where provider = $1 and media_type = $2",
        provider,
        kind.value,
    )
    return found


async def set_changes_seen(db: Executor, provider: str, kind: MediaKind, at: datetime) -> None:
    await db.execute(
        "insert into catalog_changes (provider, media_type, seen_until) values ($1, $2, $3)"
        " on conflict (provider, media_type) do update set seen_until = excluded.seen_until",
        provider,
        kind.value,
        at,
    )


def _refs(sources: Sequence[str], kind: str, ids: Sequence[str]) -> tuple[ExternalRef, ...]:
    return tuple(
        ExternalRef(source, MediaKind(kind), id_) for source, id_ in zip(sources, ids, strict=True)
    )

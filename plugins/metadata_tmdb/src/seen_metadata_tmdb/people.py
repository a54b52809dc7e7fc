"""Reads who made a title and who plays in it."""

from __future__ import annotations

from collections.abc import Iterator

from seen.plugin.models import Credit
from seen.plugin.reading import Json, integer, part, rows, text
from seen_metadata_tmdb.rows import Lookup

_CREW = ("Director", "Creator", "Screenplay", "Writer", "Novel", "Original Music Composer",
         "Director of Photography", "Producer", "Executive Producer")  # fmt: skip
MOST_CAST = 40
MOST_CREW = 25


def cast(source: Json, lookup: Lookup) -> Iterator[Credit]:
    people = part(source, "aggregate_credits") or part(source, "credits")
    ordered = sorted(rows(people, "cast"), key=lambda each: integer(each, "order") or 0)
    for row in ordered[:MOST_CAST]:
        name = text(row, "name")
        roles = [text(each, "character") for each in rows(row, "roles")] or [text(row, "character")]
        if name:
            role = ", ".join(dict.fromkeys(each for each in roles if each))
            yield Credit(name, role[:200], "cast", lookup.picture(row, "profile_path", "w185"))


def crew(source: Json, lookup: Lookup) -> Iterator[Credit]:
    people = part(source, "aggregate_credits") or part(source, "credits")
    found: dict[tuple[str, str], Credit] = {}
    for row in rows(source, "created_by"):
        if text(row, "name"):
            found[text(row, "name"), "Creator"] = Credit(
                text(row, "name"), "Creator", "crew", lookup.picture(row, "profile_path", "w185")
            )
    for row in rows(people, "crew"):
        jobs = [text(each, "job") for each in rows(row, "jobs")] or [text(row, "job")]
        for job in jobs:
            if job in _CREW and text(row, "name"):
                made = Credit(
                    text(row, "name"), job, "crew", lookup.picture(row, "profile_path", "w185")
                )
                found.setdefault((made.name, job), made)
    yield from sorted(found.values(), key=lambda each: _CREW.index(each.role))[:MOST_CREW]

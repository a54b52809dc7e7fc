"""Lists, titles, changes and seasons follow their providers and lose nothing when those fail."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from seen.catalog.store import refreshing
from seen.compose import Server
from seen.plugin.errors import PluginError
from seen.plugin.models import (
    Artwork,
    Credit,
    Episode,
    ExternalRef,
    MediaKind,
    Offer,
    SearchHit,
    Season,
    TitleDetails,
    Trailer,
    WhereToWatch,
)
from seen.tracking.service import Viewing
from tests.catalog.conftest import Archive, Run
from tests.conftest import PASSWORD, Person, sign_in

MOVIE = MediaKind.MOVIE
SHOW = MediaKind.SHOW


def ref(number: int, kind: MediaKind = MOVIE, source: str = "archive") -> ExternalRef:
    return ExternalRef(source, kind, str(number))


def hit(number: int, title: str = "", kind: MediaKind = MOVIE, **more: Any) -> SearchHit:
    source = more.pop("source", "archive")
    facts = {"popularity": 100.0 - number, "votes": 50, "genres": ("Drama",)} | more
    return SearchHit(ref(number, kind, source), title or f"Film {number:03}", 2020, **facts)


def whole(number: int, title: str = "", kind: MediaKind = MOVIE, **more: Any) -> TitleDetails:
    facts = {"validator": "v1", "release_date": date(2020, 1, 1), "genres": ("Drama",)} | more
    return TitleDetails(ref(number, kind), title or f"Film {number:03}", **facts)


async def listed(server: Server, key: str = "popular") -> list[str]:
    rows = await server.db.fetch(
        "select m.title from discover_section_items i join discover_sections s"
        " on s.id = i.section_id join media_items m on m.id = i.media_id"
        " where s.key = $1 order by i.position",
        key,
    )
    return [row["title"] for row in rows]


async def row_of(server: Server, number: int, kind: MediaKind = MOVIE) -> Any:
    return await server.db.fetchrow(
        "select m.* from media_items m join media_external_ids e on e.media_id = m.id"
        " where e.source = 'archive' and e.external_id = $1 and e.media_type = $2",
        str(number),
        kind.value,
    )


async def somebody(server: Server, client: Any) -> Person:
    await server.accounts.create_first_admin("admin@example.org", PASSWORD, "Admin")
    return await sign_in(server, client, "admin@example.org")


# --- lists ---------------------------------------------------------------------------------------


async def test_a_list_holds_its_titles_in_order_each_once(
    server: Server, archive: Archive, run: Run
) -> None:
    rows = [hit(number) for number in range(45)]
    archive.has.LISTS["popular", MOVIE] = [*rows[:25], rows[3], *rows[25:]]
    assert "45 titles" in await run("lists")
    assert await listed(server) == [f"Film {number:03}" for number in range(45)]


async def test_an_outage_keeps_the_last_good_list_and_its_age(
    server: Server, archive: Archive, run: Run
) -> None:
    archive.has.LISTS["popular", MOVIE] = [hit(1), hit(2)]
    await run("lists")
    archive.has.BROKEN.append(PluginError("the archive is closed"))
    assert "the archive is closed" in await run("lists", everything=True)
    assert await listed(server) == ["Film 001", "Film 002"]
    state = await server.db.fetchrow("select * from discover_sections where key = 'popular'")
    assert state["problem"] and state["refreshed_at"] < state["tried_at"]
    archive.has.BROKEN.clear()
    archive.has.LISTS["popular", MOVIE] = [hit(2)]
    await run("lists", everything=True)
    assert await listed(server) == ["Film 002"]
    state = await server.db.fetchrow("select * from discover_sections where key = 'popular'")
    assert state["problem"] == ""


async def test_a_provider_that_refuses_again_and_again_is_left_alone_for_the_run(
    server: Server, archive: Archive, run: Run
) -> None:
    archive.has.BROKEN.append(PluginError("closed"))
    await run("lists")
    assert len(archive.asked("feed")) == 3
    problems = await server.db.fetch("select problem from discover_sections")
    assert len(problems) == 16 and all(row["problem"] for row in problems)


async def test_fresh_lists_are_not_asked_for_again(
    server: Server, archive: Archive, run: Run
) -> None:
    archive.has.LISTS["popular", MOVIE] = [hit(1)]
    await run("lists")
    asked = len(archive.has.ASKED)
    assert await run("lists") == "All lists are fresh."
    assert len(archive.has.ASKED) == asked


async def test_another_provider_fills_what_the_first_never_gave(
    archive: Archive, spare: Archive, server: Server, run: Run
) -> None:
    archive.has.BROKEN.append(PluginError("closed"))
    spare.has.LISTS["popular", MOVIE] = [hit(9, "Spare", source="spare")]
    await run("lists")
    assert await listed(server) == ["Spare"]
    archive.has.BROKEN.clear()
    archive.has.LISTS["popular", MOVIE] = [hit(1)]
    # The next run asks the first one again.
    await run("lists")
    assert await listed(server) == ["Film 001"]
    # Now the first one's titles of last time are better than another one's.
    archive.has.BROKEN.append(PluginError("closed"))
    await run("lists", everything=True)
    assert await listed(server) == ["Film 001"]


async def test_a_wrong_answer_breaks_no_run(server: Server, archive: Archive, run: Run) -> None:
    archive.has.LISTS["popular", MOVIE] = [replace(hit(1), title=None)]  # type: ignore[arg-type]
    archive.has.LISTS["trending", MOVIE] = [SearchHit(ExternalRef("archive", MOVIE, "\x00"), "F")]
    archive.has.LISTS["top_rated", MOVIE] = [hit(2)]
    await run("lists")
    assert await listed(server) == await listed(server, "trending") == []
    assert await listed(server, "top_rated") == ["Film 002"]


async def test_hostile_texts_are_kept_as_plain_text(
    server: Server, archive: Archive, run: Run, client: Any
) -> None:
    nasty = "<script>alert(1)</script>\u202e\x00 'or 1=1"
    archive.has.LISTS["popular", MOVIE] = [hit(1, nasty, overview="<b>bold</b>" * 4000)]
    await run("lists")
    person = await somebody(server, client)
    page = await client.get("/app/discover", headers=person.headers)
    text = await page.text()
    assert page.status == 200 and "<script>alert" not in text and "\u202e" not in text
    assert "&lt;script&gt;alert(1)" in text
    status, _ = await person.call("GET", "/search", params={"q": "script alert"})
    assert status == 200
    away = "javascript:alert(1)"
    archive.has.WHOLE[ref(1)] = whole(
        1, nasty, votes=2**60, popularity=float("nan"), runtime_seconds=10**30,
        overview=nasty, tagline=nasty, status=nasty, homepage=away, genres=(nasty,),
        credits=(Credit(nasty, nasty),), trailers=(Trailer(nasty, away),), keywords=(nasty,),
        external_ids={"imdb": nasty, "tmdb": nasty}, content_rating=nasty, companies=(nasty,),
        artwork=Artwork(away, away), alternative_titles=(nasty,),
        watch=(WhereToWatch("US", (Offer(nasty, "stream", away),), nasty, away),),
    )  # fmt: skip
    await run("titles")
    media_id = (await row_of(server, 1))["id"]
    for path in (f"/app/title/{media_id}", "/app/discover", "/app/search?q=alert"):
        page = await client.get(path, headers=person.headers)
        text = await page.text()
        assert page.status == 200 and "alert(1)" in text
        assert "<script>alert" not in text and away not in text and "\u202e" not in text
    status, _ = await person.call("GET", f"/movies/{media_id}")
    assert status == 200


# --- titles --------------------------------------------------------------------------------------


async def test_titles_of_a_list_are_completed_once_and_then_left_alone(
    server: Server, archive: Archive, run: Run
) -> None:
    archive.has.LISTS["popular", MOVIE] = [hit(number) for number in range(120)]
    for number in range(120):
        archive.has.WHOLE[ref(number)] = whole(
            number, overview="Told in full.", credits=(Credit("Ada Finch", "Elin"),)
        )
    await run("lists")
    assert await run("titles") == "120 titles changed, 0 unchanged."
    assert [len(each[1]) for each in archive.asked("refresh")] == [50, 50, 20]
    assert (await row_of(server, 7))["overview"] == "Told in full."
    assert await run("titles") == "No title is due."
    assert await run("titles", everything=True) == "0 titles changed, 120 unchanged."


async def test_a_due_title_is_asked_with_its_validator_and_may_be_unchanged(
    server: Server, archive: Archive, run: Run
) -> None:
    await server.catalog.store_details(whole(1, overview="As before."), "archive")
    archive.has.WHOLE[ref(1)] = whole(1)
    await server.db.execute("update media_items set refresh_at = now()")
    assert await run("titles") == "0 titles changed, 1 unchanged."
    assert archive.asked("refresh")[-1][1] == (("1", "v1"),)
    row = await row_of(server, 1)
    assert row["overview"] == "As before." and row["refresh_at"] > row["refreshed_at"]


async def test_an_outage_is_never_taken_for_a_deletion(
    server: Server, archive: Archive, run: Run
) -> None:
    await server.catalog.store_details(whole(1), "archive")
    await server.db.execute("update media_items set refresh_at = now()")
    archive.has.BROKEN.append(PluginError("closed"))
    assert "1 tried again later" in await run("titles")
    row = await row_of(server, 1)
    assert row["gone_at"] is None and row["refresh_at"] is not None


async def test_a_provider_that_does_not_answer_is_asked_again_in_the_next_run(
    server: Server, archive: Archive, run: Run
) -> None:
    archive.has.LISTS["popular", MOVIE] = [hit(number) for number in range(200)]
    await run("lists")
    archive.has.BROKEN.append(PluginError("closed"))
    assert "150 tried again later" in await run("titles")
    assert len(archive.asked("refresh")) == 3
    # The clock starts the next run after ten minutes.
    await server.db.execute("update media_items set refresh_at = refresh_at - interval '10 min'")
    archive.has.BROKEN.clear()
    archive.has.WHOLE.update({ref(number): whole(number) for number in range(200)})
    assert "200 titles changed" in await run("titles")


async def test_two_runs_at_once_share_what_is_due(
    server: Server, archive: Archive, run: Run
) -> None:
    archive.has.LISTS["popular", SHOW] = [hit(number, kind=SHOW) for number in range(200)]
    archive.has.WHOLE.update({
        ref(number, SHOW): whole(number, kind=SHOW, seasons=(Season(1), Season(2)))
        for number in range(200)
    })  # fmt: skip
    archive.has.EPISODES.update({
        (ref(number, SHOW), season): [Episode(season, 1, "Part")]
        for number in range(200) for season in (1, 2)
    })  # fmt: skip
    await run("lists")
    await asyncio.gather(run("titles"), run("titles"))
    asked = [known[0] for _, batch in archive.asked("refresh") for known in batch]
    assert sorted(asked, key=int) == [str(number) for number in range(200)]
    await asyncio.gather(run("seasons"), run("seasons"))
    assert len(archive.asked("episodes")) == len(set(archive.asked("episodes"))) == 400


async def test_a_title_that_is_gone_stays_and_says_so(
    server: Server, archive: Archive, run: Run
) -> None:
    await server.catalog.store_details(whole(1), "archive")
    await server.db.execute("update media_items set refresh_at = now()")
    archive.has.GONE.add(ref(1))
    assert "1 gone" in await run("titles")
    row = await row_of(server, 1)
    assert row["gone_at"] is not None and row["refresh_at"] is None


async def test_a_title_that_moved_to_another_id_keeps_everybodys_history(
    server: Server, archive: Archive, run: Run, client: Any
) -> None:
    person = await somebody(server, client)
    old = await server.catalog.store_details(whole(1, external_ids={"imdb": "tt1"}), "archive")
    await server.tracking.record_progress(person.viewer, Viewing(old, None, 300, 600))
    await server.tracks.later.add(person.viewer, [old])
    await server.db.execute("update media_items set refresh_at = now()")
    archive.has.GONE.add(ref(1))
    archive.has.FOUND.append(hit(2))
    archive.has.WHOLE[ref(2)] = whole(2, external_ids={"imdb": "tt1"})
    assert "gone" not in await run("titles")
    row = await row_of(server, 2)
    assert row["id"] == old and await row_of(server, 1) is None
    (progress,) = await server.tracking.progress(person.viewer, old)
    assert progress.position_seconds == 300


async def test_two_titles_that_turn_out_to_be_one_are_merged(
    server: Server, archive: Archive, run: Run, client: Any
) -> None:
    person = await somebody(server, client)
    elsewhere = TitleDetails(
        ExternalRef("other", MOVIE, "77"), "Film 001", external_ids={"imdb": "tt1"}
    )
    twin = await server.catalog.store_details(elsewhere, "other")
    await server.tracks.later.add(person.viewer, [twin])
    archive.has.LISTS["popular", MOVIE] = [hit(1)]
    archive.has.WHOLE[ref(1)] = whole(1, external_ids={"imdb": "tt1"})
    await run("lists")
    assert await server.db.fetchval("select count(*) from media_items") == 2
    await run("titles")
    assert await server.db.fetchval("select count(*) from media_items") == 1
    kept = (await row_of(server, 1))["id"]
    assert [each for each, _ in await server.tracks.later.listed(person.viewer, 9)] == [kept]


async def test_titles_known_from_others_only_are_not_followed_through_the_whole_service(
    server: Server, archive: Archive, run: Run
) -> None:
    archive.has.LISTS["popular", MOVIE] = [hit(1)]
    archive.has.WHOLE[ref(1)] = whole(1, similar=(hit(2), hit(3)))
    archive.has.WHOLE[ref(2)] = whole(2, similar=(hit(4),))
    await run("lists")
    await run("titles")
    assert archive.asked("refresh") == [("refresh", (("1", ""),))]
    # Somebody looks at it: now it is wanted.
    second = (await row_of(server, 2))["id"]
    assert await server.catalog.hurry(second)
    await run("titles")
    assert archive.asked("refresh")[-1] == ("refresh", (("2", ""),))
    assert not await server.catalog.hurry(second)


# --- changes and seasons -------------------------------------------------------------------------


async def test_changes_make_known_titles_due(server: Server, archive: Archive, run: Run) -> None:
    await server.catalog.store_details(whole(1), "archive")
    await server.catalog.store_details(whole(2), "archive")
    assert await run("changes") == "Nothing here changed."
    archive.has.CHANGED += [ref(2), ref(999)]
    assert await run("changes") == "1 title changed and due."
    archive.has.WHOLE[ref(2)] = whole(2, "Film two", validator="v2")
    assert await run("titles") == "1 title changed, 0 unchanged."
    assert (await row_of(server, 2))["title"] == "Film two"


async def test_a_show_that_somebody_looks_at_gets_its_episodes_first(
    server: Server, archive: Archive, run: Run
) -> None:
    shows = [ref(number, SHOW) for number in (5, 6, 7)]
    archive.has.LISTS["popular", SHOW] = [hit(n, f"Show {n}", SHOW) for n in (5, 6, 7)]
    for number, show in zip((5, 6, 7), shows, strict=True):
        archive.has.WHOLE[show] = whole(number, f"Show {number}", SHOW, seasons=(Season(1),))
        archive.has.EPISODES[show, 1] = [Episode(1, 1, "Pilot", air_date=date(2010, 1, 1))]
    await run("lists")
    await run("titles")
    looked_at = (await row_of(server, 7, SHOW))["id"]
    assert await server.catalog.hurry_seasons(looked_at)
    (first,) = await refreshing.claim_seasons(server.db, ["archive"], 1, timedelta(0))
    assert first.media_id == looked_at
    await run("seasons")
    assert not await server.catalog.hurry_seasons(looked_at)


async def test_seasons_are_asked_for_until_they_are_over(
    server: Server, archive: Archive, run: Run
) -> None:
    seasons = (Season(1, episode_count=2), Season(2, episode_count=1))
    archive.has.LISTS["popular", SHOW] = [hit(5, "Northline", SHOW)]
    archive.has.WHOLE[ref(5, SHOW)] = whole(5, "Northline", SHOW, seasons=seasons)
    archive.has.EPISODES[ref(5, SHOW), 1] = [
        Episode(1, number, f"Part {number}", air_date=date(2010, 1, number)) for number in (1, 2)
    ]
    archive.has.EPISODES[ref(5, SHOW), 2] = [Episode(2, 1, "Return", air_date=date(2099, 1, 1))]
    await run("lists")
    await run("titles")
    assert await run("seasons") == "2 seasons brought up to date."
    media_id: UUID = (await row_of(server, 5, SHOW))["id"]
    tree = await server.catalog.show_tree(media_id)
    assert [each.title for each in tree.episodes] == ["Part 1", "Part 2", "Return"]
    due = await server.db.fetch("select number, refresh_at from show_seasons order by number")
    assert due[0]["refresh_at"] is None and due[1]["refresh_at"] is not None
    # More episodes than were announced: the season that was over is asked for again.
    grown = (Season(1, episode_count=3), Season(2, episode_count=1))
    await server.catalog.store_details(whole(5, "Northline", SHOW, seasons=grown), "archive")
    assert await run("seasons") == "1 season brought up to date."


async def test_pictures_of_people_come_through_our_own_address(
    server: Server, archive: Archive, client: Any
) -> None:
    person = await somebody(server, client)
    photo = "http://127.0.0.1:9/ada.jpg"
    media_id = await server.catalog.store_details(
        whole(1, credits=(Credit("Ada Finch", "Elin", photo=photo),), artwork=Artwork()), "archive"
    )
    text = await (await client.get(f"/app/title/{media_id}", headers=person.headers)).text()
    assert f"/api/v1/artwork/{media_id}/person/0" in text and "127.0.0.1:9" not in text
    status, _ = await person.call("GET", f"/artwork/{media_id}/person/7")
    assert status == 404

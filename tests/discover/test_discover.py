"""Lists and filters: complete pages, the viewer's own marks, constant queries, kept answers."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from seen.catalog.model.sections import SECTIONS
from seen.catalog.store import sections
from seen.compose import Server
from seen.core.cache import ProcessCache
from seen.core.events import Event
from seen.discover.service import TTL_SECONDS
from seen.plugin.models import ExternalRef, MediaKind, SearchHit
from tests.conftest import Person
from tests.pages.test_pages import add_file
from tests.titles import add_movie, add_show

KINDS = list(MediaKind)


async def fill(server: Server, count: int, key: str = "popular") -> list[UUID]:
    """A list of each kind with so many titles; the movies' ids."""
    movies: list[UUID] = []
    for section in SECTIONS:
        if section.key != key:
            continue
        hits = [
            SearchHit(
                ExternalRef("tests", section.kind, str(at)), f"{section.kind} {at:03}", 1950 + at,
                popularity=1000.0 - at // 3, votes=100, rating=90 - at % 9,
                release_date=date(1950 + at, 3, 1),
                genres=("Drama", "Noir") if at % 2 else ("Comedy",),
            )
            for at in range(count)
        ]  # fmt: skip
        ids = await server.catalog.store_hits(hits, "tests", due=False)
        row = await sections.section_id(server.db, section, "")
        await sections.replace_items(server.db, row, [ids[each.ref] for each in hits], "tests")
        if section.kind is MediaKind.MOVIE:
            movies = [ids[each.ref] for each in hits]
    return movies


async def quiet(server: Server) -> None:
    """Wait until nobody asks the database: plugins that come up write down how they are."""
    await server.host.settled()
    before = -1
    while before != server.db.queries:
        before = server.db.queries
        await asyncio.sleep(0.3)


async def walked(person: Person, path: str, **params: Any) -> list[dict[str, Any]]:
    """All cards of all pages."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        status, page = await person.call("GET", path, params={**params, "cursor": cursor})
        assert status == 200, page
        found += page["items"]
        cursor = page["nextCursor"]
        if not cursor:
            return found


async def test_every_list_comes_with_its_head(server: Server, admin: Person) -> None:
    await fill(server, 30)
    status, page = await admin.call("GET", "/discover")
    assert status == 200
    assert [(each["section"], each["type"]) for each in page["sections"]] == [
        ("popular", "movie"), ("popular", "show"), ("popular", "game"),
    ]  # fmt: skip
    assert [len(each["items"]) for each in page["sections"]] == [20, 20, 20]
    assert all(each["asOf"] for each in page["sections"])


@pytest.mark.parametrize("order", ["popular", "newest", "top_rated", "title"])
async def test_pages_of_every_order_are_complete(server: Server, admin: Person, order: str) -> None:
    await fill(server, 70)
    cards = await walked(admin, "/movies", sort=order, limit=11)
    assert len(cards) == len({each["id"] for each in cards}) == 70


async def test_a_list_of_all_kinds_is_complete_and_filters_narrow_it(
    server: Server, admin: Person
) -> None:
    await fill(server, 40)
    cards = await walked(admin, "/discover", section="popular", limit=7)
    assert len(cards) == len({each["id"] for each in cards}) == 120
    noir = await walked(admin, "/discover", section="popular", type="show", genre="noir")
    assert len(noir) == 20 and all(each["kind"] == "show" for each in noir)
    (single,) = await walked(admin, "/discover", type="movie", year=1960)
    assert single["title"] == "movie 010"


async def test_cards_carry_the_viewers_own_marks_and_nobody_elses(
    server: Server, admin: Person, user: Person
) -> None:
    movies = await fill(server, 5)
    await server.tracking.mark_watched(admin.viewer, movies[0])
    await server.tracks.later.add(admin.viewer, [movies[1]])
    await add_file(server, movies[2], "2.mp4")
    mine = {each["id"]: each for each in await walked(admin, "/movies")}
    assert mine[str(movies[0])]["seen"] and mine[str(movies[1])]["watchLater"]
    assert mine[str(movies[2])]["inLibrary"]
    theirs = await walked(user, "/movies")
    assert not any(each["seen"] or each["watchLater"] for each in theirs)
    assert sum(each["inLibrary"] for each in theirs) == 1
    unseen = await walked(admin, "/discover", type="movie", seen="unseen")
    assert str(movies[0]) not in {each["id"] for each in unseen} and len(unseen) == 4


async def test_what_is_not_out_yet_says_when(server: Server, admin: Person) -> None:
    ahead = date.today() + timedelta(days=400)  # noqa: DTZ011 - a day somewhere ahead
    hits = [SearchHit(ExternalRef("tests", MediaKind.GAME, "1"), "Farlight", release_date=ahead)]
    await server.catalog.store_hits(hits, "tests", due=False)
    (card,) = await walked(admin, "/games")
    assert str(ahead.year) in card["badge"]


@pytest.mark.parametrize(
    "path",
    ["/api/v1/discover", "/api/v1/discover?section=popular&limit=100", "/api/v1/movies?limit=100",
     "/app/discover", "/app/discover?section=popular", "/api/v1/search?q=movie"],
)  # fmt: skip
async def test_a_page_costs_the_same_queries_for_five_titles_and_for_fifty(
    server: Server, admin: Person, path: str
) -> None:
    async def cost() -> int:
        await server.events.emit(Event("catalog"))
        await asyncio.sleep(0.1)
        before = server.db.queries
        async with admin.client.get(path, headers=admin.headers) as answer:
            assert answer.status == 200
            await answer.read()
        return server.db.queries - before

    await fill(server, 5)
    await quiet(server)
    # The first look finds out who asks; that is remembered for a while.
    await cost()
    few = await cost()
    await fill(server, 50)
    assert await cost() == few


@pytest.mark.parametrize("path", ["/app/title/{}", "/api/v1/shows/{}"])
async def test_a_title_costs_the_same_queries_however_much_there_is_of_it(
    server: Server, admin: Person, path: str
) -> None:
    await fill(server, 30)
    small, _ = await add_show(server, "Small", (1,))
    large, _ = await add_show(server, "Large", (20, 20, 20))
    others = [each["id"] for each in await walked(admin, "/shows", limit=20)]
    await server.db.executemany(
        "insert into media_related (media_id, relation, position, other_id)"
        " values ($1, 'similar', $2, $3)",
        [(large, at, UUID(other)) for at, other in enumerate(others) if UUID(other) != large],
    )
    # Where nobody says what is similar, one more question finds something like it.
    await server.db.execute("delete from media_genres where media_id = $1", small)
    await quiet(server)

    async def cost(media_id: UUID) -> int:
        before = server.db.queries
        async with admin.client.get(path.format(media_id), headers=admin.headers) as answer:
            assert answer.status == 200
        return server.db.queries - before

    await cost(small)
    assert await cost(small) == await cost(large)


async def test_an_answer_is_kept_until_something_changes(server: Server, admin: Person) -> None:
    movies = await fill(server, 3)

    async def asked() -> int:
        before = server.db.queries
        await admin.call("GET", "/discover")
        return server.db.queries - before

    built, kept = await asked(), await asked()
    assert kept < built
    for change in (
        lambda: server.tracks.later.add(admin.viewer, [movies[0]]),
        lambda: server.tracking.mark_watched(admin.viewer, movies[0]),
        lambda: server.events.emit(Event("catalog")),
        lambda: server.events.emit(Event("library")),
    ):
        await change()
        await asyncio.sleep(0.1)
        assert await asked() > kept
        assert await asked() == kept
    assert TTL_SECONDS == 600


async def test_answers_are_kept_by_their_keys_for_their_time(server: Server, admin: Person) -> None:
    movies = await fill(server, 3)
    await quiet(server)
    assert isinstance(server.cache, ProcessCache)
    me = admin.viewer.user_id
    discover, dashboard, going_on = (
        r"seen:v1:discover:[0-9a-f]{32}", f"seen:v1:dashboard:{me}",
        f"seen:v1:continue-watching:{me}",
    )  # fmt: skip
    lasting = {discover: 600, dashboard: 120, going_on: 120}

    async def kept() -> dict[str, int]:
        """Keys that are kept now, and for how many seconds from now."""
        await asyncio.sleep(0.1)
        assert isinstance(server.cache, ProcessCache)
        return {
            pattern: round(ends - time.monotonic(), -1)
            for key, (ends, _) in server.cache._entries.items()
            for pattern in lasting
            if re.fullmatch(pattern, key)
        }

    for change, dropped in (
        (lambda: server.tracks.later.add(admin.viewer, [movies[0]]), {dashboard}),
        (lambda: server.tracking.mark_watched(admin.viewer, movies[0]), {dashboard, going_on}),
        (lambda: server.events.emit(Event("catalog")), {discover}),
    ):
        for path in ("/discover", "/dashboard", "/progress/continue-watching"):
            assert (await admin.call("GET", path))[0] == 200
        assert await kept() == lasting
        await change()
        assert not dropped & set(await kept())


async def test_a_cold_answer_is_built_once_for_all_who_ask(server: Server, admin: Person) -> None:
    await fill(server, 3)
    await quiet(server)

    async def cost(people: int) -> int:
        await server.events.emit(Event("catalog"))
        await asyncio.sleep(0.1)
        before = server.db.queries
        answers = await asyncio.gather(*(admin.call("GET", "/discover") for _ in range(people)))
        assert len({repr(each) for each in answers}) == 1
        return server.db.queries - before

    await cost(1)
    assert await cost(30) == await cost(1)


async def test_an_answer_the_client_has_is_not_sent_again(server: Server, admin: Person) -> None:
    await fill(server, 3)
    async with admin.client.get("/api/v1/discover", headers=admin.headers) as first:
        etag = first.headers["ETag"]
        assert await first.read()
    headers = {**admin.headers, "If-None-Match": etag}
    async with admin.client.get("/api/v1/discover", headers=headers) as second:
        assert second.status == 304 and not await second.read()


async def test_a_titles_answer_has_seasons_with_marks(server: Server, admin: Person) -> None:
    show, episodes = await add_show(server)
    await server.tracking.mark_watched(admin.viewer, show, episode_id=episodes[0])
    status, page = await admin.call("GET", f"/shows/{show}")
    assert status == 200 and len(page["seasons"]) == 2
    assert [each["seen"] for each in page["seasons"][0]["episodes"]] == [True, False, False]
    movie = await add_movie(server)
    assert (await admin.call("GET", f"/movies/{movie}"))[0] == 200
    assert (await admin.call("GET", f"/games/{movie}"))[0] == 404


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=W10", "section=nothing", "type=song", "year=1", "limit=0", "sort=luck",
     "genre=" + "x" * 81],
)  # fmt: skip
async def test_a_wrong_question_is_refused_in_words(
    server: Server, admin: Person, query: str
) -> None:
    status, problem = await admin.call("GET", f"/discover?section=popular&{query}")
    assert status == 422 and problem["detail"]


async def test_the_page_says_how_to_get_more_than_what_comes_along(
    server: Server, admin: Person, user: Person
) -> None:
    await fill(server, 3)
    await server.db.execute("update discover_sections set provider = 'metadata_starter'")
    for person, word in ((admin, "Enter a key"), (user, "An admin can enter it")):
        async with person.client.get("/app/discover", headers=person.headers) as answer:
            text = await answer.text()
            assert "free key of TMDB and of IGDB" in text and word in text

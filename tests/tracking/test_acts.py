"""Whatever a person does can be taken back, and taking back can be taken back."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from seen.compose import Server
from seen.core.errors import Conflict, NotHere
from seen.tracking.model.acts import KEPT
from seen.tracking.model.opinions import Part
from seen.tracking.model.states import STATUSES
from seen.tracking.service import Viewing
from tests.conftest import Person
from tests.titles import add_game, add_movie, add_show

TABLES = (
    "user_progress", "user_watched", "user_watch_later", "user_ratings", "user_favorites",
    "user_notes", "user_states", "user_play_sessions", "collections", "collection_items",
)  # fmt: skip


async def state_hash(server: Server) -> str:
    """All that people keep, as one value."""
    parts = [
        await server.db.fetchval(
            f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t"
        )
        for table in TABLES
    ]
    return " ".join(parts)


async def last_act(server: Server, person: Person) -> UUID:
    (act,) = await server.tracks.acts.recent(person.viewer, 1)
    return act.id


class Doing:
    """A person who does anything with some titles."""

    def __init__(self, server: Server, person: Person, chance: random.Random) -> None:
        self.tracks, self.viewer, self.chance = server.tracks, person.viewer, chance
        self.movies: list[UUID] = []
        self.games: list[UUID] = []
        self.show: UUID = uuid4()
        self.episodes: list[UUID] = []

    async def prepare(self, server: Server) -> None:
        self.movies = [await add_movie(server, f"Movie {number}") for number in range(4)]
        self.games = [await add_game(server, f"Game {number}") for number in range(3)]
        self.show, self.episodes = await add_show(server, seasons=(3, 2))

    async def any_act(self) -> None:
        """One act or another; some change nothing, some are refused."""
        acts: list[Callable[[], Awaitable[object]]] = [
            self._watch, self._mark, self._unmark, self._later, self._move, self._rate,
            self._favor, self._note, self._state, self._session, self._dismiss, self._viewing,
            self._collect, self._rearrange,
        ]  # fmt: skip
        try:
            await self.chance.choice(acts)()
        except (NotHere, Conflict):
            return

    def _title(self) -> UUID:
        return self.chance.choice([*self.movies, *self.games, self.show])

    async def _watch(self) -> None:
        movie, share = self.chance.choice(self.movies), self.chance.random()
        await self.tracks.watching.record_progress(
            self.viewer, Viewing(movie, None, 6000 * share, 6000)
        )

    async def _mark(self) -> None:
        if self.chance.random() < 0.5:
            await self.tracks.watching.mark_watched(self.viewer, self.show, season=1)
        else:
            movie = self.chance.choice(self.movies)
            await self.tracks.watching.mark_watched(self.viewer, movie, again=True)

    async def _unmark(self) -> None:
        if self.chance.random() < 0.5:
            await self.tracks.watching.unmark_watched(self.viewer, self.show, season=1)
        else:
            movie = self.chance.choice(self.movies)
            await self.tracks.watching.unmark_watched(self.viewer, movie)

    async def _later(self) -> None:
        titles = self.chance.sample(self.movies, 2)
        later = self.tracks.later
        await self.chance.choice([later.add, later.remove])(self.viewer, titles)

    async def _move(self) -> None:
        one, other = self.chance.sample(self.movies, 2)
        await self.tracks.later.move(self.viewer, one, self.chance.choice([other, None]))

    async def _rate(self) -> None:
        part = self.chance.choice(
            [
                Part(self._title()),
                Part(self.show, season_number=1),
                Part(self.show, episode_id=self.chance.choice(self.episodes)),
            ]
        )
        if self.chance.random() < 0.7:
            await self.tracks.opinions.rate(self.viewer, part, self.chance.randint(0, 100))
        else:
            await self.tracks.opinions.unrate(self.viewer, part)

    async def _favor(self) -> None:
        opinions = self.tracks.opinions
        titles = self.chance.sample([*self.movies, *self.games], 2)
        await self.chance.choice([opinions.favor, opinions.unfavor])(self.viewer, titles)

    async def _note(self) -> None:
        text = self.chance.choice(["", "Rain.", "Twice."])
        await self.tracks.opinions.write_note(self.viewer, self._title(), text)

    async def _state(self) -> None:
        games = self.chance.sample(self.games, 2)
        if self.chance.random() < 0.7:
            status = self.chance.choice(STATUSES)
            await self.tracks.states.set_status(self.viewer, games, status, platform="PC")
        else:
            await self.tracks.states.clear(self.viewer, games)

    async def _session(self) -> None:
        game = self.chance.choice(self.games)
        sessions = await self.tracks.states.sessions(self.viewer, 5)
        if sessions and self.chance.random() < 0.4:
            await self.tracks.states.remove_session(self.viewer, sessions[0].id)
        else:
            await self.tracks.states.log_session(self.viewer, game, self.chance.randint(60, 9000))

    async def _dismiss(self) -> None:
        await self.tracks.watching.dismiss(self.viewer, self.chance.choice(self.movies))

    async def _viewing(self) -> None:
        found = await self.tracks.history.viewings(self.viewer, 5)
        if not found:
            return
        if self.chance.random() < 0.5:
            await self.tracks.history.remove(self.viewer, found[0].id)
        else:
            at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=self.chance.randint(0, 999))
            await self.tracks.history.set_time(self.viewer, found[0].id, at)

    async def _collect(self) -> None:
        collections = self.tracks.collections
        mine = await collections.listed(self.viewer)
        if mine and self.chance.random() < 0.3:
            await collections.remove(self.viewer, mine[0].id)
        elif mine and self.chance.random() < 0.5:
            await collections.change(self.viewer, mine[0].id, name=f"N{self.chance.random()}")
        else:
            await collections.make(self.viewer, "Rainy days")

    async def _rearrange(self) -> None:
        collections = self.tracks.collections
        mine = await collections.listed(self.viewer)
        if not mine:
            return
        titles = self.chance.sample([*self.movies, *self.games], 2)
        act = self.chance.choice([collections.add, collections.add, collections.take])
        await act(self.viewer, mine[0].id, titles)


@pytest.mark.parametrize("seed", range(6))
async def test_taking_everything_back_leads_through_the_same_states(
    server: Server, user: Person, seed: int
) -> None:
    doing = Doing(server, user, random.Random(seed))
    await doing.prepare(server)
    acts: list[tuple[UUID, str]] = []
    # A report of a position is no act; it comes before, so that acts meet something started.
    for movie in doing.movies[:2]:
        await server.tracks.watching.record_progress(user.viewer, Viewing(movie, None, 3000, 6000))
    before, last = await state_hash(server), None
    for _ in range(40):
        await doing.any_act()
        newest = await server.tracks.acts.recent(user.viewer, 1)
        after = await state_hash(server)
        if newest and newest[0].id != last:
            last = newest[0].id
            acts.append((last, before))
        elif after != before:
            # The player wrote a position over an older one: nothing before it can come back.
            acts.clear()
        before = after
    undone: list[tuple[UUID, str]] = []
    for act_id, was in reversed(acts):
        now = await state_hash(server)
        await server.tracks.acts.undo(user.viewer, act_id)
        assert await state_hash(server) == was
        undone.append((await last_act(server, user), now))
    for act_id, was in reversed(undone):
        await server.tracks.acts.undo(user.viewer, act_id)
        assert await state_hash(server) == was
    assert acts


async def test_what_was_changed_again_since_stays(server: Server, user: Person) -> None:
    one, other = await add_movie(server, "Tidewater"), await add_movie(server, "Meridian")
    await server.tracks.opinions.favor(user.viewer, [one, other])
    both = await last_act(server, user)
    await server.tracks.opinions.unfavor(user.viewer, [one])
    await server.tracks.opinions.favor(user.viewer, [one])
    undone = await server.tracks.acts.undo(user.viewer, both)
    assert (undone.restored, undone.left) == (1, 1)
    assert await server.tracks.opinions.is_favorite(user.viewer, one)
    assert not await server.tracks.opinions.is_favorite(user.viewer, other)


async def test_an_act_is_taken_back_once_by_its_own_person_and_for_thirty_days(
    server: Server, user: Person, other_user: Person
) -> None:
    movie = await add_movie(server)
    await server.tracks.opinions.rate(user.viewer, Part(movie), 80)
    act_id = await last_act(server, user)
    with pytest.raises(NotHere):
        await server.tracks.acts.undo(other_user.viewer, act_id)
    await server.tracks.acts.undo(user.viewer, act_id)
    with pytest.raises(Conflict):
        await server.tracks.acts.undo(user.viewer, act_id)
    await server.tracks.opinions.rate(user.viewer, Part(movie), 60)
    old = await last_act(server, user)
    await server.db.execute(
        "update user_acts set created_at = now() - $1::interval", KEPT + timedelta(hours=1)
    )
    with pytest.raises(Conflict):
        await server.tracks.acts.undo(user.viewer, old)
    assert await server.tracks.acts.forget_old() == 3
    assert await server.db.fetchval("select count(*) from user_act_changes") == 0


async def test_an_act_that_changes_nothing_leaves_no_entry(server: Server, user: Person) -> None:
    movie = await add_movie(server)
    await server.tracks.opinions.rate(user.viewer, Part(movie), 80)
    await server.tracks.opinions.rate(user.viewer, Part(movie), 80)
    await server.tracks.later.remove(user.viewer, [movie])
    acts = await server.tracks.acts.recent(user.viewer, 10)
    assert [each.sentence for each in acts] == ["Rated Tidewater 4 stars"]


async def test_a_whole_show_in_one_act_and_back(server: Server, user: Person) -> None:
    show, episodes = await add_show(server)
    status, answer = await user.call("POST", "/watched", json={"mediaId": str(show)})
    assert (status, answer["changed"]) == (200, len(episodes))
    status, acts = await user.call("GET", "/history/acts")
    assert acts["items"][0]["sentence"] == "Marked Northline seen"
    status, answer = await user.call("POST", f"/history/acts/{acts['items'][0]['id']}/undo")
    assert (status, answer["restored"]) == (200, len(episodes))
    assert await server.tracks.watching.watched(user.viewer, show) == {}
    assert (await server.tracks.watching.marks(user.viewer.user_id, [show]))[
        show
    ].episodes_seen == 0


async def test_ratings_of_one_moment_are_paged_without_a_gap(server: Server, user: Person) -> None:
    show, episodes = await add_show(server)
    for number, episode in enumerate(episodes):
        await server.tracks.opinions.rate(user.viewer, Part(show, episode_id=episode), number)
    await server.tracks.opinions.rate(user.viewer, Part(show, season_number=1), 50)
    await server.db.execute("update user_ratings set rated_at = '2026-01-01'")
    found, cursor = [], ""
    while True:
        status, page = await user.call("GET", f"/ratings?limit=2&cursor={cursor}")
        assert status == 200
        found += [each["rating"] for each in page["items"]]
        cursor = page["nextCursor"]
        if not cursor:
            break
    assert sorted(found) == [*range(len(episodes)), 50]

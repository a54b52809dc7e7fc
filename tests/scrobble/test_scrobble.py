"""What is watched in another player counts here, once; what makes no sense harms nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from seen.compose import Server
from seen.plugin.models import ExternalRef, MediaKind, TitleDetails
from seen.scrobble.model import PLAYERS, NotUnderstood, Player, read
from tests.conftest import Person
from tests.scrobble.bodies import LENGTH, MOVIE_IDS, emby, jellyfin, kodi, plex
from tests.titles import add_show

Make = Callable[..., dict[str, Any]]
TO_THE_END = {"PlayedToCompletion": True}
# How each player says: begun, paused, stopped, seen to the end.
WORDS: dict[str, tuple[Make, str, str, str, Callable[..., dict[str, Any]]]] = {
    "plex": (plex, "media.play", "media.pause", "media.stop",
             lambda **more: plex("media.scrobble", at=5450, **more)),
    "jellyfin": (jellyfin, "PlaybackStart", "PlaybackProgress", "PlaybackStop",
                 lambda **more: jellyfin("PlaybackStop", at=5990, PlayedToCompletion=True, **more)),
    "emby": (emby, "playback.start", "playback.pause", "playback.stop",
             lambda **more: emby("playback.stop", PlaybackInfo=TO_THE_END, **more)),
    "kodi": (kodi, "Player.OnPlay", "Player.OnPause", "Player.OnStop",
             lambda **more: kodi("Player.OnStop", end=True, **more)),
}  # fmt: skip


async def add_film(server: Server) -> UUID:
    """The film of the bodies, under another name, with the ids they name."""
    ref = ExternalRef("tmdb", MediaKind.MOVIE, MOVIE_IDS["tmdb"])
    return await server.catalog.store_details(TitleDetails(ref, "The Same Elsewhere"), "tests")


@pytest.fixture
async def token(user: Person) -> str:
    status, body = await user.call("POST", "/tokens", json={"name": "TV", "scopes": ["scrobble"]})
    assert status == 201
    return str(body["token"])


@pytest.fixture
def tell(user: Person, token: str) -> Callable[..., Any]:
    """Sends a body as its player does."""

    async def send(player: str, body: dict[str, Any], query: str = "") -> Any:
        url = f"/api/v1/scrobble/{player}?token={token}{query}"
        data: Any = json.dumps(body)
        headers = {"Content-Type": "application/json"}
        if player == "plex":
            data, headers = aiohttp.FormData(), {}
            data.add_field("payload", json.dumps(body), content_type="application/json")
            data.add_field("thumb", b"\xff\xd8" * 40_000, filename="thumb.jpg")
        async with user.client.post(url, data=data, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    return send


@pytest.mark.parametrize("player", PLAYERS)
async def test_where_somebody_stopped_and_what_was_seen_is_kept_once(
    server: Server, tell: Callable[..., Any], player: str
) -> None:
    film = await add_film(server)
    make, begun, paused, stopped, seen = WORDS[player]
    assert (await tell(player, make(begun)))["state"] == "ignored"
    for event, at in ((paused, 1800), (begun, 1800), (stopped, 3000)):
        found = await tell(player, make(event, at=at))
        assert found == {"state": "kept", "reason": "", "mediaId": str(film)}
    row = await server.db.fetchrow("select * from user_progress")
    assert row is not None
    assert (row["media_id"], row["position_seconds"]) == (film, 3000)
    assert row["duration_seconds"] == LENGTH

    assert (await tell(player, seen()))["state"] == "kept"
    # What a player says of the same viewing after that.
    await tell(player, seen())
    await tell(player, make(stopped, at=5470))
    rows = await server.db.fetch("select media_id, source from user_watched")
    assert [tuple(each.values()) for each in rows] == [(film, "scrobble")]
    assert await server.db.fetchval("select count(*) from user_progress") == 0


@pytest.mark.parametrize("player", PLAYERS)
async def test_an_episode_is_found_by_its_show_and_numbers(
    server: Server, tell: Callable[..., Any], player: str
) -> None:
    show, episodes = await add_show(server)
    seen = WORDS[player][4]
    assert (await tell(player, seen(movie=False)))["mediaId"] == str(show)
    assert await server.db.fetchval("select episode_id from user_watched") == episodes[1]


@pytest.mark.parametrize(
    ("player", "body"),
    [
        ("plex", plex("media.rate", rating=8.0)),
        ("emby", emby("item.rate")),
        ("kodi", kodi("VideoLibrary.OnUpdate")),
    ],
)
async def test_a_rating_is_kept(
    server: Server, tell: Callable[..., Any], player: str, body: dict[str, Any]
) -> None:
    await add_film(server)
    assert (await tell(player, body))["state"] == "kept"
    assert await server.db.fetchval("select rating from user_ratings") == 80


async def test_marks_by_hand_elsewhere_count_too(server: Server, tell: Callable[..., Any]) -> None:
    await add_film(server)
    body = jellyfin("UserDataSaved", SaveReason="TogglePlayed", Played=True)
    assert (await tell("jellyfin", body))["state"] == "kept"
    assert await server.db.fetchval("select count(*) from user_watched") == 1


async def test_what_others_watch_and_what_is_unknown_is_ignored_with_a_reason(
    server: Server, tell: Callable[..., Any]
) -> None:
    await add_film(server)
    found = await tell("plex", plex("media.scrobble"), "&account=someone")
    assert found["reason"] == "Somebody else watched this."
    assert (await tell("plex", plex("media.scrobble"), "&account=Mara"))["state"] == "kept"
    other = plex("media.scrobble")
    other["Metadata"] |= {"title": "Nobody Knows It", "Guid": []}
    assert (await tell("plex", other))["reason"] == "Nobody here knows this title."
    assert (await tell("plex", plex("library.new")))["state"] == "ignored"


async def test_only_a_token_with_the_scope_may_tell(
    server: Server, user: Person, token: str
) -> None:
    status, made = await user.call("POST", "/tokens", json={"name": "x", "scopes": ["read"]})
    assert status == 201
    reader = replace(user, token=made["token"])
    path, body = "/scrobble/kodi", kodi("Player.OnStop")
    assert (await reader.call("POST", path, json=body))[0] == 403
    async with user.client.post(f"/api/v1{path}", json=body) as answer:
        assert answer.status == 401
    async with user.client.post(f"/api/v1{path}?token=seen_nothing", json=body) as answer:
        assert answer.status == 401
    teller = replace(user, token=token)
    assert (await teller.call("POST", path, json=body))[0] == 200
    assert (await teller.call("POST", "/scrobble/vhs", json=body))[0] == 404
    assert (await teller.call("GET", "/auth/me"))[0] == 403


HOSTILE = [
    b"", b"{", b"null", b"[]", b"7", b"\xff\xfe\x00", b'"' + b"x" * 1000 + b'"', b"[" * 100_000,
    b'{"event": {"a": 1}}', b'{"Metadata": []}', b'{"params": {"data": {"item": 5}}}',
    b'{"event":"media.scrobble","Metadata":{"type":"movie","title":"\\ud800","duration":1e308}}',
    b'{"event":"media.scrobble","Metadata":{"type":"episode","index":99999999999999999999}}',
    b'{"NotificationType":"PlaybackStop","ItemType":"Movie","Year":-5,"Name":"\\u0000"}',
]  # fmt: skip


@pytest.mark.parametrize("player", PLAYERS)
async def test_hostile_bodies_are_refused_or_ignored(user: Person, token: str, player: str) -> None:
    url = f"/api/v1/scrobble/{player}?token={token}"
    for body in HOSTILE:
        async with user.client.post(url, data=io.BytesIO(body)) as answer:
            assert answer.status in (200, 400, 422), (body[:60], answer.status)
    for kind in ("multipart/form-data; boundary=x", "multipart/mixed", "multipart/form-data"):
        async with user.client.post(url, data=b"--x\r\n\r\n", headers={"Content-Type": kind}) as a:
            assert a.status in (400, 422), kind
    async with user.client.post(url, data=io.BytesIO(b"x" * 2_000_000)) as answer:
        assert answer.status == 413


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner,
                                                                max_size=3),
    max_leaves=6,
)  # fmt: skip
_BODIES = [make(words[2], at=60) for make, *words in ((w[0], *w[1:4]) for w in WORDS.values())]


@hypothesis_settings(max_examples=150, deadline=None,
                     suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(st.sampled_from(PLAYERS), st.data())
def test_a_body_with_anything_in_it_is_read_or_not_understood(player: Player, data: Any) -> None:
    body = json.loads(json.dumps(data.draw(st.sampled_from(_BODIES))))
    where = body
    while True:
        key = data.draw(st.sampled_from(sorted(where)))
        if isinstance(where[key], dict) and where[key] and data.draw(st.booleans()):
            where = where[key]
            continue
        where[key] = data.draw(_VALUES)
        break
    try:
        event = read(player, json.dumps(body).encode())
    except NotUnderstood:
        return
    if event is not None:
        assert isinstance(event.is_sane, bool)
        assert event.wanted().kind is event.kind

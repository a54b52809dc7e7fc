"""The bytes of a film, to whom they belong and to nobody else."""

from __future__ import annotations

import asyncio
import gzip
import os
import time
from email.utils import formatdate
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from multidict import CIMultiDictProxy

from seen.compose import Server
from seen.playback.links import StreamLink, seal
from seen.playback.sending import wanted_range
from tests.conftest import Person, sign_in
from tests.playback.conftest import Film

Client = TestClient[web.Request, web.Application]
Got = tuple[int, CIMultiDictProxy[str], bytes]


async def get(person: Person, film: Film, method: str = "GET", **headers: str) -> Got:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with person.client.request(
        method,
        film.told["src"],
        headers={**person.headers, **named},
        auto_decompress=False,
    ) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_the_whole_film_comes_with_what_a_player_needs(user: Person, film: Film) -> None:
    raw = film.path.read_bytes()
    assert (film.told["plays"], film.told["reason"], film.told["mime"]) == (True, "", "video/mp4")
    status, headers, body = await get(user, film)
    assert (status, body) == (200, raw)
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Length"] == str(len(raw))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in headers
    status, other, body = await get(user, film, "HEAD")
    assert (status, body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Accept-Ranges", "ETag", "Last-Modified"):
        assert other[name] == headers[name]


async def test_any_part_of_the_film_can_be_had(user: Person, film: Film) -> None:
    raw = film.path.read_bytes()
    size = len(raw)
    for asked, first, last in (
        ("0-0", 0, 0), ("0-99", 0, 99), (f"{size - 1}-", size - 1, size - 1),
        (f"{size - 100}-{size + 9999}", size - 100, size - 1), ("-1", size - 1, size - 1),
        ("-500", size - 500, size - 1), (f"-{size * 2}", 0, size - 1), ("0-", 0, size - 1),
        ("1000-1999", 1000, 1999),
    ):  # fmt: skip
        status, headers, body = await get(user, film, Range=f"bytes={asked}")
        assert (status, headers["Content-Range"]) == (206, f"bytes {first}-{last}/{size}"), asked
        assert body == raw[first : last + 1], asked
        assert headers["Content-Type"] == "video/mp4"
        status, headers, body = await get(user, film, "HEAD", Range=f"bytes={asked}")
        assert (status, headers["Content-Length"], body) == (206, str(last - first + 1), b"")


async def test_a_part_that_is_not_there_is_refused_and_a_wish_nobody_can_read_ignored(
    user: Person, film: Film
) -> None:
    raw = film.path.read_bytes()
    for asked in (f"{len(raw)}-", f"{len(raw) + 10}-{len(raw) + 20}", "-0"):
        status, headers, body = await get(user, film, Range=f"bytes={asked}")
        assert (status, body) == (416, b""), asked
        assert headers["Content-Range"] == f"bytes */{len(raw)}"
    for asked in (
        "bytes=0-9,20-29", "bytes=9-0", "bytes=-", "bytes=", "bytes", "items=0-9", "bytes=a-b",
        "bytes=0x0-9", "bytes=--5", "bytes=1-2-3", "bytes=" + "9" * 30 + "-", "bytes = 0-9",
    ):  # fmt: skip
        status, _, body = await get(user, film, Range=asked)
        assert (status, body) == (200, raw), asked


def test_only_one_plain_range_is_a_range() -> None:
    assert wanted_range(["bytes=0-9"], 100) == range(10)
    assert wanted_range(["bytes=-0"], 100) == range(0)
    assert wanted_range(["bytes=0-1", "bytes=2-3"], 100) is None
    assert wanted_range([], 100) is None


async def test_what_a_player_has_is_not_sent_again(user: Person, film: Film) -> None:
    _, headers, _ = await get(user, film, "HEAD")
    for name, value in (("ETag", "If_None_Match"), ("Last-Modified", "If_Modified_Since")):
        status, again, body = await get(user, film, **{value: headers[name]})
        assert (status, body) == (304, b"")
        assert again["ETag"] == headers["ETag"]
    assert (await get(user, film, If_None_Match='"other"'))[0] == 200
    assert (await get(user, film, If_Match='"other"'))[0] == 412


async def test_a_part_of_another_version_is_the_whole_of_this_one(user: Person, film: Film) -> None:
    raw = film.path.read_bytes()
    _, headers, _ = await get(user, film, "HEAD")
    for version in (headers["ETag"], headers["Last-Modified"]):
        status, _, body = await get(user, film, Range="bytes=5-9", If_Range=version)
        assert (status, body) == (206, raw[5:10]), version
    for version in ('"other"', f"W/{headers['ETag']}", "nonsense", formatdate(1, usegmt=True)):
        status, _, body = await get(user, film, Range="bytes=5-9", If_Range=version)
        assert (status, body) == (200, raw), version
    os.utime(film.path, ns=(1, time.time_ns() + 5 * 10**9))
    status, _, body = await get(user, film, Range="bytes=5-9", If_Range=headers["ETag"])
    assert (status, body) == (200, raw)


async def test_a_packed_file_beside_the_film_is_never_sent_instead(
    user: Person, film: Film
) -> None:
    raw = film.path.read_bytes()
    for ending in (".gz", ".br", ".zst"):
        film.path.with_name(film.path.name + ending).write_bytes(gzip.compress(b"something else"))
    for encoding in ("gzip", "br", "gzip, deflate, br, zstd", "*"):
        status, headers, body = await get(user, film, Accept_Encoding=encoding)
        assert (status, body) == (200, raw)
        assert "Content-Encoding" not in headers
        status, headers, body = await get(user, film, Accept_Encoding=encoding, Range="bytes=10-19")
        assert (status, body) == (206, raw[10:20])


async def test_a_film_replaced_by_a_link_that_leads_outside_is_not_there(
    user: Person, film: Film, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"not yours")
    beside = tmp_path / "media-other" / "film.mp4"
    beside.parent.mkdir()
    beside.write_bytes(b"nor this")
    for target in (secret, beside, Path("../../secret.mp4"), Path("/etc/passwd"), tmp_path):
        film.path.unlink()
        film.path.symlink_to(target)
        status, _, body = await get(user, film)
        assert status == 404, target
        assert b"yours" not in body
    folder = film.path.parent
    film.path.unlink()
    folder.rmdir()
    folder.symlink_to(tmp_path)
    (tmp_path / film.path.name).write_bytes(b"not yours")
    assert (await get(user, film))[0] == 404


async def test_a_film_that_is_gone_or_no_file_any_more_is_not_there(
    user: Person, film: Film
) -> None:
    film.path.unlink()
    status, _, body = await get(user, film)
    assert status == 404
    assert b"gone" in body
    os.mkfifo(film.path)
    assert (await get(user, film))[0] == 404
    film.path.unlink()
    film.path.mkdir()
    assert (await get(user, film))[0] == 404
    film.path.rmdir()
    film.path.touch()
    status, headers, body = await get(user, film)
    assert (status, headers["Content-Length"], body) == (200, "0", b"")


async def test_a_film_of_a_folder_that_left_the_library_is_not_there(
    server: Server, user: Person, film: Film
) -> None:
    (root,) = await server.library.roots()
    await server.library.remove_root(root.id)
    assert (await get(user, film))[0] == 404


async def test_a_stream_belongs_to_one_session(
    server: Server, client: Client, admin: Person, user: Person, film: Film
) -> None:
    again = await sign_in(server, client, "user@example.org")
    for person in (admin, again):
        status, _, body = await get(person, film)
        assert status == 401
        assert b"link_ended" in body
    async with client.get(film.told["src"]) as answer:
        assert answer.status == 401
    await server.accounts.end_session(user.viewer, user.viewer.session_id)
    assert (await get(user, film))[0] == 401


@pytest.mark.parametrize("change", ["ended", "other key", "flipped", "path", "no film"])
async def test_an_address_not_made_here_opens_nothing(
    server: Server, user: Person, film: Film, change: str
) -> None:
    token = film.src.rpartition("/")[2]
    session, soon = user.viewer.session_id, int(time.time()) + 60
    key = server.playback._key
    status, expected = 401, token
    if change == "ended":
        expected = seal(StreamLink(film.item_id, session, int(time.time()) - 1), key)
    elif change == "other key":
        expected = seal(StreamLink(film.item_id, session, soon), b"k" * 32)
    elif change == "flipped":
        expected = ("B" if token[0] != "B" else "C") + token[1:]
    elif change == "path":
        expected, status = "..%2f..%2f..%2fetc%2fpasswd", 401
    else:
        expected, status = seal(StreamLink(session, session, soon), key), 404
    assert (await user.call("GET", f"/stream/{expected}"))[0] == status


async def test_a_header_that_is_not_text_does_not_stop_the_film(user: Person, film: Film) -> None:
    raw = film.path.read_bytes()
    for name in ("If-None-Match", "If-Modified-Since", "If-Range", "Range", "User-Agent"):
        reader, writer = await asyncio.open_connection(user.client.host, user.client.port)
        head = f"GET {film.told['src']} HTTP/1.0\r\nHost: localhost\r\n"
        head += f"Authorization: Bearer {user.token}\r\n{name}: "
        writer.write(head.encode() + b"\xff\xed\xa0\x80\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        assert answer.startswith(b"HTTP/1.0 200 "), name
        assert answer.endswith(raw[-1000:])

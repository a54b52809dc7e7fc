"""Pictures: fetched once, made small, and drawn whenever that fails; never an error."""

from __future__ import annotations

import asyncio
import io
import os
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from seen.artwork import service
from seen.artwork.service import Artwork, Picture, Subject
from seen.compose import Server
from tests.conftest import Person
from tests.titles import add_movie


def encoded(width: int = 800, height: int = 1200, kind: str = "JPEG", **options: object) -> bytes:
    """A picture that does not pack well, so that its size says something."""
    noise = numpy.random.default_rng(1).integers(0, 255, (height // 8, width // 8, 3), numpy.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((width, height)).save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that says it is as large as one likes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(body))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


@dataclass
class Host:
    """A picture host on this machine."""

    port: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    made = Host()

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        made.asked.append(name)
        if name == "endless":
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(2000):
                await response.write(b"\xff\xd8\xff" + b"x" * 65_536)
            return response
        if name == "inside":
            raise web.HTTPFound(f"http://127.0.0.1:{made.port + 1}/secret")
        if name == "file":
            raise web.HTTPFound("file:///etc/passwd")
        if name == "round":
            raise web.HTTPFound("/round")
        if name not in made.pictures:
            raise web.HTTPNotFound
        return web.Response(body=made.pictures[name], content_type="text/html")

    app = web.Application()
    app.router.add_get("/{name}", answer)
    async with TestServer(app, host="127.0.0.1") as server:
        made.port = server.port or 0
        yield made


@pytest.fixture
async def artwork(tmp_path: Path, host: Host) -> AsyncIterator[Artwork]:
    """Pictures from the host above and from one folder."""
    made = Artwork(
        tmp_path / "artwork", lambda: (f"127.0.0.1:{host.port}",), lambda: [tmp_path / "media"]
    )
    (tmp_path / "media").mkdir()
    yield made
    await made.close()


def of(source: str) -> Subject:
    return Subject("Tidewater", "movie", "seed", source)


def opened(picture: Picture) -> Image.Image:
    assert picture.content_type == "image/webp"
    return Image.open(io.BytesIO(picture.body), formats=("WEBP",))


def drawn(picture: Picture) -> bool:
    return picture.content_type == "image/svg+xml" and b"<svg" in picture.body


async def test_a_picture_is_fetched_once_and_made_small(host: Host, artwork: Artwork) -> None:
    host.pictures["poster"] = encoded()
    source = host.url("poster")
    first = await artwork.picture(of(source), "poster", 300)
    assert opened(first).size == (320, 480)
    assert first.lasting
    assert len(first.body) < len(host.pictures["poster"])
    again = await artwork.picture(of(source), "poster", 320)
    assert again.body == first.body
    assert opened(await artwork.picture(of(source), "poster", 100)).size == (160, 240)
    # a small picture is not blown up
    assert opened(await artwork.picture(of(source), "poster", 4000)).size == (800, 1200)
    assert host.asked == ["poster"]
    host.pictures.clear()
    assert opened(await artwork.picture(of(source), "poster", 480)).width == 480


async def test_many_who_ask_at_once_fetch_it_once(host: Host, artwork: Artwork) -> None:
    host.pictures["poster"] = encoded()
    subject = of(host.url("poster"))
    found = await asyncio.gather(*(artwork.picture(subject, "poster", 320) for _ in range(20)))
    assert len({each.body for each in found}) == 1
    assert host.asked == ["poster"]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
async def test_every_usual_kind_is_read_and_comes_out_without_its_notes(
    host: Host, artwork: Artwork, kind: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a private note"
    options = {"exif": exif.tobytes()} if kind in ("JPEG", "WEBP") else {}
    host.pictures["x"] = encoded(400, 200, kind, **options)
    picture = await artwork.picture(of(host.url("x")), "poster", 480)
    assert opened(picture).size == ((200, 400) if options else (400, 200))
    assert b"private" not in picture.body


HOSTILE = {
    "empty": b"",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "truncated jpeg": encoded()[:5000],
    "truncated png": encoded(kind="PNG")[:5000],
    "half webp": encoded(kind="WEBP")[:3000],
    "bomb": png(50_000, 50_000, b"\0" * 1_000_000),
    "large bomb": png(2**31 - 1, 2**31 - 1),
    "just too many pixels": png(8_000, 8_000, b"\0" * 1_000_000),
    "a line": encoded(16, 20_000, "PNG"),
    "nothing wide": png(0, 10),
    "tiff": encoded(64, 64, "TIFF"),
    "pdf": b"%PDF-1.7\n%%EOF",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "broken palette": b"GIF89a" + b"\xff" * 500,
    "jpeg head": b"\xff\xd8\xff\xe0" + b"\x00" * 200,
    "noise": numpy.random.default_rng(2).bytes(50_000),
    "too many bytes": encoded(64, 64) + b"\0" * (21 * 2**20),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_picture_is_drawn_instead(host: Host, artwork: Artwork, name: str) -> None:
    host.pictures["x"] = HOSTILE[name]
    picture = await artwork.picture(of(host.url("x")), "poster", 480)
    assert drawn(picture)
    assert not picture.lasting
    assert b"alert" not in picture.body


async def test_a_source_that_cannot_be_one_is_drawn_instead(
    host: Host, artwork: Artwork, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(encoded(64, 64))
    media = tmp_path / "media"
    (media / "link.jpg").symlink_to(secret)
    (media / "loop.jpg").symlink_to(media / "loop.jpg")
    (tmp_path / "media-other").mkdir()
    (tmp_path / "media-other" / "x.jpg").write_bytes(encoded(64, 64))
    os.mkfifo(media / "pipe.jpg")
    (media / "text.jpg").write_text("not a picture")
    for source in (
        host.url("missing"), host.url("inside"), host.url("file"), host.url("round"),
        f"http://127.0.0.1:{host.port + 1}/x", "http://localhost:1/x", "http://[::1", "http://",
        "http:///x", "https://" + "a" * 70 + ".example/x", "http://a..example/", "http://x/\ud800",
        "ftp://127.0.0.1/x", "data:image/png;base64,AAAA", "file:///etc/passwd", "x" * 100_000,
        str(secret), str(media / "link.jpg"), str(media / "loop.jpg"), str(media / "pipe.jpg"),
        str(media / "text.jpg"), str(media / "none.jpg"), str(media), f"{media}/../secret.jpg",
        str(tmp_path / "media-other" / "x.jpg"), "\0", "/etc/passwd\0.jpg", "relative.jpg",
        "/dev/zero", "/dev/stdin", "\udcff",
    ):  # fmt: skip
        picture = await asyncio.wait_for(artwork.picture(of(source), "poster", 480), 5)
        assert drawn(picture), source
        assert not picture.lasting


async def test_an_endless_picture_is_cut_off(host: Host, artwork: Artwork) -> None:
    assert drawn(await asyncio.wait_for(artwork.picture(of(host.url("endless")), "still", 480), 20))
    assert not list((artwork._folder).rglob("*"))


async def test_a_picture_beside_the_film_is_made_small_too(
    artwork: Artwork, tmp_path: Path
) -> None:
    poster = tmp_path / "media" / "Film ä" / "poster.jpg"
    poster.parent.mkdir()
    poster.write_bytes(encoded())
    assert opened(await artwork.picture(of(str(poster)), "poster", 160)).size == (160, 240)
    inside = tmp_path / "media" / "link.jpg"
    inside.symlink_to(poster)
    assert opened(await artwork.picture(of(str(inside)), "poster", 160)).size == (160, 240)


async def test_a_failed_picture_is_asked_for_again_later_and_only_then(
    host: Host, artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.pictures["x"] = b"<html>We are moving house</html>"
    for _ in range(3):
        assert drawn(await artwork.picture(of(host.url("x")), "poster", 480))
    assert host.asked == ["x"]
    host.pictures["x"] = encoded()
    monkeypatch.setattr(service, "_REST_SECONDS", 0.0)
    artwork._resting.clear()
    assert opened(await artwork.picture(of(host.url("x")), "poster", 480)).width == 480
    assert host.asked == ["x", "x"]


async def test_only_a_versioned_address_is_kept_for_ever(server: Server, user: Person) -> None:
    movie = await add_movie(server)
    for query, lasting in (("", False), ("?w=300", False), ("?v=1", True), ("?w=300&v=abc", True)):
        async with user.client.get(
            f"/api/v1/artwork/{movie}/poster{query}", headers=user.headers
        ) as answer:
            assert answer.status == 200
            assert answer.content_type == "image/svg+xml"
            assert ("immutable" in answer.headers["Cache-Control"]) == lasting
            assert "private" in answer.headers["Cache-Control"]
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    await server.db.execute("update media_items set poster_source = 'http://127.0.0.1:1/x'")
    async with user.client.get(
        f"/api/v1/artwork/{movie}/poster?v=2", headers=user.headers
    ) as answer:
        assert answer.status == 200
        assert "immutable" not in answer.headers["Cache-Control"]
    for wrong, status in (("?w=0", 422), ("?w=99999", 422), ("?w=a", 422), (f"?v={'x' * 99}", 422)):
        assert (await user.call("GET", f"/artwork/{movie}/poster{wrong}"))[0] == status
    assert (await user.call("GET", f"/artwork/{movie}/banner"))[0] == 400
    assert (await user.client.get(f"/api/v1/artwork/{movie}/poster")).status == 401

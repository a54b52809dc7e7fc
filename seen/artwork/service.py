"""Pictures of titles: fetched once, made small, kept on disk; drawn where there are none."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import stat
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from PIL import Image, ImageOps

from seen.artwork.model import Shape, draw
from seen.core.egress import guarded_session
from seen.core.log import get_log
from seen.core.upstream import Upstream

log = get_log(__name__)

# Widths that are made; any other width gets the next larger one, so the cache stays small.
WIDTHS = (160, 320, 480, 640, 960, 1280, 1920)
DEFAULT_WIDTH: dict[Shape, int] = {"poster": 480, "backdrop": 1280, "still": 480}
_MAX_BYTES = 20 * 2**20
_MAX_PIXELS = 60_000_000
# No poster is longer; WebP could not hold it.
_LONGEST_SHAPE = 8
# Pillow's own bound is higher than ours; without this it would print a warning first.
warnings.simplefilter("error", Image.DecompressionBombWarning)
# After a failed fetch the drawn picture stands in for this long.
_REST_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture. ``lasting`` when its address may be cached for ever."""

    body: bytes
    content_type: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is of: the seed decides the scene where one has to be drawn."""

    title: str
    kind: str
    seed: str
    source: str


class PictureError(Exception):
    """A picture cannot be had; the message says why."""


class Artwork:
    """Answers with pictures. ``allowed_hosts`` names private picture hosts that an admin gave a
    plugin; ``roots`` are the only folders from which picture files are read."""

    def __init__(
        self,
        folder: Path,
        allowed_hosts: Callable[[], tuple[str, ...]],
        roots: Callable[[], Sequence[Path]],
        proxy: Upstream | None = None,
    ) -> None:
        self._folder = folder
        self._allowed_hosts = allowed_hosts
        self._roots = roots
        self._proxy = proxy
        self._sessions: dict[tuple[str, ...], aiohttp.ClientSession] = {}
        self._resting: dict[str, float] = {}
        self._making: dict[Path, asyncio.Task[bytes]] = {}
        # Decoding is work for a core; two at once leave the loop its share.
        self._turn = asyncio.Semaphore(2)

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def picture(self, subject: Subject, shape: Shape, width: int) -> Picture:
        """The subject's picture, no wider than the smallest made width that covers ``width``."""
        if subject.source and not self._rests(subject.source):
            try:
                return Picture(await self._made(subject.source, width), "image/webp", True)
            except (PictureError, aiohttp.ClientError, OSError, ValueError) as error:
                log.warning("artwork: no picture", source=subject.source[:200], reason=str(error))
                self._resting[subject.source] = asyncio.get_running_loop().time() + _REST_SECONDS
        svg = draw(subject.title, subject.kind, subject.seed, shape)
        return Picture(svg.encode(), "image/svg+xml", not subject.source)

    def _rests(self, source: str) -> bool:
        until = self._resting.get(source)
        if until is None:
            return False
        if until > asyncio.get_running_loop().time():
            return True
        del self._resting[source]
        return False

    async def _made(self, source: str, width: int) -> bytes:
        wanted = next((each for each in WIDTHS if each >= width), WIDTHS[-1])
        digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
        path = self._folder / digest[:2] / f"{digest}-{wanted}.webp"
        kept = await asyncio.to_thread(_read, path)
        if kept is not None:
            return kept
        task = self._making.get(path)
        if task is None:
            task = asyncio.create_task(self._make(source, wanted, path))
            self._making[path] = task
            task.add_done_callback(lambda _: self._making.pop(path, None))
        return await asyncio.shield(task)

    async def _make(self, source: str, width: int, path: Path) -> bytes:
        original = path.with_name(path.name.rpartition("-")[0] + ".original")
        remote = source.startswith(("http://", "https://"))
        raw = await asyncio.to_thread(_read, original)
        fresh = raw is None
        if raw is None:
            raw = (
                await self._fetch(source)
                if remote
                else await asyncio.to_thread(self._read_file, source)
            )
        async with self._turn:
            body = await asyncio.to_thread(_resize, raw, width)
        # Only what was a picture is kept; anything else is asked for again later.
        if remote and fresh:
            await asyncio.to_thread(_write, original, raw)
        await asyncio.to_thread(_write, path, body)
        return body

    async def _fetch(self, address: str) -> bytes:
        allow = self._allowed_hosts()
        session = self._sessions.get(allow)
        if session is None:
            session = self._sessions[allow] = guarded_session(allow, proxy=self._proxy)
        async with session.get(address) as answer:
            if answer.status != 200:
                raise PictureError(f"the picture host answered {answer.status}")
            data = bytearray()
            async for chunk in answer.content.iter_chunked(65_536):
                data += chunk
                if len(data) > _MAX_BYTES:
                    raise PictureError("the picture is too large")
            return bytes(data)

    def _read_file(self, source: str) -> bytes:
        real = Path(os.path.realpath(source))
        if not any(real.is_relative_to(os.path.realpath(root)) for root in self._roots()):
            raise PictureError("the picture lies outside the library")
        facts = real.stat()
        if not stat.S_ISREG(facts.st_mode):
            # Reading a pipe would wait for ever.
            raise PictureError("it is not a file")
        if facts.st_size > _MAX_BYTES:
            raise PictureError("the picture is too large")
        return real.read_bytes()


def _resize(raw: bytes, width: int) -> bytes:
    """Decode, shrink and encode again: what leaves here is a picture and nothing else."""
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise PictureError("the picture has too many pixels")
            if max(image.size) > _LONGEST_SHAPE * min(image.size):
                raise PictureError("the picture is a mere line")
            image.draft("RGB", (width, width * 2))
            upright = ImageOps.exif_transpose(image) or image
            flat = upright.convert("RGB")
        if flat.width > width:
            height = max(1, round(flat.height * width / flat.width))
            flat = flat.resize((width, height), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        flat.save(out, "WEBP", quality=82, method=3)
    except PictureError:
        raise
    except Exception as error:  # decoders stumble over hostile files in many ways
        raise PictureError(f"it is not a picture: {error}") from error
    return out.getvalue()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all, so a crash never leaves half a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(body)
    Path(draft.name).replace(path)

"""What it takes to press play."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from seen.core.errors import NotHere, SignInNeeded, Unavailable
from seen.core.events import Events
from seen.core.kept import Kept
from seen.core.viewer import Viewer
from seen.library.model.languages import language_name
from seen.library.model.records import Item, StoredStream
from seen.library.service import Library
from seen.playback.links import LIFETIME_SECONDS, StreamLink, seal, unseal
from seen.playback.model import TEXT_SUBTITLES, Decision, decide
from seen.playback.sending import Film, open_inside
from seen.playback.subtitles import SubtitleError, embedded_cues, sidecar_cues, webvtt


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """A subtitle the player can show."""

    id: UUID
    label: str
    language: str
    src: str
    format: str
    default: bool


@dataclass(frozen=True, slots=True)
class Playable:
    """A file with everything the player needs; ``decision`` says whether it plays."""

    item: Item
    decision: Decision
    src: str
    subtitles: tuple[SubtitleTrack, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file should lie, the library folder around it, and its media type."""

    path: str
    folder: str
    mime: str


class Playback:
    """Decides, signs and serves."""

    def __init__(self, library: Library, events: Events, key: bytes, cache_dir: Path) -> None:
        self._library = library
        self._key = key
        self._cache_dir = cache_dir
        # Passing over a whole film to collect its subtitles keeps a disk busy; two at once will do.
        self._turn = asyncio.Semaphore(2)
        # A player asks for one part after another.
        self._places = Kept[UUID, _Place](events, ("library",))

    async def playable(self, viewer: Viewer, item_id: UUID) -> Playable:
        """A file for this viewer. Raises NotHere."""
        item = await self._library.item(item_id)
        streams = await self._library.streams(item_id)
        return Playable(
            item,
            self.decide(item, streams),
            self.stream_path(viewer, item_id),
            tuple(_track(each) for each in streams if _is_text(each)),
        )

    def decide(
        self, item: Item, streams: list[StoredStream] | tuple[StoredStream, ...]
    ) -> Decision:
        """Whether a file plays as it is, or the sentence why not."""
        if item.missing_since is not None:
            return Decision(False, reason="The file is gone from its folder.")
        if item.problem:
            return Decision(False, reason=f"{item.problem.rstrip('.')}.")
        return decide(item.container_format, [each.info for each in streams])

    def stream_path(self, viewer: Viewer, item_id: UUID) -> str:
        """The address of a file's bytes for one session, good for twelve hours."""
        link = StreamLink(item_id, viewer.session_id, int(time.time()) + LIFETIME_SECONDS)
        return f"/api/v1/stream/{seal(link, self._key)}"

    async def open_link(self, viewer: Viewer, token: str) -> tuple[Film, str]:
        """The open file behind a stream address, and its media type.

        Raises SignInNeeded for an address of another session or one that has ended, NotHere when
        the file is gone.
        """
        link = unseal(token, self._key, time.time())
        if link is None or link.session_id != viewer.session_id:
            raise SignInNeeded(
                "This stream address has ended; open the page again.", code="link_ended"
            )
        place = await self._places.get(link.item_id, lambda: self._place(link.item_id))
        film = await asyncio.to_thread(open_inside, place.path, place.folder)
        return film, place.mime

    async def _place(self, item_id: UUID) -> _Place:
        item = await self._library.item(item_id)
        decision = self.decide(item, await self._library.streams(item.id))
        path, folder = await self._stored(item)
        return _Place(path, folder, decision.mime or "application/octet-stream")

    async def subtitle(self, stream_id: UUID) -> str:
        """A subtitle as WebVTT. Raises NotHere, or Unavailable with a plain reason."""
        stream = await self._library.stream(stream_id)
        if not _is_text(stream):
            raise NotHere("This stream is not a text subtitle.")
        item = await self._library.item(stream.item_id)
        video = await self._contained(item)
        try:
            async with self._turn:
                if stream.external_path:
                    return await asyncio.to_thread(
                        _read_sidecar, stream.external_path, video, stream.info.language
                    )
                cached = self._cache_dir / f"{stream.id}.vtt"
                return await asyncio.to_thread(_read_embedded, video, stream.info.index, cached)
        except SubtitleError as error:
            raise Unavailable(str(error), code="subtitle_unreadable") from error

    async def _contained(self, item: Item) -> Path:
        """The file's real path, which lies inside its library folder whatever links say."""
        film = await asyncio.to_thread(open_inside, *await self._stored(item))
        film.file.close()
        return film.path

    async def _stored(self, item: Item) -> tuple[str, str]:
        """Where a file should lie, and the library folder around it."""
        roots = {root.id: root.path for root in await self._library.roots()}
        folder = roots.get(item.root_id)
        if folder is None:
            raise NotHere("The file is not in its library folder any more.")
        return os.fsdecode(item.raw_path) if item.raw_path else item.absolute_path, folder


def _is_text(stream: StoredStream) -> bool:
    return stream.info.type == "subtitle" and stream.info.codec in TEXT_SUBTITLES


def _track(stream: StoredStream) -> SubtitleTrack:
    info = stream.info
    label = info.title or language_name(info.language) or "Subtitles"
    if info.is_forced and "forced" not in label.lower():
        label += " (forced)"
    if info.hearing_impaired and "sdh" not in label.lower():
        label += " (SDH)"
    return SubtitleTrack(
        stream.id,
        label,
        info.language,
        f"/api/v1/subtitles/{stream.id}",
        (info.codec or "text").upper(),
        info.is_default,
    )


def _read_sidecar(sidecar: str, video: Path, language: str) -> str:
    real = Path(os.path.realpath(sidecar))
    if real.parent != video.parent:
        raise SubtitleError("The subtitle file does not lie beside its film.")
    return webvtt(sidecar_cues(real, language))


def _read_embedded(video: Path, index: int, cached: Path) -> str:
    if cached.exists():
        return cached.read_text(encoding="utf-8")
    text = webvtt(embedded_cues(video, index))
    cached.parent.mkdir(parents=True, exist_ok=True)
    draft = cached.with_suffix(f".{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(cached)
    return text

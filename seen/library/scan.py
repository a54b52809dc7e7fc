"""A scan: what changed on the disk, what each new file is, and what is gone.

Every file is one transaction, so a scan that dies anywhere has lost nothing and goes on from
there. A folder that is missing, empty or mostly gone is offline: nothing in it is touched.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from seen.core import clock
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.log import get_log
from seen.host import PluginHost
from seen.library import store
from seen.library.identify import Identified, Identifier, evidence_of
from seen.library.model.records import FileRecord, Root
from seen.library.model.streams import main_codecs, resolution_label
from seen.library.model.subtitles import belongs_to, read_sidecar
from seen.library.walk import FoundFile, RootOffline, WalkResult, display_path, walk
from seen.plugin.errors import PluginError
from seen.plugin.models import MediaProbe, ParsedName, ParseHints, StreamInfo

log = get_log(__name__)
# Files looked at together. Reading streams is bound by two processes, asking by the network.
_TOGETHER = 6
_PROBE_SECONDS = 60.0
# More than this share gone at once is a disk that is not there, not a person who tidied up.
_VANISHED_SHARE = 0.5
_VANISHED_LEAST = 5
# How sure a match is that merely repeats the file's name.
_NAME_ALONE = 0.5

Say = Callable[[int, int, str], Awaitable[None]]


@dataclass(slots=True)
class Changes:
    """What a scan has to do in one root."""

    fresh: list[FoundFile] = field(default_factory=list)
    back: list[UUID] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)
    moved: list[tuple[UUID, FoundFile]] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What a scan did, for one sentence at its end."""

    seen: int = 0
    new: int = 0
    matched: int = 0
    review: int = 0
    gone: int = 0
    troubled: int = 0
    offline: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """The result as people read it."""
        if not self.new and not self.gone and not self.offline:
            return f"Nothing new among {self.seen} files."
        parts = [f"{self.seen} files, {self.new} new or changed"]
        if self.matched:
            parts.append(f"{self.matched} matched")
        if self.review:
            parts.append(f"{self.review} to review")
        if self.troubled:
            parts.append(f"{self.troubled} could not be read")
        if self.gone:
            parts.append(f"{self.gone} gone")
        text = ", ".join(parts) + "."
        if self.offline:
            text += f" Offline: {', '.join(self.offline)}."
        return text


def compare(walked: WalkResult, known: dict[str, FileRecord], below: str = "") -> Changes:
    """What differs between the disk and what is stored. Pure.

    ``below`` limits the comparison to one folder. A file that is gone while one of the same size
    and time appeared was moved, and keeps its row.
    """
    changes = Changes()
    paths = {display_path(path)[0]: found for path, found in walked.files.items()}
    for shown, found in paths.items():
        record = known.get(shown)
        if record is None or record.signature != (found.size, found.modified_ns) or record.again:
            changes.fresh.append(found)
        elif record.missing:
            changes.back.append(record.id)
    absent = [
        record
        for shown, record in known.items()
        if shown not in paths and (not below or shown.startswith(below.rstrip("/") + "/"))
    ]
    _pair_moves(changes, absent, known)
    return changes


def _pair_moves(changes: Changes, absent: list[FileRecord], known: dict[str, FileRecord]) -> None:
    by_signature: dict[tuple[int, int], list[FoundFile]] = {}
    for found in changes.fresh:
        if display_path(found.path)[0] not in known and found.size:
            by_signature.setdefault(found.signature, []).append(found)
    for record in absent:
        twins = by_signature.get(record.signature, [])
        if len(twins) == 1:
            changes.moved.append((record.id, twins[0]))
            by_signature.pop(record.signature)
        elif not record.missing:
            changes.gone.append(record.id)


def looks_unmounted(walked: WalkResult, known: dict[str, FileRecord], changes: Changes) -> str:
    """Why a folder that answers is probably not the real one; "" when it is."""
    present = sum(1 for each in known.values() if not each.missing)
    if present and not walked.files:
        return "The folder is empty; if it is on another disk, that disk may not be mounted"
    vanished = len(changes.gone)
    if vanished >= _VANISHED_LEAST and vanished > present * _VANISHED_SHARE:
        return (
            f"{vanished} of {present} files are gone at once; if that is right, remove the folder"
        )
    return ""


class Scan:
    """One scan over some roots."""

    def __init__(
        self, db: Database, events: Events, host: PluginHost, identifier: Identifier, say: Say
    ) -> None:
        self._db = db
        self._events = events
        self._host = host
        self._say = say
        self._identifier = identifier
        self.tally = Tally()
        self._done = 0
        self._total = 0

    async def run(self, roots: Iterable[Root], below: dict[UUID, str]) -> Tally:
        """Scan the roots one after the other; ``below`` limits some of them to one folder."""
        for root in roots:
            await self._say(self._done, self._total, f"Looking through {root.path}")
            try:
                await self._scan_root(root, below.get(root.id, ""))
            except RootOffline as error:
                await store.set_root_state(self._db, root.id, "offline", str(error))
                self.tally.offline.append(root.path)
        return self.tally

    async def _scan_root(self, root: Root, below: str) -> None:
        walked = await asyncio.to_thread(walk, Path(below or root.path))
        known = await store.known_files(self._db, root.id, self._identifier.asked())
        changes = compare(walked, known, below)
        if not below and (why := looks_unmounted(walked, known, changes)):
            raise RootOffline(why)
        await store.set_root_state(self._db, root.id, "online", "")
        self.tally.seen += len(walked.files)
        self.tally.troubled += len(walked.trouble)
        await self._settle(changes)
        await self._look_at(root, changes.fresh, walked, known)
        await self._refresh_sidecars(root, walked, known, changes)
        if not below and (changes.fresh or changes.gone or root.last_scan_at is None
                          or root.file_count != len(walked.files)):  # fmt: skip
            await store.finish_root(self._db, root.id, len(walked.files))

    async def _settle(self, changes: Changes) -> None:
        """Write what needs no look into a file."""
        for item_id, found in changes.moved:
            shown, raw = display_path(found.path)
            await store.move_item(self._db, item_id, shown, raw, os.path.basename(shown))
        moved = {found.path for _, found in changes.moved}
        changes.fresh = [each for each in changes.fresh if each.path not in moved]
        if changes.back:
            await store.set_found(self._db, changes.back)
        if changes.gone:
            await store.set_missing(self._db, changes.gone)
            self.tally.gone += len(changes.gone)
        if changes.back or changes.gone or changes.moved:
            await self._events.emit(Event("library"))

    async def _look_at(
        self,
        root: Root,
        fresh: list[FoundFile],
        walked: WalkResult,
        known: dict[str, FileRecord],
    ) -> None:
        self._total += len(fresh)
        # Neighbours first, so that the files of one show share their questions.
        waiting = iter(sorted(fresh, key=lambda each: each.path))

        async def worker() -> None:
            for found in waiting:
                record = known.get(display_path(found.path)[0])
                try:
                    await self._look_at_file(root, found, walked, record)
                except Exception:
                    # One file must never end a scan; it is not marked scanned and comes again.
                    log.exception("library: a file was skipped", path=display_path(found.path)[0])
                    self.tally.troubled += 1
                self._done += 1
                name = display_path(os.path.basename(found.path))[0]
                await self._say(self._done, self._total, f"Reading {name}")

        await asyncio.gather(*(worker() for _ in range(min(_TOGETHER, len(fresh)))))

    async def _look_at_file(
        self, root: Root, found: FoundFile, walked: WalkResult, record: FileRecord | None
    ) -> None:
        path = Path(found.path)
        self.tally.new += 1
        probe, problem = await self._probe(path, found)
        parsed = await self._identifier.parse(path, ParseHints(Path(root.path), root.kind))
        locked = record is not None and record.locked
        identified = None
        if parsed is not None and not locked:
            duration = probe.duration_seconds if probe else None
            identified = await self._identifier.identify(path, parsed, duration)
        growing = await asyncio.to_thread(_changed, found)
        if growing:
            problem = "The file is still growing; it is read again at the next scan"
        if problem and identified and identified.decision.confidence <= _NAME_ALONE:
            # A file that nobody can read and of which the name is all there is makes no title.
            identified = None
        await self._write(
            root,
            found,
            probe,
            parsed,
            identified,
            problem,
            walked,
            locked=locked,
            finished=not growing and (identified is None or identified.complete),
        )

    async def _probe(self, path: Path, found: FoundFile) -> tuple[MediaProbe | None, str]:
        """What the file holds, or a plain reason why nobody can tell."""
        if found.size == 0:
            return None, "The file is empty"
        reason = "Nothing here can look into this file"
        for scanner in self._host.scanners():
            if "probe" not in scanner.features:
                continue
            try:
                probe = await scanner.call(lambda s: s.probe(path), timeout=_PROBE_SECONDS)
            except PluginError as error:
                return None, str(error)
            if probe is not None:
                return probe, ""
            reason = "This is not a media file"
        return None, reason

    async def _write(
        self,
        root: Root,
        found: FoundFile,
        probe: MediaProbe | None,
        parsed: ParsedName | None,
        identified: Identified | None,
        problem: str,
        walked: WalkResult,
        *,
        locked: bool,
        finished: bool,
    ) -> None:
        values = _columns(root, found, probe, parsed, identified, problem)
        values["asked"] = self._identifier.asked()
        values["scanned_at"] = clock.now() if finished else None
        streams = [(each, "") for each in (probe.streams if probe else ())]
        streams += _sidecars(found.path, walked)
        async with self._db.transaction() as connection:
            item_id = await store.upsert_item(connection, values, keep_match=locked)
            await store.replace_streams(connection, item_id, streams)
            if not locked:
                episodes = identified.episode_ids if identified else ()
                await store.replace_episodes(connection, item_id, episodes)
            facts = {"state": values["match_state"]}
            await self._events.emit(Event("library", subject=str(item_id), facts=facts), connection)
        if problem:
            self.tally.troubled += 1
        if values["match_state"] == "matched":
            self.tally.matched += 1
        elif values["match_state"] == "unmatched":
            self.tally.review += 1

    async def _refresh_sidecars(
        self, root: Root, walked: WalkResult, known: dict[str, FileRecord], changes: Changes
    ) -> None:
        """Subtitles that came or went beside files that did not change."""
        if not walked.subtitles and not known:
            return
        stored = await store.sidecars(self._db, root.id)
        fresh = {each.path for each in changes.fresh}
        for path in walked.files:
            shown = display_path(path)[0]
            record = known.get(shown)
            if path in fresh or record is None:
                continue
            found = _sidecars(path, walked)
            if {external for _, external in found} != stored.get(shown, set()):
                async with self._db.transaction() as connection:
                    await store.replace_sidecars(connection, record.id, found)


def _changed(found: FoundFile) -> bool:
    """Whether a file is another one than when the walk passed it."""
    try:
        now = os.stat(found.path, follow_symlinks=False)
    except OSError:
        return True
    return (now.st_size, now.st_mtime_ns) != found.signature


def _sidecars(path: str, walked: WalkResult) -> list[tuple[StreamInfo, str]]:
    """The subtitle files that belong to a media file, as streams behind its own."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return [
        (_sidecar_stream(1000 + index, os.path.basename(each), stem), each)
        for index, each in enumerate(sorted(walked.subtitles.get(os.path.dirname(path), ())))
        if belongs_to(os.path.basename(each), stem) and display_path(each)[1] is None
    ]


def _sidecar_stream(index: int, name: str, stem: str) -> StreamInfo:
    said = read_sidecar(name, stem)
    return StreamInfo(
        index,
        "subtitle",
        os.path.splitext(name)[1][1:].lower(),
        language=said.language,
        title=said.title,
        is_default=said.default,
        is_forced=said.forced,
        hearing_impaired=said.hearing_impaired,
    )


def _columns(
    root: Root,
    found: FoundFile,
    probe: MediaProbe | None,
    parsed: ParsedName | None,
    identified: Identified | None,
    problem: str,
) -> dict[str, Any]:
    shown, raw = display_path(found.path)
    video, audio = main_codecs(probe.streams if probe else ())
    state, reason, confidence = "unmatched", problem or "The name says nothing", 0.0
    if identified is not None:
        confidence = identified.decision.confidence
        reason = identified.reason
        if identified.media_id is not None:
            state = "matched"
        elif parsed is not None and parsed.extra:
            # A bonus of something nobody knows is nothing to review.
            state = "ignored"
    return {
        "id": new_id(),
        "root_id": root.id,
        "media_id": identified.media_id if identified else None,
        "absolute_path": shown,
        "raw_path": raw,
        "file_name": os.path.basename(shown),
        "file_size_bytes": found.size,
        "modified_ns": found.modified_ns,
        "container_format": probe.container if probe else "",
        "video_codec": video,
        "audio_codec": audio,
        "duration_seconds": probe.duration_seconds if probe else None,
        "resolution_label": resolution_label(probe.streams if probe else ()),
        "edition": parsed.edition if parsed else "",
        "part": parsed.part if parsed else None,
        "extra": parsed.extra if parsed else "",
        "match_state": state,
        "match_confidence": confidence,
        "match_reason": reason,
        "evidence": evidence_of(parsed, identified.decision if identified else None),
        "problem": problem,
    }

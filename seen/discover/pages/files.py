"""What a title's files are, as its page says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seen.core.wording import capital, size
from seen.library.model.languages import language_name
from seen.library.service import FileOfTitle
from seen.playback.model import Decision, spoken
from seen.plugin.models import StreamInfo

_MOST_LANGUAGES = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A line about a file."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file; ``path`` is "" for people who are not admins."""

    label: str
    rows: list[Fact]
    path: str
    plays: str
    plays_tone: str


def file_facts(file: FileOfTitle, decision: Decision, *, with_path: bool) -> FileFacts:
    """A file with whether it plays."""
    item = file.item
    streams = [each.info for each in file.streams]
    picture = [
        item.resolution_label,
        spoken(item.video_codec) if item.video_codec else "",
        spoken(item.audio_codec) if item.audio_codec else "",
        size(item.file_size_bytes),
    ]
    rows = [
        Fact("File", " · ".join(filter(None, picture))),
        Fact("Audio", listed(_sound(each) for each in streams if each.type == "audio")),
        Fact("Subtitles", listed(_subtitle(each) for each in streams if each.type == "subtitle")),
    ]
    if item.edition:
        rows.insert(0, Fact("Edition", item.edition))
    if item.part:
        rows.insert(0, Fact("Part", str(item.part)))
    return FileFacts(
        label=item.file_name,
        rows=[row for row in rows if row.text],
        path=item.absolute_path if with_path else "",
        plays="Directly in this browser" if decision.plays else decision.reason,
        plays_tone="ok" if decision.plays else "warn",
    )


def listed(names: Iterable[str]) -> str:
    """ "English, Deutsch, 4 more"; each name once."""
    distinct = list(dict.fromkeys(name for name in names if name))
    shown = distinct[:_MOST_LANGUAGES]
    if len(distinct) > len(shown):
        shown.append(f"{len(distinct) - len(shown)} more")
    return ", ".join(shown)


def _sound(stream: StreamInfo) -> str:
    channels = {1: "mono", 2: "stereo", 6: "5.1", 7: "6.1", 8: "7.1"}.get(stream.channels or 0, "")
    name = language_name(stream.language)
    if not name:
        return capital(channels) or "Unknown"
    return name if channels == "stereo" else f"{name} {channels}".strip()


def _subtitle(stream: StreamInfo) -> str:
    name = language_name(stream.language) or stream.title or "Unknown language"
    return f"{name}, forced" if stream.is_forced else name

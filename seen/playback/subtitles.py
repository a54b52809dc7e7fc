"""Subtitles of any text format as WebVTT, from side-car files and from inside media files.

Both run in a thread: one reads a small file, the other passes once over a large one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import pysubs2
from av.subtitles.stream import SubtitleStream
from pysubs2.formats import autodetect_format

from seen.playback.encodings import decode_text

_MAX_BYTES = 10 * 2**20
# None of these looks further than the next bracket of its kind, so no text makes them slow.
_TAGS = re.compile(r"\{[^{}]*\}")
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}")
# A tag begins with a letter right behind the bracket: "2 < 3 and 5 > 4" is text.
_MARKUP = re.compile(r"</?[a-z][^<>]*>|<\d\d[\d:.]*>", re.IGNORECASE)
# What people put beside their films; other formats that the library knows are no such files.
_FORMATS = frozenset({"srt", "ass", "ssa", "vtt", "microdvd", "mpl2", "tmp"})


class SubtitleError(Exception):
    """A subtitle cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A line on the screen; milliseconds."""

    start: int
    end: int
    text: str


def sidecar_cues(path: Path, language: str = "") -> list[Cue]:
    """The cues of a subtitle file; its language helps to read old encodings. Raises
    SubtitleError."""
    try:
        if not path.is_file():
            raise SubtitleError("The subtitle file is gone.")
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise SubtitleError("The subtitle file is too large.")
        return _parsed(decode_text(raw, language))
    except SubtitleError:
        raise
    except pysubs2.UnknownFPSError as error:
        raise SubtitleError(
            "The subtitle file counts pictures and does not say how many a second has."
        ) from error
    except Exception as error:  # whatever a hostile file makes a parser stumble over
        raise SubtitleError(f"The subtitle file cannot be read: {error}.") from error


def _parsed(text: str) -> list[Cue]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kind = autodetect_format(lines)
    if kind not in _FORMATS:
        raise SubtitleError("The subtitle file is of no kind that is shown here.")
    # The library's own ways to take markup out grow with the square of the text.
    parsed = pysubs2.SSAFile.from_string(lines, format_=kind, keep_html_tags=True)
    cues = []
    for event in parsed.events:
        shown = "" if event.is_comment else _plain(event.text)
        if shown.strip():
            cues.append(
                Cue(event.start, event.end, html.unescape(shown) if kind == "vtt" else shown)
            )
    return cues


def _plain(text: str) -> str:
    """The text of a line without what is meant for a renderer."""
    if _DRAWING.search(text):
        return ""
    text = _TAGS.sub("", text).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    return _MARKUP.sub("", text)


def embedded_cues(path: Path, stream_index: int) -> list[Cue]:
    """The cues of a text subtitle stream inside a media file. Raises SubtitleError."""
    try:
        with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
            stream = container.streams[stream_index]
            if not isinstance(stream, SubtitleStream):
                raise SubtitleError("This stream is not a subtitle.")
            base = stream.time_base or Fraction(1, 1000)
            return list(_packets(container.demux(stream), base))
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        raise SubtitleError(f"The subtitle cannot be read: {error}.") from error


def _packets(packets: Iterable[av.Packet[SubtitleStream]], base: Fraction) -> Iterator[Cue]:
    for packet in packets:
        if packet.pts is None or packet.size == 0:
            continue
        text = _packet_text(packet)
        if text.strip():
            start = round(packet.pts * base * 1000)
            length = round((packet.duration or 0) * base * 1000)
            yield Cue(start, start + (length or 4000), text)


def _packet_text(packet: av.Packet[SubtitleStream]) -> str:
    """The text of a packet: mov_text has a length in front, ASS has eight fields before it."""
    raw = bytes(packet)
    codec = packet.stream.codec_context.name
    if codec in ("mov_text", "tx3g"):
        raw = raw[2 : 2 + int.from_bytes(raw[:2], "big")]
    text = raw.decode("utf-8", "replace")
    if codec in ("ass", "ssa"):
        text = text.split(",", 8)[-1]
    shown = _plain(text)
    return html.unescape(shown) if codec == "webvtt" else shown


def webvtt(cues: Iterable[Cue]) -> str:
    """Cues as a WebVTT document in the order of time. What looks like markup in their text is
    shown, not obeyed."""
    blocks = ["WEBVTT\n"]
    for cue in sorted(cues, key=lambda each: (each.start, each.end)):
        text = html.escape(cue.text.replace("\0", ""), quote=False)
        lines = "\n".join(line for line in text.splitlines() if line.strip())
        if not lines:
            continue
        blocks.append(f"{_time(cue.start)} --> {_time(max(cue.end, cue.start + 1, 1))}\n{lines}\n")
    return "\n".join(blocks)


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(max(0, milliseconds), 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}.{rest:03}"

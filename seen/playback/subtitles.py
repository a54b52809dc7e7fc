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
from charset_normalizer import from_bytes

_MAX_BYTES = 10 * 2**20
_TAGS = re.compile(r"\{[^}]*\}")
_MARKUP = re.compile(r"</?(?!/?[ibu]\b)[^>]*>", re.IGNORECASE)


class SubtitleError(Exception):
    """A subtitle cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A line on the screen; milliseconds."""

    start: int
    end: int
    text: str


def sidecar_cues(path: Path) -> list[Cue]:
    """The cues of a subtitle file. Raises SubtitleError."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SubtitleError("The subtitle file is too large.")
        text = decode_text(path.read_bytes())
        parsed = pysubs2.SSAFile.from_string(text, keep_unknown_html_tags=False)
    except SubtitleError:
        raise
    except (OSError, ValueError, KeyError, pysubs2.Pysubs2Error) as error:
        raise SubtitleError(f"The subtitle file cannot be read: {error}.") from error
    return [
        Cue(event.start, event.end, event.plaintext)
        for event in parsed.events
        if not event.is_comment and event.plaintext.strip()
    ]


def decode_text(raw: bytes) -> str:
    """Text of unknown encoding: UTF-8 when it is that, else the best guess."""
    for encoding in (
        ("utf-8-sig", "utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",)
    ):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    best = from_bytes(raw).best()
    return str(best) if best is not None else raw.decode("cp1252", "replace")


def embedded_cues(path: Path, stream_index: int) -> list[Cue]:
    """The cues of a text subtitle stream inside a media file. Raises SubtitleError."""
    try:
        with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
            stream = container.streams[stream_index]
            if not isinstance(stream, SubtitleStream):
                raise SubtitleError("This stream is not a subtitle.")
            base = stream.time_base or Fraction(1, 1000)
            return list(_packets(container.demux(stream), base))
    except (OSError, IndexError, ValueError) as error:
        raise SubtitleError(f"The subtitle cannot be read: {error}.") from error


def _packets(packets: Iterable[av.Packet[SubtitleStream]], base: Fraction) -> Iterator[Cue]:
    for packet in packets:
        if packet.pts is None or packet.size == 0:
            continue
        text = _packet_text(packet)
        if text.strip():
            start = int(packet.pts * base * 1000)
            length = int((packet.duration or 0) * base * 1000)
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
        text = _TAGS.sub("", text).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    return _MARKUP.sub("", text)


def webvtt(cues: Iterable[Cue]) -> str:
    """Cues as a WebVTT document in the order of time. Markup in the text is shown, not obeyed."""
    blocks = ["WEBVTT\n"]
    for cue in sorted(cues, key=lambda each: (each.start, each.end)):
        text = html.escape(_MARKUP.sub("", re.sub(r"</?[ibu]>", "", cue.text)), quote=False)
        lines = "\n".join(line for line in text.splitlines() if line.strip())
        blocks.append(f"{_time(cue.start)} --> {_time(max(cue.end, cue.start + 1))}\n{lines}\n")
    return "\n".join(blocks)


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(max(0, milliseconds), 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}.{rest:03}"

"""What a browser can play, and how it is told. Pure rules.

A browser shows HEVC as sound with a 0x0 picture and AC-3 as a picture without sound, and reports
no error for either, so the server decides before anybody presses play.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seen.plugin.models import StreamInfo

_CONTAINERS = {
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/mp4",
    "webm": "video/webm",
    # Chromium reads Matroska when it is announced as WebM or MP4 data; it looks at the bytes.
    "mkv": "video/webm",
    "matroska": "video/webm",
    "ogg": "video/ogg",
}
_VIDEO = frozenset({"h264", "vp8", "vp9", "av1", "theora"})
_AUDIO = frozenset({"aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le"})
_NAMES = {
    "hevc": "HEVC (H.265)", "h264": "H.264", "mpeg2video": "MPEG-2", "mpeg4": "MPEG-4 (Xvid)",
    "vc1": "VC-1", "wmv3": "Windows Media", "msmpeg4v3": "DivX 3", "ac3": "Dolby Digital",
    "eac3": "Dolby Digital Plus", "truehd": "Dolby TrueHD", "dts": "DTS", "av1": "AV1",
    "vp9": "VP9", "vp8": "VP8", "aac": "AAC", "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis",
    "flac": "FLAC", "avi": "AVI", "ts": "MPEG-TS", "mpegts": "MPEG-TS", "wmv": "Windows Media",
    "asf": "Windows Media", "flv": "Flash video", "mpeg": "MPEG", "mkv": "Matroska",
    "mp4": "MP4", "webm": "WebM", "mov": "QuickTime",
}  # fmt: skip
_DEEP = ("10le", "10be", "12le", "12be")
TEXT_SUBTITLES = frozenset({"subrip", "srt", "ass", "ssa", "webvtt", "vtt", "mov_text", "text"})


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a file plays as it is. ``reason`` is a sentence when it does not."""

    plays: bool
    mime: str = ""
    reason: str = ""


def spoken(name: str) -> str:
    """A codec or container as people know it."""
    return _NAMES.get(name, name.upper() or "unknown")


def decide(container: str, streams: Sequence[StreamInfo]) -> Decision:
    """Whether a browser plays this file as it is, with picture and sound."""
    mime = _CONTAINERS.get(container)
    if mime is None:
        return _no(f"Browsers cannot open {spoken(container)} files")
    video = next((each for each in streams if each.type == "video"), None)
    if video is None:
        return _no("This file has no picture")
    if video.codec not in _VIDEO:
        return _no(f"Browsers cannot show {spoken(video.codec)} video")
    if video.codec == "h264" and (
        video.pixel_format.endswith(_DEEP)
        or "422" in video.pixel_format
        or "444" in video.pixel_format
    ):
        return _no("Browsers cannot show H.264 video with 10 bits or full colour")
    sounds = [each for each in streams if each.type == "audio"]
    if sounds and _first_sound(sounds).codec not in _AUDIO:
        return _no(f"Browsers cannot play {spoken(_first_sound(sounds).codec)} sound")
    return Decision(True, mime)


def _first_sound(sounds: Sequence[StreamInfo]) -> StreamInfo:
    """The sound a browser plays: it cannot choose, it takes the default or the first."""
    return next((each for each in sounds if each.is_default), sounds[0])


def _no(fact: str) -> Decision:
    return Decision(False, reason=f"{fact}, and this server does not convert files yet.")

"""Looks into a media file. Runs inside a worker process, since damaged files crash decoders."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any

from seen.plugin import PluginError
from seen.plugin.models import MediaProbe, StreamInfo

_CONTAINERS = {
    "matroska": "mkv", "webm": "webm", "mov": "mp4", "mp4": "mp4", "avi": "avi", "mpegts": "ts",
    "mpeg": "mpg", "asf": "wmv", "flv": "flv", "ogg": "ogg", "mp3": "mp3", "flac": "flac",
    "wav": "wav",
    "rm": "rm", "aac": "aac", "mxf": "mxf", "3gp": "mp4", "m4v": "m4v", "ivf": "ivf", "dvd": "vob",
}  # fmt: skip
_LIMITS = {"analyzeduration": "5000000", "probesize": "10000000", "protocol_whitelist": "file"}
_LONGEST_TEXT = 500


def probe_file(path: str) -> MediaProbe | None:
    """What the file holds; None when FFmpeg knows no media in it.

    Raises PluginError with a plain reason for a file that cannot be read or is damaged.
    """
    import av

    _check(path)
    av.logging.set_level(None)
    try:
        with av.open(
            f"file:{path}", mode="r", options=_LIMITS, metadata_errors="replace"
        ) as container:
            return _describe(container, path)
    except av.error.InvalidDataError as error:
        raise PluginError("The file is damaged: no readable video") from error
    except (av.error.EOFError, av.error.ExitError) as error:
        raise PluginError("The file is damaged or still being written") from error
    except av.error.PermissionError as error:
        raise PluginError("The file may not be read: permission denied") from error
    except av.error.FileNotFoundError as error:
        raise PluginError("The file is gone") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise PluginError(f"The file cannot be read: {_plain(str(error))}") from error


def _check(path: str) -> None:
    try:
        facts = os.stat(path)  # noqa: PTH116 - the path may hold bytes that are no text
    except FileNotFoundError as error:
        raise PluginError("The file is gone") from error
    except OSError as error:
        raise PluginError(f"The file cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(facts.st_mode):
        raise PluginError("This is not a regular file")
    if facts.st_size == 0:
        raise PluginError("The file is empty")


def _describe(container: Any, path: str) -> MediaProbe | None:
    streams = tuple(
        info for stream in container.streams if (info := _stream(stream)) is not None
    )  # fmt: skip
    if not any(each.type in ("video", "audio") for each in streams):
        return None if streams else _nothing()
    broken = any(each.type == "video" and not (each.width and each.height) for each in streams)
    if broken:
        raise PluginError("The file is damaged: no readable video")
    duration = (
        container.duration / 1_000_000 if container.duration and container.duration > 0 else None
    )
    tags = {_plain(key).lower(): _plain(value) for key, value in container.metadata.items()}
    return MediaProbe(_container_name(container.format.name, path), duration, streams, tags)


def _nothing() -> MediaProbe | None:
    raise PluginError("The file is damaged: no readable video")


def _container_name(names: str, path: str) -> str:
    suffix = path.rpartition(".")[2].lower()
    known = [_CONTAINERS.get(name, name) for name in names.split(",")]
    if "webm" in known and suffix == "webm":
        return "webm"
    if names.startswith("mov,") and suffix in ("mov", "m4v", "m4a", "3gp"):
        return suffix
    return known[0]


def _stream(stream: Any) -> StreamInfo | None:
    if stream.type not in ("video", "audio", "subtitle"):
        return None
    disposition = stream.disposition
    kind = type(disposition)
    if stream.type == "video" and disposition & kind.attached_pic:
        return None  # a cover picture, not a film
    codec = stream.codec_context
    tags: Mapping[str, str] = stream.metadata
    video, audio = stream.type == "video", stream.type == "audio"
    rate = getattr(codec, "bit_rate", None) or _number(tags.get("BPS"))
    return StreamInfo(
        index=stream.index,
        type=stream.type,
        codec=codec.name if codec is not None else "",
        profile=(codec.profile or "") if codec is not None and stream.type != "subtitle" else "",
        language=_language(tags.get("language", "")),
        title=_plain(tags.get("title", "")),
        channels=codec.channels or None if audio and codec is not None else None,
        bitrate_kbps=rate // 1000 or None if rate else None,
        width=codec.width or None if video and codec is not None else None,
        height=codec.height or None if video and codec is not None else None,
        pixel_format=(codec.pix_fmt or "") if video and codec is not None else "",
        is_default=bool(disposition & kind.default),
        is_forced=bool(disposition & kind.forced),
        hearing_impaired=bool(disposition & kind.hearing_impaired),
    )


def _language(tag: str) -> str:
    text = _plain(tag).lower()
    return "" if text in ("und", "unk", "mul", "zxx") else text[:12]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 15 else None


def _plain(text: str) -> str:
    clean = "".join(
        each for each in str(text) if each.isprintable() and not "\ud800" <= each <= "\udfff"
    )
    return clean.strip()[:_LONGEST_TEXT]

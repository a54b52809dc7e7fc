"""What kind of file a name belongs to, and how sharp its picture is called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal

from seen.library.model.subtitles import SUFFIXES as SUBTITLES

VIDEOS = frozenset(
    (".mkv", ".mp4", ".m4v", ".avi", ".mov", ".webm", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg",
     ".wmv", ".asf", ".flv", ".ogv", ".ogm", ".vob", ".3gp", ".divx", ".rmvb", ".mk3d")
)  # fmt: skip
_EXTRA_FOLDERS = frozenset(
    ("trailers", "trailer", "samples", "sample", "extras", "featurettes", "behind the scenes",
     "deleted scenes", "interviews", "scenes", "shorts", "clips", "bonus", "backdrops")
)  # fmt: skip
_EXTRA_NAME = re.compile(
    r"[-.](?:trailer|sample|featurette|behindthescenes|deleted|deletedscene|interview|scene|short"
    r"|clip|extra|other)\d?$|^(?:trailer|sample)$|^sample[-. _]",
    re.IGNORECASE,
)
_LABELS = ((4320, 7680, "8K"), (2160, 3840, "2160p"), (1440, 2560, "1440p"), (1080, 1920, "1080p"),
           (720, 1280, "720p"), (576, 1024, "576p"), (480, 854, "480p"), (360, 640, "360p"))  # fmt: skip


def kind_of_file(name: str) -> Literal["video", "subtitle", ""]:
    """ "video" or "subtitle" by the suffix, "" for anything else."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in VIDEOS:
        return "video"
    return "subtitle" if suffix in SUBTITLES else ""


def is_extra(path: str) -> bool:
    """Whether the path is bonus material (trailer, sample, interview) beside the real thing."""
    whole = PurePosixPath(path)
    return whole.parent.name.lower() in _EXTRA_FOLDERS or bool(_EXTRA_NAME.search(whole.stem))


def resolution_label(width: int | None, height: int | None) -> str:
    """How people call a picture of this size ("1080p"), or "" when it is unknown.

    Films are wider than the standard they are called by, so either side may reach it, with a few
    lines cut off: 1920x800 and 1440x1080 are both 1080p.
    """
    if not width or not height or width < 0 or height < 0:
        return ""
    if height > width:
        width, height = height, width
    for tall, wide, label in _LABELS:
        if height >= tall * 0.95 or width >= wide * 0.95:
            return label
    return f"{height}p"

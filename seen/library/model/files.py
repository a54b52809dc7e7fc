"""What kind of file a name belongs to."""

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

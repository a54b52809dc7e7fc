"""Real media files for tests, made once per run and copied."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from seen.demo.service import make_clip
from seen.demo.titles import Clip


@functools.cache
def sample(seconds: int = 2, codecs: tuple[str, str, str] = ("libx264", "aac", "mp4")) -> Path:
    """A clip of some seconds with picture and sound."""
    folder = Path(tempfile.gettempdir()) / "seen-test-media"
    path = folder / f"{seconds}-{'-'.join(codecs)}.{codecs[2]}"
    if not path.exists():
        make_clip(Clip("sample", "Sample", seconds, codecs), path)
    return path


def put_clip(path: Path, seconds: int = 2) -> Path:
    """A copy of a clip at a place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(sample(seconds), path)
    return path

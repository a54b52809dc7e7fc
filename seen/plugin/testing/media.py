"""Makes small real media files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

RATE = 10
"""Pictures a second."""


def write_film(
    path: Path, seconds: int = 2, width: int = 320, height: int = 180, sound: bool = True
) -> Path:
    """Write a film with a moving picture and silence; the suffix chooses the container."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        container.metadata["title"] = path.stem
        video: Any = container.add_stream("mpeg4", rate=RATE)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio: Any = container.add_stream("aac", rate=48000, layout="stereo") if sound else None
        for number in range(seconds * RATE):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([(number * 8) % 256]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(video.encode(frame))
        if audio is not None:
            _write_silence(container, audio, seconds)
        container.mux(video.encode(None))
    return path


def _write_silence(container: Any, audio: Any, seconds: int) -> None:
    import av

    size = audio.codec_context.frame_size or 1024
    for number in range(seconds * 48000 // size):
        frame = av.AudioFrame("fltp", "stereo", size)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.pts, frame.sample_rate, frame.time_base = number * size, 48000, Fraction(1, 48000)
        container.mux(audio.encode(frame))
    container.mux(audio.encode(None))

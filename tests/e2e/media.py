"""Real media made on the spot: small pictures, few of them, real codecs."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from PIL import Image, ImageChops

_RATE = 4
_SOUND_RATE = 48_000
_BLOCK = 1024
_WIDTH, _HEIGHT = 320, 180


def make_clip(
    path: Path, seconds: float, *, video: str = "libx264", audio: str = "aac", seed: int = 0
) -> Path:
    """A clip whose picture moves all the time, with a quiet tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as file:
        picture = file.add_stream(video, rate=_RATE)
        assert isinstance(picture, VideoStream)
        picture.width, picture.height, picture.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        picture.gop_size = _RATE * 4
        if video == "libx264":
            picture.options = {"preset": "ultrafast", "crf": "32"}
        sound = file.add_stream(audio, rate=_SOUND_RATE)
        assert isinstance(sound, AudioStream)
        sound.layout = "mono"
        _paint(file, picture, int(seconds * _RATE), seed)
        _hum(file, sound, int(seconds * _SOUND_RATE))
    return path


def _paint(file: av.container.OutputContainer, stream: VideoStream, count: int, seed: int) -> None:
    ramp = Image.linear_gradient("L").resize((_WIDTH, _HEIGHT))
    glow = Image.radial_gradient("L").resize((_WIDTH, _HEIGHT))
    for number in range(count):
        layers = (
            ImageChops.offset(ramp, 0, number * 3 + seed * 30),
            ImageChops.offset(glow, number * 5, seed * 20),
            ImageChops.offset(ramp, 0, -number * 2),
        )
        frame = av.VideoFrame.from_image(Image.merge("RGB", layers))
        frame.pts, frame.time_base = number, Fraction(1, _RATE)
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def _hum(file: av.container.OutputContainer, stream: AudioStream, count: int) -> None:
    wave = array("h", (int(1200 * math.sin(at * 2 * math.pi * 6 / _BLOCK)) for at in range(_BLOCK)))
    for start in range(0, count, _BLOCK):
        frame = av.AudioFrame("s16", "mono", _BLOCK)
        frame.planes[0].update(wave.tobytes())
        frame.sample_rate, frame.pts = _SOUND_RATE, start
        frame.time_base = Fraction(1, _SOUND_RATE)
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def write_subtitles(video: Path, language: str, *lines: str) -> None:
    """A side-car file with one line every ten seconds."""
    blocks = [
        f"{at + 1}\n00:00:{at * 10:02},000 --> 00:00:{at * 10 + 9:02},000\n{line}\n"
        for at, line in enumerate(lines)
    ]
    video.with_suffix(f".{language}.srt").write_text("\n".join(blocks), encoding="utf-8")


def write_movie_facts(video: Path, title: str, year: int, genre: str, **more: str) -> None:
    """An .nfo file beside a film."""
    cast = "".join(
        f"<actor><name>{escape(name)}</name><role>{escape(role)}</role></actor>"
        for name, role in (("Maren Holt", "Elin"), ("Teo Abara", "Father"), ("Priya Vane", "Ines"))
    )
    facts = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in more.items())
    video.with_suffix(".nfo").write_text(
        f"<movie><title>{escape(title)}</title><year>{year}</year><genre>{escape(genre)}</genre>"
        f"<runtime>104</runtime><director>Ines Okafor</director>{facts}{cast}</movie>",
        encoding="utf-8",
    )


def write_show_facts(folder: Path, title: str, year: int, plot: str) -> None:
    """An .nfo file in a show's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tvshow.nfo").write_text(
        f"<tvshow><title>{escape(title)}</title><year>{year}</year><genre>Drama</genre>"
        f"<plot>{escape(plot)}</plot><status>Continuing</status></tvshow>",
        encoding="utf-8",
    )


def write_episode_facts(video: Path, season: int, number: int, title: str, plot: str) -> None:
    """An .nfo file beside an episode."""
    video.with_suffix(".nfo").write_text(
        f"<episodedetails><title>{escape(title)}</title><season>{season}</season>"
        f"<episode>{number}</episode><plot>{escape(plot)}</plot><runtime>48</runtime>"
        "</episodedetails>",
        encoding="utf-8",
    )

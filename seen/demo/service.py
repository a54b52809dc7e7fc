"""Makes the demo: real files with real codecs, drawn and played by ourselves."""

from __future__ import annotations

import array
import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageFont

from seen.artwork.model import accent
from seen.core.errors import Conflict
from seen.core.jobs import Job, JobContext, JobEngine
from seen.demo.titles import Clip, Facts, clips, facts
from seen.library.service import Library

Tell = Callable[[int, int, str], Awaitable[None]]

WIDTH, HEIGHT, RATE = 640, 360, 8
_SOUND_RATE = 48_000
_SOUND_BLOCK = 960
# The first notes are enough: a chord that belongs to the title.
_NOTES = (196.0, 220.0, 246.9, 261.6, 293.7, 329.6)


class Demo:
    """The demo as background work: clips, then a library folder, then a scan."""

    def __init__(self, folder: Path, library: Library, jobs: JobEngine) -> None:
        self._folder = folder
        self._library = library
        self._jobs = jobs

    def job(self) -> Job:
        """The work, done when :meth:`start` asks for it."""
        return Job("demo", "Make the demo library", self._run, attempts=2)

    async def start(self) -> UUID:
        """Queue the work and answer with its run; a run that is on the way is answered again."""
        return await self._jobs.enqueue("demo", dedupe="demo")

    async def _run(self, context: JobContext) -> str:
        made = await make_demo(self._folder, context.progress)
        with contextlib.suppress(Conflict):
            await self._library.add_root(str(self._folder))
        await self._library.rescan()
        return made


async def make_demo(folder: Path, tell: Tell) -> str:
    """Make whatever of the demo is missing in ``folder``; answers with a sentence.

    A clip is written beside its place and moved there when it is whole, so an interrupted run
    leaves nothing half made.
    """
    wanted = clips()
    for done, clip in enumerate(wanted):
        path = folder / f"{clip.path}.{clip.codecs[2]}"
        await tell(done, len(wanted), f"Making {path.name}")
        if not path.exists():
            await asyncio.to_thread(make_clip, clip, path)
    for each in facts():
        await asyncio.to_thread(write_facts, folder, each)
    await tell(len(wanted), len(wanted), "Done")
    return f"{len(wanted)} clips in {folder}."


def write_facts(folder: Path, each: Facts) -> None:
    """Write an .nfo file."""
    path = folder / f"{each.path}.nfo"
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "\n".join(f"  <{name}>{escape(text)}</{name}>" for name, text in each.lines if text)
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{each.root}>\n{body}\n</{each.root}>\n',
        encoding="utf-8",
    )


def make_clip(clip: Clip, path: Path) -> None:
    """Draw, play and encode one clip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    video_codec, audio_codec, container = clip.codecs
    kinds = {"mkv": "matroska"}
    with av.open(str(draft), "w", format=kinds.get(container, container)) as out:
        video = _video_stream(out, video_codec)
        audio = _audio_stream(out, audio_codec)
        scene = Scene(clip.seed)
        sound = Sound(clip.seed)
        for second in range(clip.seconds):
            for step in range(RATE):
                moment = second + step / RATE
                out.mux(video.encode(_frame(scene.frame(moment, clip.seconds))))
            for block in sound.second():
                out.mux(audio.encode(block))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    if clip.subtitles:
        path.with_suffix(".en.srt").write_text(subtitles(clip), encoding="utf-8")
    draft.replace(path)


def _frame(image: Image.Image) -> av.VideoFrame:
    frame = av.VideoFrame(image.width, image.height, "rgb24")
    frame.planes[0].update(_padded(image, frame.planes[0].line_size))
    return frame


def _padded(image: Image.Image, line_size: int) -> bytes:
    """The pixels row by row; a plane's rows may be longer than the picture's."""
    raw, row = image.tobytes(), image.width * 3
    if line_size == row:
        return raw
    pad = bytes(line_size - row)
    return b"".join(raw[at : at + row] + pad for at in range(0, len(raw), row))


def _video_stream(out: av.container.OutputContainer, codec: str) -> VideoStream:
    fast = {
        "libx264": {"preset": "ultrafast", "tune": "stillimage"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    }
    stream = out.add_stream(codec, rate=RATE, options=fast.get(codec, {}))
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    return stream


def _audio_stream(out: av.container.OutputContainer, codec: str) -> AudioStream:
    stream = out.add_stream(codec, rate=_SOUND_RATE)
    assert isinstance(stream, AudioStream)
    stream.layout = "stereo"
    return stream


class Scene:
    """A night with hills and a moon that crosses it once from beginning to end."""

    def __init__(self, seed: str) -> None:
        self._tone = tuple(int(accent(seed)[i : i + 2], 16) for i in (1, 3, 5))
        self._phase = sum(map(ord, seed)) % 628 / 100
        self._sky = self._gradient()
        self._font = ImageFont.load_default(size=22)

    def _gradient(self) -> Image.Image:
        column = Image.new("RGB", (1, HEIGHT))
        for y in range(HEIGHT):
            share = y / HEIGHT
            column.putpixel((0, y), tuple(int(14 + each * share * 0.8) for each in self._tone))
        return column.resize((WIDTH, HEIGHT))

    def frame(self, moment: float, length: int) -> Image.Image:
        """The picture at a moment, with the time in a corner."""
        image = self._sky.copy()
        pen = ImageDraw.Draw(image)
        share = moment / length
        x = 60 + share * (WIDTH - 120)
        y = 220 - math.sin(share * math.pi) * 150
        pen.ellipse((x - 34, y - 34, x + 34, y + 34), fill=(246, 226, 188))
        for layer in range(3):
            self._ridge(pen, layer, moment)
        clock = f"{int(moment) // 60}:{int(moment) % 60:02}"
        pen.text((WIDTH - 20, HEIGHT - 16), clock, font=self._font, fill="white", anchor="rs")
        return image

    def _ridge(self, pen: ImageDraw.ImageDraw, layer: int, moment: float) -> None:
        shade = 0.55 - layer * 0.2
        fill = tuple(int(each * shade) for each in self._tone)
        drift = moment * (4 + layer * 6)
        points = [(0.0, float(HEIGHT))]
        for x in range(0, WIDTH + 20, 20):
            wave = math.sin((x + drift) / (70 - layer * 12) + self._phase + layer)
            wave += 0.5 * math.sin((x + drift) / 31 + self._phase * 2)
            points.append((float(x), 210 + layer * 45 + wave * 18))
        points.append((float(WIDTH + 20), float(HEIGHT)))
        pen.polygon(points, fill=fill)


class Sound:
    """A quiet chord, a second at a time."""

    def __init__(self, seed: str) -> None:
        root = _NOTES[sum(map(ord, seed)) % len(_NOTES)]
        # Whole periods a second, so that the seconds join without a click.
        notes = [round(root), round(root * 1.25), round(root * 1.5)]
        self._samples = array.array("h")
        for at in range(_SOUND_RATE):
            value = sum(math.sin(2 * math.pi * note * at / _SOUND_RATE) for note in notes)
            sample = int(value * 900)
            self._samples.extend((sample, sample))
        self._at = 0

    def second(self) -> list[av.AudioFrame]:
        """The next second as frames."""
        frames = []
        for start in range(0, _SOUND_RATE, _SOUND_BLOCK):
            frame = av.AudioFrame(format="s16", layout="stereo", samples=_SOUND_BLOCK)
            frame.planes[0].update(self._samples[2 * start : 2 * (start + _SOUND_BLOCK)].tobytes())
            frame.sample_rate = _SOUND_RATE
            frame.pts, frame.time_base = self._at, Fraction(1, _SOUND_RATE)
            self._at += _SOUND_BLOCK
            frames.append(frame)
        return frames


def subtitles(clip: Clip) -> str:
    """The clip's lines as SubRip, each for four seconds of every five."""
    blocks = []
    for number, start in enumerate(range(2, clip.seconds - 4, 5), 1):
        line = clip.subtitles[(number - 1) % len(clip.subtitles)]
        blocks.append(f"{number}\n{_time(start)} --> {_time(start + 4)}\n{line}\n")
    return "\n".join(blocks)


def _time(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000"

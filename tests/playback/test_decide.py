"""What a browser plays as it is, and the sentence for what it does not."""

from __future__ import annotations

import itertools

import pytest

from seen.playback.model import decide, spoken
from seen.plugin.models import StreamInfo


def video(codec: str = "h264", pixel_format: str = "yuv420p") -> StreamInfo:
    return StreamInfo(0, "video", codec, pixel_format=pixel_format)


def audio(codec: str = "aac", *, default: bool = False) -> StreamInfo:
    return StreamInfo(1, "audio", codec, is_default=default)


SUBTITLE = StreamInfo(2, "subtitle", "subrip")


@pytest.mark.parametrize(
    ("container", "streams", "mime"),
    [
        ("mp4", [video(), audio()], "video/mp4"),
        ("mp4", [video(), audio("mp3")], "video/mp4"),
        ("mp4", [video("av1"), audio("opus")], "video/mp4"),
        ("mp4", [video("av1", "yuv420p10le"), audio("opus")], "video/mp4"),
        ("mp4", [video()], "video/mp4"),
        ("mov", [audio(), video()], "video/mp4"),
        ("m4v", [video(), audio()], "video/mp4"),
        ("webm", [video("vp9", "yuv420p10le"), audio("opus")], "video/webm"),
        ("webm", [video("vp8"), audio("vorbis")], "video/webm"),
        ("mkv", [video(), audio(), SUBTITLE], "video/webm"),
        ("matroska", [video("vp9"), audio("flac")], "video/webm"),
        ("ogg", [video("theora"), audio("vorbis")], "video/ogg"),
        ("mp4", [video(pixel_format="yuvj420p"), audio()], "video/mp4"),
        ("mp4", [video(pixel_format=""), audio()], "video/mp4"),
        # a browser plays the default sound, or else the first
        ("mkv", [video(), audio("ac3"), audio("aac", default=True)], "video/webm"),
        ("mkv", [video(), audio("aac"), audio("dts")], "video/webm"),
    ],
)
def test_what_plays(container: str, streams: list[StreamInfo], mime: str) -> None:
    decision = decide(container, streams)
    assert (decision.plays, decision.mime, decision.reason) == (True, mime, "")


END = ", and this server does not convert files yet."


@pytest.mark.parametrize(
    ("container", "streams", "reason"),
    [
        ("avi", [video("mpeg4"), audio("mp3")], "Browsers cannot open AVI files"),
        ("mpegts", [video(), audio()], "Browsers cannot open MPEG-TS files"),
        ("wmv", [video("wmv3")], "Browsers cannot open Windows Media files"),
        ("rm", [video()], "Browsers cannot open RM files"),
        ("", [], "Browsers cannot open unknown files"),
        ("mp4", [], "This file has no picture"),
        ("mp4", [audio()], "This file has no picture"),
        ("mkv", [video("hevc"), audio()], "Browsers cannot show HEVC (H.265) video"),
        ("mp4", [video("mpeg4"), audio()], "Browsers cannot show MPEG-4 (Xvid) video"),
        ("mkv", [video("mpeg2video")], "Browsers cannot show MPEG-2 video"),
        ("mkv", [video("vc1")], "Browsers cannot show VC-1 video"),
        ("mkv", [video("prores")], "Browsers cannot show PRORES video"),
        ("mkv", [video("")], "Browsers cannot show unknown video"),
        *(
            ("mkv", [video(pixel_format=each)],
             "Browsers cannot show H.264 video with 10 bits or full colour")
            for each in ("yuv420p10le", "yuv420p10be", "yuv422p", "yuv444p", "yuv444p10le")
        ),
        ("mkv", [video(), audio("ac3")], "Browsers cannot play Dolby Digital sound"),
        ("mkv", [video(), audio("eac3")], "Browsers cannot play Dolby Digital Plus sound"),
        ("mkv", [video(), audio("dts")], "Browsers cannot play DTS sound"),
        ("mkv", [video(), audio("truehd")], "Browsers cannot play Dolby TrueHD sound"),
        ("mkv", [video(), audio(), audio("dts", default=True)], "Browsers cannot play DTS sound"),
        ("mkv", [video("hevc"), audio("dts")], "Browsers cannot show HEVC (H.265) video"),
    ],
)  # fmt: skip
def test_what_does_not_play_says_why(
    container: str, streams: list[StreamInfo], reason: str
) -> None:
    decision = decide(container, streams)
    assert (decision.plays, decision.mime, decision.reason) == (False, "", reason + END)


def test_nothing_is_promised_that_is_not_known_to_play() -> None:
    """Whatever is put together, it plays only with a known container, picture and sound."""
    containers = ("mp4", "mkv", "webm", "avi", "flv", "x")
    pictures = ("h264", "hevc", "vp9", "mpeg4", "x")
    sounds = ("aac", "ac3", "opus", "dts", "x")
    for container, picture, sound in itertools.product(containers, pictures, sounds):
        decision = decide(container, [video(picture), audio(sound)])
        known = (
            container in ("mp4", "mkv", "webm")
            and picture in ("h264", "vp9")
            and sound in ("aac", "opus")
        )
        assert decision.plays == known
        assert decision.plays or decision.reason.endswith(END)


def test_a_codec_nobody_named_is_said_in_capitals() -> None:
    assert spoken("dvvideo") == "DVVIDEO"

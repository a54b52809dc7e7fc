"""What a file's streams say about it in short."""

from __future__ import annotations

from collections.abc import Sequence

from seen.plugin.models import StreamInfo

# Films are wider than the standard they are called by, so either side may reach it, with a few
# lines cut off: 1920x800 and 1440x1080 are both 1080p.
_LABELS = ((4320, 7680, "4320p"), (2160, 3840, "2160p"), (1440, 2560, "1440p"),
           (1080, 1920, "1080p"), (720, 1280, "720p"), (576, 1024, "576p"), (480, 854, "480p"),
           (360, 640, "360p"))  # fmt: skip


def resolution_label(streams: Sequence[StreamInfo]) -> str:
    """How sharp the picture is called ("1080p"); "" without a picture."""
    video = next((each for each in streams if each.type == "video"), None)
    if video is None or not video.width or not video.height:
        return ""
    wide, tall = max(video.width, video.height), min(video.width, video.height)
    for height, width, label in _LABELS:
        if tall >= height * 0.95 or wide >= width * 0.95:
            return label
    return f"{tall}p"


def main_codecs(streams: Sequence[StreamInfo]) -> tuple[str, str]:
    """The codecs of the picture and of the sound that plays first; "" for what is not there."""
    video = next((each.codec for each in streams if each.type == "video"), "")
    sounds = [each for each in streams if each.type == "audio"]
    audio = next((each.codec for each in sounds if each.is_default), "")
    return video, audio or (sounds[0].codec if sounds else "")

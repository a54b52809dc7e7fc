"""What a file's streams say about it in short."""

from __future__ import annotations

from collections.abc import Sequence

from seen.plugin.models import StreamInfo

# Widths from which on a picture is called that; a wide film at 1920x800 is 1080p all the same.
_LABELS = ((7000, "4320p"), (3200, "2160p"), (2300, "1440p"), (1700, "1080p"), (1100, "720p"),
           (900, "576p"), (600, "480p"))  # fmt: skip


def resolution_label(streams: Sequence[StreamInfo]) -> str:
    """ "1080p" and so on by the picture's width, or by its height where it stands upright; ""
    without a picture."""
    video = next((each for each in streams if each.type == "video" and each.width), None)
    if video is None or not video.width or not video.height:
        return ""
    width = max(video.width, round(video.height * 16 / 9) if video.height < video.width else 0)
    for least, label in _LABELS:
        if width >= least:
            return label
    return f"{video.height}p"


def main_codecs(streams: Sequence[StreamInfo]) -> tuple[str, str]:
    """The codecs of the picture and of the sound that plays first; "" for what is not there."""
    video = next((each.codec for each in streams if each.type == "video"), "")
    sounds = [each for each in streams if each.type == "audio"]
    audio = next((each.codec for each in sounds if each.is_default), "")
    return video, audio or (sounds[0].codec if sounds else "")

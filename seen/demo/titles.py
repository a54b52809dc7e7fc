"""What the demo shows: invented titles and their facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clip:
    """A file to make. ``seconds`` long; ``codecs`` names video and audio encoder and container.

    ``subtitles`` are lines for a side-car file, one every five seconds.
    """

    path: str
    seed: str
    seconds: int
    codecs: tuple[str, str, str] = ("libx264", "aac", "mp4")
    subtitles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What an .nfo file says. ``root`` is its outer element, ``path`` without the ending."""

    path: str
    root: str
    lines: tuple[tuple[str, str], ...]


H264 = ("libx264", "aac", "mp4")
VP9 = ("libvpx-vp9", "libopus", "webm")
MATROSKA = ("libx264", "libopus", "mkv")
HEVC = ("libx265", "aac", "mkv")

_SURVEY = (
    "There was never any water here.", "Not on the map we were given.",
    "Then who drew the shoreline?", "Somebody who stood in it.",
)  # fmt: skip

_SHOW = "Northline (2021)"
_SEASONS = {
    1: ("Departures", "The Survey", "Black Ice"),
    2: ("Half a Mile of Rope", "The Thaw", "Signal House"),
}
_PLOTS = {
    "Departures": "The last train of the autumn leaves with one passenger too few.",
    "The Survey": "Ilse asks for the old maps and is handed new ones.",
    "Black Ice": "The rescue train stalls, and the passenger list is one name short.",
    "Half a Mile of Rope": "A constable, a cellar and a rope that somebody has cut twice.",
    "The Thaw": "A body surfaces where the survey said there was no water.",
    "Signal House": "Nobody has worked the signal for nine years. It changes at four.",
}


def clips() -> list[Clip]:
    """Every file of the demo."""
    found = [
        Clip("Movies/Tidewater (2019)/Tidewater (2019)", "Tidewater", 180, H264, _SURVEY),
        Clip("Movies/Meridian (2022)/Meridian (2022)", "Meridian", 120, VP9),
        Clip("Movies/Low Sun (2021)/Low Sun (2021)", "Low Sun", 90, MATROSKA),
        Clip("Movies/Paper Lanterns (2018)/Paper Lanterns (2018)", "Paper Lanterns", 30, HEVC),
    ]
    for season, titles in _SEASONS.items():
        for number, title in enumerate(titles, 1):
            name = f"Shows/{_SHOW}/Season {season:02}/Northline S{season:02}E{number:02} {title}"
            found.append(Clip(name, f"Northline {title}", 60, H264, _SURVEY if season == 2 else ()))
    return found


def facts() -> list[Facts]:
    """The .nfo file beside every title and episode."""
    found = [
        _movie(
            "Tidewater",
            2019,
            "Drama",
            "A harbour town wakes to find the sea has not come back.",
            "Some tides keep what they take.",
        ),
        _movie(
            "Meridian",
            2022,
            "Science fiction",
            "Two surveyors on the dark side of a planet hear a third one breathing.",
            "",
        ),
        _movie("Low Sun", 2021, "Western", "A rider, a well and eleven days without shade.", ""),
        _movie(
            "Paper Lanterns",
            2018,
            "Romance",
            "Every summer they meet on the same bridge and never say why.",
            "",
        ),
        Facts(
            f"Shows/{_SHOW}/tvshow",
            "tvshow",
            (
                ("title", "Northline"),
                ("year", "2021"),
                ("genre", "Mystery"),
                ("genre", "Drama"),
                (
                    "plot",
                    "A border constable, a closed mine and a railway that only runs in winter. "
                    "Every season follows one journey and one disappearance.",
                ),
                ("premiered", "2021-11-03"),
            ),
        ),
    ]
    for season, titles in _SEASONS.items():
        for number, title in enumerate(titles, 1):
            name = f"Shows/{_SHOW}/Season {season:02}/Northline S{season:02}E{number:02} {title}"
            found.append(
                Facts(
                    name,
                    "episodedetails",
                    (
                        ("title", title),
                        ("season", str(season)),
                        ("episode", str(number)),
                        ("plot", _PLOTS[title]),
                        ("aired", f"{2020 + season}-11-{2 + 7 * number:02}"),
                    ),
                )
            )
    return found


def _movie(title: str, year: int, genre: str, plot: str, tagline: str) -> Facts:
    return Facts(
        f"Movies/{title} ({year})/{title} ({year})",
        "movie",
        (
            ("title", title),
            ("year", str(year)),
            ("genre", genre),
            ("plot", plot),
            ("tagline", tagline),
            ("premiered", f"{year}-09-14"),
        ),
    )

"""Where the side-cars and pictures of a media file lie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seen_metadata_local.nfo import Nfo, read_nfo
from seen_metadata_local.pictures import listing

VIDEOS = frozenset(
    (".mkv", ".mp4", ".m4v", ".avi", ".mov", ".webm", ".ts", ".m2ts", ".mpg", ".mpeg", ".wmv",
     ".flv", ".ogv", ".ogm", ".vob", ".3gp", ".divx", ".rmvb", ".iso")
)  # fmt: skip
_SEASON_FOLDER = re.compile(
    r"^(?:season|staffel|saison|series|temporada|stagione|s)[ ._-]*(\d{1,4})\b|^(specials?)$", re.I
)
_PART = re.compile(r"[ ._-]*(?:cd|dis[ck]|part|pt)[ ._-]?\d$", re.IGNORECASE)
_EPISODE = re.compile(
    r"(?<![a-z0-9])(?:s(?P<s>\d{1,4})[ ._-]?e(?P<e>\d{1,4})|(?P<s2>\d{1,2})x(?P<e2>\d{1,3}))(?!\d)"
    r"(?P<rest>.*)$", re.IGNORECASE,
)  # fmt: skip
_EPISODE_TITLE = re.compile(r"^\s*-\s+(?P<title>[^\[\](){}]{2,120}?)\s*(?:[\[({].*)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """A title's folder. ``stem`` is the film's file name without suffix, lower case ("" for a
    show); ``shared`` says that other titles lie in the same folder."""

    folder: Path
    stem: str = ""
    shared: bool = False
    nfo: Nfo | None = None
    files: Mapping[str, Path] = field(default_factory=dict)


def movie_place(path: Path) -> Place:
    """The surroundings of a film's file (or of its folder, for a disc)."""
    folder = path.parent
    files = listing(folder)
    stem = path.stem.lower()
    shared = _shared(files, stem)
    names = [f"{stem}.nfo", f"{_PART.sub('', stem)}.nfo"]
    if not shared:
        names.append("movie.nfo")
    return Place(folder, stem, shared, _first_nfo(files, names, ("movie", "")), files)


def _shared(files: Mapping[str, Path], stem: str) -> bool:
    """Whether films of other names lie beside this one; parts and trailers are of the same."""
    head = _PART.sub("", stem)
    videos = [name for name in files if Path(name).suffix in VIDEOS]
    return any(not Path(each).stem.startswith(head) for each in videos)


def show_place(path: Path) -> Place:
    """The show's folder above an episode's file: the parent, or the one above a season's folder."""
    folder = path.parent
    if _SEASON_FOLDER.match(folder.name):
        folder = folder.parent
    files = listing(folder)
    return Place(folder, "", False, _first_nfo(files, ["tvshow.nfo"], ("tvshow", "")), files)


def _first_nfo(files: Mapping[str, Path], names: list[str], roots: tuple[str, ...]) -> Nfo | None:
    for name in names:
        if name in files:
            for nfo in read_nfo(files[name]):
                if nfo.root in roots:
                    return nfo
    return None


@dataclass(frozen=True, slots=True)
class EpisodeFile:
    """An episode as the folder tells it."""

    season: int
    number: int
    title: str
    nfo: Nfo | None
    stem: str
    files: Mapping[str, Path]


def episode_files(folder: Path) -> list[EpisodeFile]:
    """The episodes in a show's folder and its season folders, by side-car or by name."""
    found: dict[tuple[int, int], EpisodeFile] = {}
    top = listing(folder)
    folders: list[tuple[int | None, dict[str, Path]]] = [(None, top)]
    for name, path in sorted(top.items()):
        season = season_of(name)
        if season is not None and path.is_dir() and not path.is_symlink():
            folders.append((season, listing(path)))
    for season, files in folders:
        for name in sorted(files):
            if Path(name).suffix in VIDEOS:
                for made in _episodes_of(files, files[name], season):
                    found.setdefault((made.season, made.number), made)
    return [found[key] for key in sorted(found)]


def season_of(folder: str) -> int | None:
    """The season a folder is named after; specials are 0."""
    match = _SEASON_FOLDER.match(folder)
    return (0 if match[2] else int(match[1])) if match else None


def _episodes_of(files: Mapping[str, Path], video: Path, season: int | None) -> list[EpisodeFile]:
    stem = video.stem.lower()
    side_car = files.get(f"{stem}.nfo")
    told = [n for n in read_nfo(side_car) if n.root == "episodedetails"] if side_car else []
    numbered = [n for n in told if n.season is not None and n.episode is not None]
    if numbered:
        return [
            EpisodeFile(n.season or 0, n.episode or 0, n.title, n, stem, files) for n in numbered
        ]
    match = _EPISODE.search(video.stem)
    if match is None:
        return []
    number = int(match["e"] or match["e2"])
    at = int(match["s"] or match["s2"] or season or 0)
    title = _EPISODE_TITLE.match(match["rest"])
    name = title["title"].strip(" .-") if title else ""
    return [EpisodeFile(at, number, name, told[0] if told else None, stem, files)]

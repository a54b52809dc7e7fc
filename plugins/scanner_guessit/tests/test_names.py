"""What names say. Most of these are read by patterns alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seen_scanner_guessit.reader import finish, first_reading, to_parsed
from seen_scanner_guessit.scanner import NameScanner

from seen.plugin import MediaKind
from seen.plugin.models import ParsedName, ParseHints


@pytest.fixture
async def scanner(plugin_context: Callable[..., Any]) -> AsyncIterator[NameScanner]:
    made = NameScanner(plugin_context({"workers": 1}))
    yield made
    await made.stop()


def quick(path: str) -> ParsedName:
    """The reading of a name that needs no second opinion."""
    reading = first_reading(path)
    assert not reading.doubt, f"{path} is not clear to the patterns"
    parsed = to_parsed(finish(reading, None))
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("path", "title", "year"),
    [
        ("The Slow Harbour (1995).mkv", "The Slow Harbour", 1995),
        ("The.Slow.Harbour.1995.1080p.BluRay.x264-GRP.mkv", "The Slow Harbour", 1995),
        ("1917 (2019)/1917 (2019).mkv", "1917", 2019),
        ("2001.A.Space.Story.1968.1080p.mkv", "2001 A Space Story", 1968),
        ("300 (2006).mkv", "300", 2006),
        ("The Good German (2006) 720p.mkv", "The Good German", 2006),
        ("S.H.O.W.2013.720p.WEB-DL.mkv", "S.H.O.W", 2013),
    ],
)
def test_films_with_a_year_are_clear(path: str, title: str, year: int) -> None:
    found = quick(path)
    assert (found.kind, found.title, found.year) == (MediaKind.MOVIE, title, year)


@pytest.mark.parametrize(
    ("path", "title", "season", "episodes"),
    [
        ("Show.Name.S02E03.720p.HDTV.x264-GRP.mkv", "Show Name", 2, (3,)),
        ("Show Name - 2x03 - Title.mkv", "Show Name", 2, (3,)),
        ("Show Name (2001)/Season 02/Show Name - S02E03-E05.mkv", "Show Name", 2, (3, 4, 5)),
        ("Show Name S02E03E04.mkv", "Show Name", 2, (3, 4)),
        ("Show Name - S02E03-04.mkv", "Show Name", 2, (3, 4)),
        ("Show.Name.S02E03-1080p.mkv", "Show Name", 2, (3,)),
        ("1923.S01E01.mkv", "1923", 1, (1,)),
        ("24/Season 1/24 - S01E02.mkv", "24", 1, (2,)),
        ("Show Name (2001)/Season 2/07.mkv", "Show Name", 2, (7,)),
        ("Show Name/Specials/S00E01 - Making of.mkv", "Show Name", 0, (1,)),
        ("Show Name/Season 03/S03E09.mkv", "Show Name", 3, (9,)),
        ("Show Name Season 2 Episode 3.mkv", "Show Name", 2, (3,)),
    ],
)
async def test_episodes_say_season_and_number(
    scanner: NameScanner, path: str, title: str, season: int, episodes: tuple[int, ...]
) -> None:
    found = await scanner.parse(Path(path), ParseHints())
    assert found is not None and found.kind is MediaKind.SHOW
    assert (found.title, found.season, found.episodes) == (title, season, episodes)


def test_fan_releases_count_through_all_seasons() -> None:
    found = quick("[Group] Some Show - 112 [1080p][ABCD1234].mkv")
    assert (found.title, found.season, found.episodes) == ("Some Show", None, (112,))
    assert (found.absolute_episode, found.release_group) == (112, "Group")
    found = quick("[Group][Some Show][07][1080p].mkv")
    assert (found.title, found.absolute_episode) == ("Some Show", 7)


def test_days_are_read() -> None:
    found = quick("Late Talk - 2011-12-02 - Somebody.mkv")
    assert (found.kind, found.title) == (MediaKind.SHOW, "Late Talk")
    assert found.air_date == date(2011, 12, 2)


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("Darkness (2002) [tmdbid-11056].mkv", {"tmdb": "11056"}),
        ("Show (2001) {tvdb-81}/Season 1/Show S01E01.mkv", {"tvdb": "81"}),
        ("Film 2008 [tt1234567] 720p.mkv", {"imdb": "tt1234567"}),
        ("Film (2008) [imdbid-tt0000001]/Film.mkv", {"imdb": "tt0000001"}),
    ],
)
def test_ids_in_names_and_folders_are_found(path: str, ids: dict[str, str]) -> None:
    found = to_parsed(finish(first_reading(path), None))
    assert found is not None and dict(found.external_ids) == ids


def test_a_folder_lends_what_the_file_does_not_say() -> None:
    found = quick("Show Name (2001)/Season 02/Show Name - S02E03.mkv")
    assert found.year == 2001
    coded = quick("Show.Name.S02E03.720p.HDTV.x264-GRP/0e895c37245186812cb08aab1529cf8e.mkv")
    assert (coded.title, coded.season, coded.episodes) == ("Show Name", 2, (3,))


def test_a_files_own_year_stands_against_its_folders() -> None:
    assert quick("300 (2007)/300 (2006).mkv").year == 2006


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("Film (2001)/Film (2001)-trailer.mkv", "trailer"),
        ("Film (2001)/Trailers/Film (2001).mkv", "trailer"),
        ("Film.2001.720p.BluRay/Sample/film.2001.720p.sample.mkv", "sample"),
        ("Film (2001)/Film (2001).mkv", ""),
    ],
)
def test_bonus_material_is_marked(path: str, extra: str) -> None:
    found = to_parsed(finish(first_reading(path), None))
    assert found is not None and found.extra == extra


def test_quality_and_parts_are_read() -> None:
    found = quick("Film.2001.Extended.Cut.CD2.1080p.BluRay.x264-GRP.avi")
    assert (found.resolution, found.source, found.release_group) == ("1080p", "bluray", "GRP")
    assert (found.part, found.edition) == (2, "Extended Cut")


def test_bytes_that_are_no_utf8_read_as_western_text() -> None:
    found = quick("Am\udce9lie (2001).mkv")
    assert found.title == "Amélie"


async def test_a_root_says_nothing_about_its_content(scanner: NameScanner) -> None:
    root = Path("/home/Show Name S01")
    found = await scanner.parse(root / "Heat (1995).mkv", ParseHints(root=root))
    assert found is not None and (found.kind, found.title) == (MediaKind.MOVIE, "Heat")


async def test_the_roots_kind_decides_where_the_name_does_not(scanner: NameScanner) -> None:
    hints = ParseHints(kind=MediaKind.SHOW)
    found = await scanner.parse(Path("Heat (1995).mkv"), hints)
    assert found is not None


@given(st.text(max_size=260))
def test_no_name_makes_the_patterns_stumble(name: str) -> None:
    for path in (name, f"Show (2001)/Season 2/{name}", f"{name}/{name}.mkv"):
        parsed = to_parsed(finish(first_reading(path), None))
        assert parsed is None or parsed.title.strip()


PIECES = ["S01E02", "1x02", " - ", ".", "_", "[", "]", "(", ")", "2001", "720p", "x264", "12", "v2",
          "Show", "The", "Part", "II", "{tmdb-1}", "tt1234567", "-GRP", 
          "第3話", "E05", "~", "of"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_mix_of_marks_makes_the_patterns_stumble(name: str) -> None:
    parsed = to_parsed(finish(first_reading(name), None))
    if parsed is not None:
        assert all(each >= 0 for each in parsed.episodes)
        assert parsed.season is None or parsed.season >= 0

"""What side-cars and pictures say, and what they may not do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seen_metadata_local.memory import title_id
from seen_metadata_local.nfo import LARGEST, parse_nfo
from seen_metadata_local.provider import LocalProvider

from seen.plugin import MediaKind
from seen.plugin.models import SearchQuery

MOVIE = """<movie><title>The Slow Harbour</title><originaltitle>Hafen</originaltitle>
<year>1995</year>
<uniqueid type="imdb" default="true">tt0113277</uniqueid><uniqueid type="tmdb">949</uniqueid>
<runtime>170 min</runtime><mpaa>R</mpaa><ratings><rating name="x"><value>7.9</value>
<votes>1,234</votes></rating></ratings><genre>Crime</genre><director>Ann Vale</director>
<actor><name>Jon Reed</name><role>Vin</role></actor></movie>"""


@pytest.fixture
def provider(plugin_context: Callable[..., Any]) -> LocalProvider:
    return LocalProvider(plugin_context())


def film(folder: Path, name: str = "file.mkv", **texts: str) -> Path:
    """A film's file with side-cars: ``movie_nfo="..."`` writes movie.nfo."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, text in texts.items():
        stem, _, suffix = key.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text)
    path = folder / name
    path.touch()
    return path


async def search(provider: LocalProvider, path: Path | None, title: str = "Slow Harbour") -> Any:
    found = await provider.search(SearchQuery(title, MediaKind.MOVIE, 1999, path=path))
    return found[0]


async def test_a_side_car_says_what_the_film_is(provider: LocalProvider, tmp_path: Path) -> None:
    hit = await search(provider, film(tmp_path / "a", file_nfo=MOVIE))
    assert (hit.title, hit.year, hit.echo) == ("The Slow Harbour", 1995, False)
    assert hit.external_ids == {"imdb": "tt0113277", "tmdb": "949"}
    found = await provider.details(hit.ref)
    assert (found.runtime_seconds, found.rating, found.votes) == (170 * 60, 79, 1234)
    assert [each.name for each in found.credits] == ["Jon Reed", "Ann Vale"]


async def test_a_folders_side_car_counts_for_a_film_that_is_alone(
    provider: LocalProvider, tmp_path: Path
) -> None:
    path = film(tmp_path / "a", movie_nfo=MOVIE)
    assert (await search(provider, path)).title == "The Slow Harbour"
    film(tmp_path / "a", "another.mkv")
    assert (await search(provider, path)).echo


async def test_an_address_alone_names_the_title(provider: LocalProvider, tmp_path: Path) -> None:
    path = film(tmp_path / "a", file_nfo="https://www.themoviedb.org/movie/949-heat?language=de\n")
    hit = await search(provider, path)
    assert hit.external_ids == {"tmdb": "949"}
    assert hit.title == "Slow Harbour"


async def test_without_a_side_car_a_hit_is_only_an_echo(
    provider: LocalProvider, tmp_path: Path
) -> None:
    hit = await search(provider, film(tmp_path / "a"))
    assert (hit.title, hit.year, hit.echo, hit.votes) == ("Slow Harbour", 1999, True, 0)
    assert (await provider.details(hit.ref)).title == "Slow Harbour"


async def test_a_title_keeps_its_id_when_its_files_move(
    provider: LocalProvider, tmp_path: Path
) -> None:
    first = await search(provider, film(tmp_path / "a"))
    second = await search(provider, film(tmp_path / "b" / "c"), "slow  HARBOUR!")
    assert first.ref == second.ref
    assert title_id(MediaKind.MOVIE, "A", 1) != title_id(MediaKind.SHOW, "A", 1)


async def test_details_follow_the_files(provider: LocalProvider, tmp_path: Path) -> None:
    path = film(tmp_path / "a")
    hit = await search(provider, path)
    (tmp_path / "a" / "poster.jpg").write_bytes(b"picture")
    assert (await provider.details(hit.ref)).artwork.poster == str(tmp_path / "a" / "poster.jpg")
    path.unlink()
    (tmp_path / "a" / "poster.jpg").unlink()
    assert (await provider.details(hit.ref)).artwork.poster == ""


async def test_pictures_of_a_shared_folder_need_the_files_name(
    provider: LocalProvider, tmp_path: Path
) -> None:
    path = film(tmp_path / "a")
    film(tmp_path / "a", "another.mkv")
    (tmp_path / "a" / "poster.jpg").write_bytes(b"picture")
    assert (await search(provider, path)).poster == ""
    (tmp_path / "a" / "file-poster.png").write_bytes(b"picture")
    assert (await search(provider, path)).poster == str(tmp_path / "a" / "file-poster.png")


async def test_a_picture_that_is_a_link_is_left_alone(
    provider: LocalProvider, tmp_path: Path
) -> None:
    path = film(tmp_path / "a")
    (tmp_path / "secret").write_bytes(b"not a picture")
    (tmp_path / "a" / "poster.jpg").symlink_to(tmp_path / "secret")
    assert (await search(provider, path)).poster == ""


BOMB = """<?xml version="1.0"?><!DOCTYPE movie [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<movie><title>&b;</title></movie>"""
LEAK = """<?xml version="1.0"?><!DOCTYPE movie [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<movie><title>&x;</title></movie>"""


@pytest.mark.parametrize("text", [BOMB, LEAK])
def test_entities_are_never_resolved(text: str) -> None:
    assert all(
        "aaaa" not in each.title and "root" not in each.title for each in parse_nfo(text.encode())
    )


def test_sloppy_files_are_read_where_possible() -> None:
    found = parse_nfo(
        b"<movie><title>Tom & Jerry</title></movie>\nhttps://www.imdb.com/title/tt0123456/"
    )
    assert (found[0].title, found[0].ids) == ("Tom & Jerry", {})
    assert parse_nfo("<movie><title>Größe</title></movie>".encode("cp1252"))[0].title == "Größe"
    assert parse_nfo("\ufeff<movie><title>A</title></movie>".encode("utf-16"))[0].title == "A"
    two = b"<episodedetails><episode>1</episode></episodedetails><episodedetails></episodedetails>"
    assert len(parse_nfo(two)) == 2


async def test_a_huge_side_car_is_not_read(provider: LocalProvider, tmp_path: Path) -> None:
    path = film(tmp_path / "a", file_nfo=MOVIE + " " * LARGEST)
    assert (await search(provider, path)).echo


@given(
    st.binary(max_size=400)
    | st.text(max_size=300).map(
        lambda each: f"<movie><title>{each}</title></movie>".encode("utf-8", "replace")
    )
)
def test_no_side_car_makes_it_stumble(raw: bytes) -> None:
    for each in parse_nfo(raw):
        assert isinstance(each.title, str)

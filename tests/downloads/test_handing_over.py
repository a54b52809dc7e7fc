"""What comes into the library, under which name, and what stays out."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.compose import Server
from seen.downloads import placing
from seen.downloads.model.arrival import arrivals, subtitle_name
from seen.downloads.model.filetypes import verdict
from seen.downloads.model.naming import Known, Names, safe_name, target_name
from seen.downloads.placing import NotPlaced, look, place
from tests.conftest import Person
from tests.downloads.conftest import add, choose_root, handed_over, reaches, until
from tests.downloads.puppet import Stage
from tests.media import sample
from tests.titles import add_show

EBML = b"\x1aE\xdf\xa3" + b"0" * 12


@pytest.fixture
def bundled() -> frozenset[str]:
    """Those that read names and look into files."""
    return frozenset({"seen-scanner-guessit", "seen-metadata-local"})


# --- rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "head", "take", "why"),
    [
        ("a/Film.mkv", EBML, "video", ""),
        ("Film.MP4", b"\0\0\0\x20ftypisom", "video", ""),
        ("Film.en.srt", b"1\n00:00", "subtitle", ""),
        ("Film.mkv.exe", b"MZ\x90", None, "harm"),
        ("Film.scr", b"", None, "harm"),
        ("setup.msi", b"", None, "harm"),
        ("watch-me.lnk", b"", None, "harm"),
        ("Film.mkv", b"MZ\x90\0" + b"0" * 12, None, "Windows program"),
        ("Film.mkv", b"\x7fELF" + b"0" * 12, None, "Linux program"),
        ("Film.avi", b"#!/bin/sh\nrm -rf", None, "script"),
        ("Film.mp4", b"PK\x03\x04" + b"0" * 12, None, "packed"),
        ("Film.mkv", b"<html><head><tit", None, "web page"),
        ("Film.rar", b"Rar!", None, "packed"),
        ("Film.r00", b"", None, "no film"),
        ("readme.txt", b"hello", None, "no film"),
        (".Film.mkv", EBML, None, "left-over"),
        ("Film.mkv.seen-part", EBML, None, "left-over"),
        ("Film.mkv.aria2", EBML, None, "left-over"),
    ],
)
def test_what_may_come_in(path: str, head: bytes, take: str | None, why: str) -> None:
    found, reason = verdict(path, 1000, head)
    assert found == take and why in reason and bool(reason) == (take is None)


def test_files_that_belong_together_are_told_apart() -> None:
    files = [
        ("F/Film.mkv", 9, EBML), ("F/Film.en.srt", 9, b"1"), ("F/Subs/English.srt", 9, b"1"),
        ("F/Sample/film-sample.mkv", 9, EBML), ("F/trailers/one.mkv", 9, EBML),
        ("F/Film.nfo", 9, b"x"),
    ]  # fmt: skip
    found = {each.path: each for each in arrivals(files)}
    assert {path for path, each in found.items() if each.take} == {
        "F/Film.mkv", "F/Film.en.srt", "F/Subs/English.srt", "F/trailers/one.mkv",
    }  # fmt: skip
    assert found["F/Film.en.srt"].follows == found["F/Subs/English.srt"].follows == "F/Film.mkv"
    assert found["F/trailers/one.mkv"].extra
    assert subtitle_name("F/Film.en.srt", "F/Film.mkv", "New (2020)") == "New (2020).en.srt"
    assert subtitle_name("Subs/2_English.srt", "F/Film.mkv", "New") == "New.english.srt"


def test_names_follow_the_templates() -> None:
    movie = Known("movie", "Am/Pm: What?", 2020, edition="Director's Cut", part=2)
    assert str(target_name(movie, Names(), ".mkv")) == (
        "Am Pm What (2020)/Am Pm What (2020) - Director's Cut - part2.mkv"
    )
    assert str(target_name(Known("movie", "Film"), Names(), ".mkv")) == "Film/Film.mkv"
    show = Known("show", "Northline", 2021, 1, (2, 3))
    assert str(target_name(show, Names(), ".mkv")) == (
        "Northline (2021)/Season 01/Northline S01E02-E03.mkv"
    )


@given(st.text(max_size=400), st.integers(0, 30))
def test_a_name_is_one_name_everywhere(text: str, room: int) -> None:
    name = safe_name(text, room)
    assert name and name not in (".", "..") and not set(name) & set('/\\<>:"|?*\0\n')
    assert len(name.encode()) <= 200 - room or name == "Untitled"
    assert PurePosixPath(name).name == name and not name.endswith((".", " "))


# --- putting files somewhere ---------------------------------------------------------------------


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "downloads" / "film.mkv"
    path.parent.mkdir()
    path.write_bytes(b"film" * 1000)
    return path


NAME = PurePosixPath("Film (2020)/Film (2020).mkv")


def test_a_second_name_costs_no_room(film: Path, tmp_path: Path) -> None:
    placed = place(film, tmp_path / "media", NAME, reserve=0, copy=False)
    assert placed.way == "link" and placed.path.stat().st_ino == film.stat().st_ino
    again = place(film, tmp_path / "media", NAME, reserve=0, copy=False)
    assert (again.way, again.path) == ("there", placed.path)


def test_a_copy_is_whole_or_not_there(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = place(film, tmp_path / "media", NAME, reserve=0, copy=True)
    assert placed.way == "copy" and placed.path.read_bytes() == film.read_bytes()
    assert placed.path.stat().st_ino != film.stat().st_ino
    monkeypatch.setattr(placing, "_digest", os.path.basename)
    other = film.with_name("other.mkv")
    other.write_bytes(b"other")
    with pytest.raises(NotPlaced, match="is not what was copied"):
        place(other, tmp_path / "media", PurePosixPath("b.mkv"), reserve=0, copy=True)
    assert not list((tmp_path / "media").rglob("*b.mkv*"))


def test_nothing_that_is_there_is_replaced(film: Path, tmp_path: Path) -> None:
    mine = tmp_path / "media" / NAME
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    for copy in (False, True):
        placed = place(film, tmp_path / "media", NAME, reserve=0, copy=copy)
        assert placed.path.name == "Film (2020) (2).mkv"
        assert mine.read_bytes() == b"mine"


def test_no_link_leads_out_of_the_library(film: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "Film (2020)").symlink_to(outside)
    with pytest.raises(NotPlaced, match="leads out"):
        place(film, tmp_path / "media", NAME, reserve=0, copy=False)
    assert not list(outside.iterdir())


def test_a_full_disk_and_a_missing_right_are_said(film: Path, tmp_path: Path) -> None:
    with pytest.raises(NotPlaced, match="not enough room"):
        place(film, tmp_path / "media", NAME, reserve=2**60, copy=True)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotPlaced):
        place(film, tmp_path / "file", NAME, reserve=0, copy=False)


def test_only_real_files_are_seen(film: Path) -> None:
    folder = film.parent
    (folder / "link.mkv").symlink_to(film)
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.mkv")
    assert [each.path for each in look(folder)] == ["film.mkv"]


# --- the whole hand-over -------------------------------------------------------------------------


async def test_a_folder_of_episodes_comes_in_without_what_does_harm(
    server: Server, stage: Stage, user: Person, tmp_path: Path
) -> None:
    await choose_root(server, tmp_path / "media")
    media_id, _ = await add_show(server, "Northline", (3,))
    job_id = await add(user, mediaId=str(media_id))
    clip = sample().read_bytes()
    (await stage.held(job_id)).finish({
        "NL/northline.s01e01.1080p.mp4": clip, "NL/northline.s01e02.mp4": clip + b"\0",
        "NL/northline.s01e02.en.srt": b"1\n00:00:01,000 --> 00:00:02,000\nHello\n",
        "NL/codec.exe": b"MZ harmful", "NL/northline.s01e03.mp4": b"MZ\x90 not a film",
    })  # fmt: skip
    done = await handed_over(user, job_id)
    assert (done["importState"], done["importReason"]) == ("imported", "2 files kept out")
    season = tmp_path / "media" / "Northline (2020)" / "Season 01"
    assert sorted(each.name for each in season.iterdir()) == [
        "Northline S01E01.mp4", "Northline S01E02.en.srt", "Northline S01E02.mp4",
    ]  # fmt: skip
    _, files = await user.call("GET", f"/downloads/{job_id}/files")
    out = {each["path"]: each["reason"] for each in files["items"] if each["state"] == "kept_out"}
    assert set(out) == {"NL/codec.exe", "NL/northline.s01e03.mp4"}
    linked = await server.db.fetch(
        "select i.media_id, e.number from library_items i"
        " join library_item_episodes l on l.library_item_id = i.id"
        " join show_episodes e on e.id = l.episode_id order by e.number"
    )
    assert [(row["media_id"], row["number"]) for row in linked] == [(media_id, 1), (media_id, 2)]
    kept = server.settings.downloads / job_id / "NL"
    assert sorted(each.name for each in kept.iterdir()) == ["codec.exe", "northline.s01e03.mp4"]


async def test_without_a_chosen_folder_a_download_waits_and_says_so(
    server: Server, stage: Stage, user: Person, admin: Person, tmp_path: Path
) -> None:
    job_id = await add(user)
    (await stage.held(job_id)).finish({"Low.Sun.2021.mp4": sample().read_bytes()})
    blocked = await handed_over(user, job_id)
    assert blocked["importState"] == "blocked" and blocked["status"] == "completed"
    assert "No library folder was chosen" in blocked["importReason"]
    root = await server.library.add_root(str(tmp_path))
    await admin.call("PATCH", "/admin/downloads", json={"roots": {"": str(root.id)}})

    async def there() -> bool:
        return (tmp_path / "Low Sun (2021)" / "Low Sun (2021).mp4").exists()

    await until(there, 30)


async def test_nothing_but_harm_stays_out_with_its_reason(
    server: Server, stage: Stage, user: Person, tmp_path: Path
) -> None:
    await choose_root(server, tmp_path / "media")
    job_id = await add(user)
    (await stage.held(job_id)).finish({"Film.2020.mkv.exe": b"MZ\x90" * 100, "a.txt": b"hello"})
    blocked = await handed_over(user, job_id)
    assert blocked["importReason"] == "Film.2020.mkv.exe: files that end in .exe can do harm"
    assert not list((tmp_path / "media").iterdir())
    assert (await reaches(user, job_id, "completed"))["progressPercent"] == 100

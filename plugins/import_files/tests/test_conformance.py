"""Every importer keeps the contract and reads what its service writes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import samples
from seen_import_files.howlongtobeat import HowLongToBeat
from seen_import_files.imdb import Imdb
from seen_import_files.letterboxd import Letterboxd
from seen_import_files.netflix import Netflix
from seen_import_files.own import OwnExport
from seen_import_files.steam import Steam
from seen_import_files.tmdb import Tmdb
from seen_import_files.trakt import Trakt
from seen_import_files.yamtrack import Yamtrack

from seen.plugin import MediaKind
from seen.plugin.importing import ImportSource
from seen.plugin.models import ImportRow
from seen.plugin.testing.conformance import ImporterSuite


async def read(importer: Any, path: Path) -> list[ImportRow]:
    """All rows of a file."""
    return [each async for each in importer.rows(ImportSource(path, path.name))]


class TestLetterboxd(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> Letterboxd:
        return Letterboxd()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_zip(tmp_path, "letterboxd.zip", samples.LETTERBOXD, "someone/")

    async def test_each_table_says_its_own(self, running: Any, upload: Path) -> None:
        rows = await read(running, upload)
        viewings = [each for each in rows if each.watched and each.watched_at]
        assert [(each.watched_at, each.rewatch) for each in viewings] == [
            (date(2026, 1, 2), False),
            (date(2026, 1, 30), True),
        ]
        assert [each.title for each in rows if each.watched and not each.watched_at] == [
            "Low Tide",
            "Côte d'Azur",
        ]
        assert [each.rating for each in rows if each.rating is not None] == [90]
        assert [each.title for each in rows if each.watch_later] == ["Ice, Thaw"]
        assert [each.title for each in rows if each.favorite] == ["Low Tide"]
        assert [each.note for each in rows if each.note] == ['Two\nlines, "quoted"']
        (listed,) = [each for each in rows if each.on_list]
        assert listed.on_list is not None
        assert (listed.on_list.name, listed.on_list.description, listed.line) == (
            "By the sea",
            "Salt,\nand wind",
            7,
        )
        assert not [each for each in rows if each.title == "Gone"]


class TestImdb(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> Imdb:
        return Imdb()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_table(tmp_path, "ratings.csv", samples.IMDB)

    async def test_movies_episodes_and_games_are_told_apart(
        self, running: Any, upload: Path
    ) -> None:
        movie, episode, game, talk = await read(running, upload)
        assert movie.external_ids == {"imdb": "tt9900001"} and movie.rating == 90
        assert (episode.title, episode.episode_title) == ("Harbour", "The Flood")
        assert episode.external_ids == {}, "the id is the episode's, not the show's"
        assert game.kind is MediaKind.GAME
        assert "podcast series" in talk.problem

    async def test_a_watchlist_and_a_list_are_told_by_their_names(
        self, running: Any, tmp_path: Path
    ) -> None:
        table = "Position,Const,Created,Title,Title Type,Year,Your Rating\n"
        table += "1,tt9900001,2023-07-09,Low Tide,Movie,2013,\n"
        (later,) = await read(running, samples.write_table(tmp_path, "WATCHLIST.csv", table))
        (listed,) = await read(running, samples.write_table(tmp_path, "By_the_sea.csv", table))
        assert later.watch_later and later.on_list is None
        assert not listed.watch_later and listed.on_list and listed.on_list.name == "By the sea"


class TestTrakt(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> Trakt:
        return Trakt()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_zip(tmp_path, "trakt.zip", samples.TRAKT)

    async def test_the_history_counts_and_not_its_summary(self, running: Any, upload: Path) -> None:
        rows = await read(running, upload)
        special, movie = [each for each in rows if each.watched]
        assert (special.season, special.episode) == (0, 7)
        assert special.external_ids == {"imdb": "tt9900009", "tvdb": "91"}
        assert special.watched_at == datetime(2026, 4, 1, 11, 10, tzinfo=UTC)
        assert movie.external_ids == {"tmdb": "93"}
        assert [(each.season, each.episode, each.rating) for each in rows if each.rating] == [
            (1, 2, 80)
        ]
        assert [each.title for each in rows if each.watch_later] == ["Harbour"]
        assert [each.on_list.name for each in rows if each.on_list] == ["By the sea"]
        assert len([each for each in rows if each.problem]) == 1

    async def test_a_summary_does_where_there_is_no_history(
        self, running: Any, tmp_path: Path
    ) -> None:
        path = samples.write_zip(tmp_path, "trakt.zip", samples.TRAKT_SUMMARIES)
        assert [(each.season, each.episode) for each in await read(running, path)] == [
            (1, 1),
            (1, 2),
        ]


class TestYamtrack(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> Yamtrack:
        return Yamtrack()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_table(tmp_path, "yamtrack.csv", samples.YAMTRACK)

    async def test_states_are_kept_where_they_say_more_than_episodes(
        self, running: Any, upload: Path
    ) -> None:
        movie, show, season, episode, game, book = await read(running, upload)
        assert movie.watched and movie.rating == 90 and movie.note == "Fine"
        assert show.status == "paused"
        assert (season.season, season.rating, season.status) == (1, 80, None)
        assert (episode.season, episode.episode, episode.watched) == (1, 2, True)
        assert (game.status, game.seconds_played) == ("active", 5400)
        assert "book" in book.problem


class TestTmdb(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> Tmdb:
        return Tmdb()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_table(tmp_path, "ratings.csv", samples.TMDB)

    async def test_an_episode_is_found_by_its_show(self, running: Any, upload: Path) -> None:
        episode, movie, show = await read(running, upload)
        assert (episode.title, episode.season, episode.episode) == ("Harbour", 1, 2)
        assert episode.external_ids == {} and episode.year is None
        assert (movie.title, movie.year, movie.rating) == ("潮", 2013, 75)
        assert show.watch_later and show.rating is None


class TestNetflix(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> Netflix:
        return Netflix()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_table(tmp_path, "NetflixViewingHistory.csv", samples.NETFLIX)

    async def test_names_and_days_are_read_as_they_are_meant(
        self, running: Any, upload: Path
    ) -> None:
        flood, tide, ice, fog, nothing = await read(running, upload)
        assert (flood.title, flood.season, flood.episode_title) == (
            "Harbour",
            2,
            "The Flood: Part Two",
        )
        assert tide.watched_at == date(2024, 2, 1), "13/12 shows that the day comes first"
        assert (ice.title, ice.kind) == ("Ice: A Film", MediaKind.MOVIE)
        assert (fog.title, fog.season, fog.episode_title) == ("Coast", 1, "Fog")
        assert nothing.problem


class TestSteam(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> Steam:
        return Steam()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_json(tmp_path, "GetOwnedGames.json", samples.STEAM)

    async def test_what_was_never_played_waits(self, running: Any, upload: Path) -> None:
        played, waiting = await read(running, upload)
        assert (played.external_ids, played.seconds_played, played.status) == (
            {"steam": "11"},
            5400,
            None,
        )
        assert (waiting.seconds_played, waiting.status, waiting.noted_at) == (0, "backlog", None)


class TestHowLongToBeat(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> HowLongToBeat:
        return HowLongToBeat()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_table(tmp_path, "hltb.csv", samples.HOWLONGTOBEAT)

    async def test_marks_times_and_reviews_are_read(self, running: Any, upload: Path) -> None:
        done, waiting = await read(running, upload)
        assert (done.status, done.seconds_played, done.rating, done.note) == (
            "completed",
            11_100,
            70,
            "Dark",
        )
        assert done.noted_at == datetime(2024, 2, 9, 15, 54, 48, tzinfo=UTC), "2012-00-00 is none"
        assert (waiting.status, waiting.seconds_played, waiting.rating) == ("backlog", None, None)


class TestOwnExport(ImporterSuite):
    package = "seen_import_files"

    @pytest.fixture
    def subject(self) -> OwnExport:
        return OwnExport()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return samples.write_zip(tmp_path, "seen.zip", samples.OWN)

    async def test_lines_come_back_as_they_were(self, running: Any, upload: Path) -> None:
        listed, damaged, doubtful, stopped, rated = await read(running, upload)
        assert listed.on_list is not None and listed.on_list.description == "Salt"
        assert damaged.problem
        assert (doubtful.rating, doubtful.year) == (None, None)
        assert (stopped.position_seconds, stopped.duration_seconds) == (61.5, 5400)
        assert (rated.rating, rated.external_ids) == (85, {"tmdb": "93"})

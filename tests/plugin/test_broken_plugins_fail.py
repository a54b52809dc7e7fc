"""Each broken promise fails at the check that names it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from failing import fails
from good_plugins import (
    GoodEngine,
    GoodImporter,
    GoodRecommender,
    GoodScanner,
    GoodWidget,
    Tap,
    write_club,
)

from seen.plugin import Health, MediaKind, NotReady
from seen.plugin.capabilities import WidgetRequest
from seen.plugin.importing import ImportSource
from seen.plugin.models import (
    DownloadSpec,
    EngineStatus,
    ImportRow,
    MediaProbe,
    ParsedName,
    ParseHints,
    PoolItem,
    Scored,
    Taste,
    WidgetData,
)
from seen.plugin.testing.conformance import (
    DownloadEngineSuite,
    ImporterSuite,
    RecommenderSuite,
    ScannerSuite,
    WidgetSuite,
)
from seen.plugin.testing.jobs import HeldJob
from seen.plugin.testing.media import write_film

# --- what all have in common ---


class Wordless(GoodWidget):
    async def health(self) -> Health:
        return Health("failed")


class Boastful(GoodWidget):
    features = frozenset({"data", "fly"})


class Demanding(GoodWidget):
    async def data(self, request: WidgetRequest, colour: str) -> WidgetData:  # type: ignore[override]  # the fault
        return await super().data(request)


class Blocking(GoodWidget):
    def data(self, request: WidgetRequest) -> WidgetData:  # type: ignore[override]  # the fault
        return WidgetData("a/b.html")


class OneWay(GoodWidget):
    stopped = False

    async def stop(self) -> None:
        assert not self.stopped
        self.stopped = True


class Spaced(GoodWidget):
    id = "two words"


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Spaced, "test_id_is_short_plain_and_stable"),
        (Wordless, "test_health_answers_in_time_with_a_sentence"),
        (Boastful, "test_features_name_only_what_the_contract_knows"),
        (Demanding, "test_every_announced_method_exists_with_the_contracts_parameters"),
        (Blocking, "test_every_announced_method_exists_with_the_contracts_parameters"),
        (OneWay, "test_stop_is_harmless_twice"),
    ],
)
async def test_a_broken_object_fails(broken: Callable[[], Any], check: str) -> None:
    await fails(WidgetSuite(), check, broken())


# --- widgets ---


class Hasty(GoodWidget):
    async def data(self, request: WidgetRequest) -> WidgetData:
        first = (await request.shelves.recently_added(1))[:1]
        if not first:
            raise ValueError("nothing there")
        return WidgetData("not a template", {"html": "<b>bold</b>"})


@pytest.mark.parametrize(
    "check",
    [
        "test_data_comes_in_time_with_a_template",
        "test_data_holds_no_markup",
        "test_empty_shelves_are_no_trouble",
    ],
)
async def test_a_broken_widget_fails(check: str) -> None:
    await fails(WidgetSuite(), check, Hasty())


# --- scanners ---


class Fragile(GoodScanner):
    async def parse(self, path: Path, hints: ParseHints) -> ParsedName | None:
        return ParsedName(MediaKind.MOVIE, path.stem.encode().decode())


class Curious(GoodScanner):
    async def parse(self, path: Path, hints: ParseHints) -> ParsedName | None:
        path.stat()
        return None


class Touching(GoodScanner):
    async def probe(self, path: Path) -> MediaProbe | None:
        path.write_bytes(path.read_bytes() + b"!")
        return await super().probe(path)


class Trusting(GoodScanner):
    async def probe(self, path: Path) -> MediaProbe | None:
        return MediaProbe("mp4", 1.0, ())


async def test_a_broken_scanner_fails(tmp_path: Path) -> None:
    suite, film = ScannerSuite(), write_film(tmp_path / "media" / "film.mp4")
    await fails(suite, "test_parse_answers_every_name", Fragile())
    with pytest.raises(OSError, match="No such file"):
        await suite.test_parse_needs_no_file(Curious(), tmp_path)
    await fails(suite, "test_probe_leaves_the_file_as_it_is", Touching(), film)
    await fails(suite, "test_probe_says_that_an_empty_file_is_empty", Trusting(), tmp_path)
    await fails(suite, "test_probe_of_a_damaged_file_gives_a_reason", Trusting(), film, tmp_path)
    await fails(suite, "test_probe_of_a_missing_file_gives_a_reason", Trusting(), tmp_path)


# --- recommenders ---


class Biased(GoodRecommender):
    """Changes what the good one answers by a function."""

    def __init__(self, change: Callable[[list[Scored]], Sequence[Scored]]) -> None:
        self._change = change

    async def score(self, taste: Taste, pool: Sequence[PoolItem], limit: int) -> Sequence[Scored]:
        return self._change(list(await super().score(taste, pool, limit)))


class Moody(GoodRecommender):
    turn = 0

    async def score(self, taste: Taste, pool: Sequence[PoolItem], limit: int) -> Sequence[Scored]:
        self.turn += 1
        found = list(await super().score(taste, pool, limit + 1))
        return found[self.turn % 2 :][:limit]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda found: [], "test_it_recommends_something"),
        (lambda found: found[::-1], "test_best_comes_first_and_nothing_twice"),
        (lambda found: [replace(each, score=9.0) for each in found],
         "test_reasons_sum_to_the_score"),
        (lambda found: [replace(each, media_id="x") for each in found],
         "test_only_the_pool_is_recommended"),
        (lambda found: [replace(each, media_id="m0") for each in found],
         "test_nothing_of_the_history_is_recommended"),
        (lambda found: [*found, *found], "test_the_limit_holds"),
    ],
)  # fmt: skip
async def test_a_broken_recommender_fails(change: Any, check: str) -> None:
    await fails(RecommenderSuite(), check, Biased(change))


async def test_a_recommender_that_changes_its_mind_fails() -> None:
    await fails(RecommenderSuite(), "test_the_same_question_has_the_same_answer", Moody())


# --- importers ---


class Altered(GoodImporter):
    """Changes each row that the good one gives by a function."""

    def __init__(self, change: Callable[[ImportRow], Any]) -> None:
        self._change = change

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        async for row in super().rows(source):
            yield self._change(row)


class Credulous(GoodImporter):
    """Reads whatever it is given."""

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        yield ImportRow("Film", file=source.names[0], line=1)


class Wandering(GoodImporter):
    turn = 0

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        self.turn += 1
        async for row in super().rows(source):
            yield replace(row, year=1990 + self.turn)


class AllAtOnce(GoodImporter):
    async def rows(self, source: ImportSource) -> Any:  # type: ignore[override]  # the fault
        return [each async for each in super().rows(source)]


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Altered(lambda row: row.title), "test_rows_are_rows"),
        (Altered(lambda row: replace(row, title="", problem="")), "test_rows_are_rows"),
        (Altered(lambda row: replace(row, line=0)), "test_every_row_names_its_file_and_line"),
        (Altered(lambda row: replace(row, rating=101)), "test_ratings_and_times_are_in_range"),
        (Altered(lambda row: replace(row, watched_at=datetime.fromisoformat("2026-01-01T00:00"))),
         "test_ratings_and_times_are_in_range"),
        (Wandering(), "test_the_same_file_gives_the_same_rows"),
    ],
)  # fmt: skip
async def test_a_broken_importer_fails(broken: GoodImporter, check: str, tmp_path: Path) -> None:
    await fails(ImporterSuite(), check, broken, write_club(tmp_path))


async def test_an_importer_that_reads_anything_or_all_at_once_fails(tmp_path: Path) -> None:
    check = "test_a_stranger_s_file_is_refused_with_a_reason"
    await fails(ImporterSuite(), check, Credulous(), write_club(tmp_path), tmp_path)
    check = "test_every_announced_method_exists_with_the_contracts_parameters"
    await fails(ImporterSuite(), check, AllAtOnce())


# --- engines ---


class Quickly(DownloadEngineSuite):
    """The suite, but it does not wait long for what never comes."""

    __test__ = False
    patience = 0.5


class Doubling(GoodEngine):
    """Takes the same job twice."""

    count = 0

    async def add(self, spec: DownloadSpec) -> str:
        self.count += 1
        return await super().add(replace(spec, job_id=f"{spec.job_id}-{self.count}"))


class Straying(GoodEngine):
    """Writes beside the folder."""

    def _path(self, job: dict[str, Any]) -> Path:
        return super()._path(job).parent.parent / "stray.mkv"


class Trustful(GoodEngine):
    """Believes what a source is called."""

    def _path(self, job: dict[str, Any]) -> Path:
        spec: DownloadSpec = job["spec"]
        return spec.folder / spec.source.rpartition("/")[2].replace("\\", "/")


class Littering(GoodEngine):
    """Leaves something behind."""

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        job = self._jobs[engine_job_id]
        await super().remove(engine_job_id, delete_files)
        self._path(job).with_suffix(".tmp").touch()


class Zealous(GoodEngine):
    """Deletes what should stay."""

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        await super().remove(engine_job_id, True)


class Inventive(GoodEngine):
    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        return {each: EngineStatus(each, "queued") for each in ids}


class Strict(GoodEngine):
    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        if engine_job_id not in self._jobs:
            raise KeyError(engine_job_id)
        await super().remove(engine_job_id, delete_files)


class Sleepless(GoodEngine):
    async def pause(self, engine_job_id: str) -> None:
        pass


class Oblivious(GoodEngine):
    """Knows nothing any more after a stop."""

    async def stop(self) -> None:
        await super().stop()
        self._jobs.clear()


class Wasteful(GoodEngine):
    """Begins at the beginning every time."""

    def _go_on(self, known: str) -> None:
        if known not in self._tasks:
            self._jobs[known]["done"] = 0
        super()._go_on(known)

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        return await self.add(spec)


class Boasting(GoodEngine):
    """Is done before it is done."""

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        found = await super().status(ids)
        return {name: replace(each, state="completed", bytes_done=each.bytes_total)
                for name, each in found.items()}  # fmt: skip


class Wavering(GoodEngine):
    """Takes back what it said about its progress."""

    turn = 0

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        self.turn += 1
        found = await super().status(ids)
        return {name: replace(each, bytes_done=each.bytes_done - self.turn % 2 * 200)
                for name, each in found.items()}  # fmt: skip


class Mortal(GoodEngine):
    """Does not recover from what the test does to it."""

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        if not self._tasks:
            raise NotReady("The daemon is gone")
        return await super().status(ids)


async def _kill(engine: GoodEngine) -> None:
    await engine.stop()


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Doubling, "test_adding_a_job_twice_is_one_download"),
        (Straying, "test_a_job_ends_with_its_bytes_in_its_folder"),
        (Boasting, "test_a_job_ends_with_its_bytes_in_its_folder"),
        (Wavering, "test_a_job_ends_with_its_bytes_in_its_folder"),
        (Littering, "test_removing_forgets_the_job_and_its_files"),
        (Zealous, "test_removing_may_keep_the_files"),
        (Oblivious, "test_jobs_are_known_again_after_a_restart"),
    ],
)
async def test_a_broken_engine_fails(broken: Callable[[], Any], check: str, tmp_path: Path) -> None:
    engine = broken()
    spec = DownloadSpec("job-1", "http://host/film.mkv", tmp_path / "downloads")
    with pytest.raises((AssertionError, OSError)):
        await getattr(Quickly(), check)(engine, spec)
    await GoodEngine.stop(engine)


@pytest.mark.parametrize(
    ("broken", "check", "more"),
    [
        (Littering, "test_removing_half_a_job_leaves_nothing", ()),
        (Sleepless, "test_a_held_job_goes_on_where_it_was", ()),
        (Wasteful, "test_a_held_job_goes_on_where_it_was", ()),
        (Wasteful, "test_an_unfinished_job_keeps_its_bytes_over_a_restart", ()),
        (Wasteful, "test_an_adopted_job_keeps_the_bytes_it_finds", ()),
        (Zealous, "test_an_adopted_job_keeps_the_bytes_it_finds", ()),
        (Mortal, "test_a_killed_daemon_is_started_again_and_loses_nothing", (_kill,)),
        (Wasteful, "test_a_killed_daemon_is_started_again_and_loses_nothing", (_kill,)),
    ],
)
async def test_an_engine_that_handles_half_a_job_badly_fails(
    broken: Callable[..., Any], check: str, more: tuple[Any, ...], tmp_path: Path
) -> None:
    gate = asyncio.Event()
    tap = Tap(gate)
    engine = broken({"http://host/film.mkv": tap})
    spec = DownloadSpec("job-1", "http://host/film.mkv", tmp_path / "downloads")
    held = HeldJob(spec, gate.set, lambda: tap.given)
    with pytest.raises((AssertionError, OSError)):
        await getattr(Quickly(), check)(engine, held, *more)
    await GoodEngine.stop(engine)


@pytest.mark.parametrize("broken", [Strict, Inventive])
async def test_an_engine_that_minds_unknown_jobs_fails(broken: Callable[[], Any]) -> None:
    await fails(DownloadEngineSuite(), "test_unknown_jobs_are_told", broken())


async def test_an_engine_that_invents_jobs_fails(tmp_path: Path) -> None:
    many = [DownloadSpec(str(n), "http://host/film.mkv", tmp_path / str(n)) for n in range(2)]
    engine = Inventive()
    await fails(Quickly(), "test_status_is_one_answer_for_many_jobs", engine, many)
    await engine.stop()


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Straying, "test_nothing_is_written_outside_the_folder"),
        (Trustful, "test_a_hostile_source_writes_nothing_outside_the_folder"),
    ],
)
async def test_an_engine_that_writes_elsewhere_fails(
    broken: Callable[[], Any], check: str, tmp_path: Path
) -> None:
    engine = broken()
    spec = DownloadSpec("job-1", "http://host/..\\evil.mkv", tmp_path / "downloads" / "job-1")
    given: Any = [spec] if "hostile" in check else spec
    with pytest.raises(AssertionError):
        await getattr(Quickly(), check)(engine, given, tmp_path)
    await engine.stop()


async def test_a_context_reaches_this_machine_only(plugin_context: Callable[..., Any]) -> None:
    import aiohttp

    context = plugin_context()
    with pytest.raises((OSError, aiohttp.ClientError), match="this machine only"):
        await context.http.get("http://192.0.2.1/")

"""The promises of a download engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from seen.plugin.capabilities import DownloadEngine
from seen.plugin.errors import NotFound, PluginError
from seen.plugin.models import DownloadSpec, EngineFile, EngineStatus
from seen.plugin.testing.conformance.capability import CapabilitySuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.jobs import HeldJob
from seen.plugin.testing.shapes import assert_plain_text, assert_shape

SCHEMES = frozenset({"magnet", "torrent", "http", "https"})
UNKNOWN = "no-such-job"


@asynchronous
class DownloadEngineSuite(CapabilitySuite):
    """Besides ``subject``: ``spec``, a small job that the engine can really finish; ``held``, a
    HeldJob; ``many``, some more small jobs; ``hostile``, jobs whose sources want to write elsewhere
    or are damaged. Every job has a folder of its own below ``tmp_path``. ``WebJobs`` and
    ``TorrentJobs`` of :mod:`seen.plugin.testing.jobs` bring all of these. An engine that starts a
    daemon has ``kill``, an async function that kills it. ``patience`` is how long a job may take,
    in seconds."""

    protocol = DownloadEngine
    optional: ClassVar = {"pause": "pause", "resume": "pause", "adopt": "adopt"}
    bare = frozenset({"shared"})
    patience: float = 60.0

    @pytest.fixture
    def spec(self) -> DownloadSpec:
        raise NotImplementedError("the suite needs a fixture named spec")

    @pytest.fixture
    def held(self) -> HeldJob:
        raise NotImplementedError("the suite needs a fixture named held")

    @pytest.fixture
    def many(self) -> Sequence[DownloadSpec]:
        raise NotImplementedError("the suite needs a fixture named many")

    @pytest.fixture
    def hostile(self) -> Sequence[DownloadSpec]:
        raise NotImplementedError("the suite needs a fixture named hostile")

    @pytest.fixture
    def kill(self) -> Callable[[Any], Awaitable[None]] | None:
        return None

    # --- one job --------------------------------------------------------------------------------

    async def test_schemes_are_known(self, subject: Any) -> None:
        assert subject.schemes and set(subject.schemes) <= SCHEMES

    async def test_adding_a_job_twice_is_one_download(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        first, second = await asyncio.gather(running.add(spec), running.add(spec))
        assert isinstance(first, str) and first == second
        assert await running.add(spec) == first
        await running.remove(first, True)

    async def test_a_job_ends_with_its_bytes_in_its_folder(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        known = await running.add(spec)
        status = await self._finished(running, known)
        assert status.engine_job_id == known
        assert status.bytes_done == status.bytes_total > 0
        files = await running.files(known)
        assert_shape(files, Sequence[EngineFile], "files")
        assert files
        for each in files:
            path = spec.folder / each.path
            assert path.resolve().is_relative_to(spec.folder.resolve()), each.path
            assert path.stat().st_size == each.size_bytes == each.done_bytes
        assert sum(each.size_bytes for each in files) == status.bytes_total
        assert _listed(spec.folder) == {spec.folder / each.path for each in files}

    async def test_nothing_is_written_outside_the_folder(
        self, running: Any, spec: DownloadSpec, tmp_path: Path
    ) -> None:
        before = _listed(tmp_path, spec.folder)
        await self._finished(running, await running.add(spec))
        assert _listed(tmp_path, spec.folder) == before

    async def test_a_hostile_source_writes_nothing_outside_the_folder(
        self, running: Any, hostile: Sequence[DownloadSpec], tmp_path: Path
    ) -> None:
        folders = [each.folder for each in hostile]
        before = _listed(tmp_path, *folders)
        for each in hostile:
            try:
                known = await running.add(each)
            except PluginError as error:
                assert str(error).strip(), "a refusal needs a sentence"
                continue
            ended = await self._ended(running, known)
            assert ended.state == "completed" or ended.message.strip()
            for file in await running.files(known):
                path = each.folder / file.path
                assert path.resolve().is_relative_to(each.folder.resolve()), file.path
        assert _listed(tmp_path, *folders) == before

    async def test_removing_forgets_the_job_and_its_files(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        known = await running.add(spec)
        await self._finished(running, known)
        await running.remove(known, True)
        assert not await running.status([known])
        assert not _listed(spec.folder)

    async def test_removing_half_a_job_leaves_nothing(self, running: Any, held: HeldJob) -> None:
        known = await running.add(held.spec)
        await self._some(running, known)
        await running.remove(known, True)
        held.release()
        assert not await running.status([known])
        assert not _listed(held.spec.folder)

    async def test_removing_may_keep_the_files(self, running: Any, spec: DownloadSpec) -> None:
        known = await running.add(spec)
        await self._finished(running, known)
        paths = [spec.folder / each.path for each in await running.files(known)]
        await running.remove(known, False)
        assert paths and all(each.exists() for each in paths)

    async def test_unknown_jobs_are_told(self, running: Any) -> None:
        await running.remove(UNKNOWN, True)
        await running.remove(UNKNOWN, False)
        assert not await running.status([UNKNOWN])
        for call in (running.files, *self._feature(running, "pause", "pause", "resume")):
            with pytest.raises(NotFound):
                await call(UNKNOWN)

    # --- many jobs ------------------------------------------------------------------------------

    async def test_status_is_one_answer_for_many_jobs(
        self, running: Any, many: Sequence[DownloadSpec]
    ) -> None:
        known = [await running.add(each) for each in many]
        assert len(set(known)) == len(many) > 1
        found = await running.status([*known, UNKNOWN])
        assert_shape(found, Mapping[str, EngineStatus], "status")
        assert_plain_text(found)
        assert set(found) == set(known)
        assert all(each.engine_job_id == name for name, each in found.items())
        assert not await running.status([])
        for each, name in zip(many, known, strict=True):
            await self._finished(running, name)
            assert _listed(each.folder)

    # --- holding and going on -------------------------------------------------------------------

    async def test_a_held_job_goes_on_where_it_was(self, running: Any, held: HeldJob) -> None:
        if "pause" not in running.features:
            pytest.skip("the engine does not announce pause")
        known = await running.add(held.spec)
        await self._some(running, known)
        await running.pause(known)
        await running.pause(known)
        before = (await running.status([known]))[known]
        assert before.state == "paused", before
        held.release()
        await asyncio.sleep(0.1)
        after = (await running.status([known]))[known]
        assert after.state == "paused", after
        await running.resume(known)
        ended = await self._finished(running, known, before.bytes_done)
        assert held.given() <= ended.bytes_total + held.slack, "bytes were fetched twice"

    async def test_jobs_are_known_again_after_a_restart(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        known = await running.add(spec)
        before = await self._finished(running, known)
        await running.stop()
        await running.start()
        assert known in await running.status([known])
        assert await running.add(spec) == known
        after = await self._finished(running, known)
        assert after.bytes_done == before.bytes_done
        assert [each.path for each in await running.files(known)]

    async def test_an_unfinished_job_keeps_its_bytes_over_a_restart(
        self, running: Any, held: HeldJob
    ) -> None:
        known = await running.add(held.spec)
        before = await self._some(running, known)
        await running.stop()
        await running.start()
        held.release()
        ended = await self._finished(running, known)
        assert held.given() <= ended.bytes_total + held.slack, "bytes were fetched twice"
        assert ended.bytes_done >= before.bytes_done

    async def test_an_adopted_job_keeps_the_bytes_it_finds(
        self, running: Any, held: HeldJob
    ) -> None:
        if "adopt" not in running.features:
            pytest.skip("the engine does not announce adopt")
        first = await running.add(held.spec)
        await self._some(running, first)
        await running.remove(first, False)
        held.release()
        known = await running.adopt(held.spec, held.spec.folder)
        assert await running.adopt(held.spec, held.spec.folder) == known
        ended = await self._finished(running, known)
        assert held.given() <= ended.bytes_total + held.slack, "bytes were fetched twice"

    async def test_a_killed_daemon_is_started_again_and_loses_nothing(
        self, running: Any, held: HeldJob, kill: Callable[[Any], Awaitable[None]] | None
    ) -> None:
        if kill is None:
            return  # an engine without a daemon cannot lose one
        known = await running.add(held.spec)
        await self._some(running, known)
        await kill(running)
        # The source must have noticed before it gives any more, to nobody.
        await asyncio.sleep(0.2)
        held.release()
        ended = await self._finished(running, known)
        assert held.given() <= ended.bytes_total + held.slack, "bytes were fetched twice"

    # --- waiting --------------------------------------------------------------------------------

    async def _until(
        self, running: Any, known: str, reached: Callable[[EngineStatus], bool], done: int = 0
    ) -> EngineStatus:
        deadline = asyncio.get_running_loop().time() + self.patience
        while True:
            found = (await self._status(running, known)).get(known)
            if found is not None:
                assert isinstance(found, EngineStatus)
                assert found.bytes_done >= done, f"progress went backwards: {found}"
                done = found.bytes_done
                if reached(found):
                    return found
            assert asyncio.get_running_loop().time() < deadline, f"it takes too long: {found}"
            await asyncio.sleep(0.03)

    async def _status(self, running: Any, known: str) -> Mapping[str, EngineStatus]:
        """A daemon that is just starting again may say so instead of an answer."""
        try:
            found: Mapping[str, EngineStatus] = await running.status([known])
        except PluginError as error:
            assert str(error).strip(), "a trouble needs a sentence"
            return {}
        assert known in found, "a job that was added is unknown"
        return found

    async def _ended(self, running: Any, known: str, done: int = 0) -> EngineStatus:
        return await self._until(
            running, known, lambda found: found.state in ("completed", "failed"), done
        )

    async def _finished(self, running: Any, known: str, done: int = 0) -> EngineStatus:
        ended = await self._ended(running, known, done)
        assert ended.state == "completed", ended.message
        return ended

    async def _some(self, running: Any, known: str) -> EngineStatus:
        """As soon as some of the bytes are there."""
        found = await self._until(running, known, lambda found: found.bytes_done > 0)
        assert found.state not in ("completed", "failed"), found
        return found

    def _feature(self, running: Any, feature: str, *methods: str) -> list[Any]:
        return [getattr(running, each) for each in methods if feature in running.features]


def _listed(folder: Path, *left_out: Path) -> set[Path]:
    """Files below a folder, but for those below others and the plugin's own."""
    return {
        each
        for each in folder.rglob("*")
        if not each.is_dir()
        and not any(each.is_relative_to(other) for other in left_out)
        and "plugin_data" not in str(each.relative_to(folder))
    }

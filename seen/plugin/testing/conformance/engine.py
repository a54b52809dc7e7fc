"""The promises of a download engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from seen.plugin.capabilities import DownloadEngine
from seen.plugin.models import DownloadSpec, EngineFile, EngineStatus
from seen.plugin.testing.conformance.capability import CapabilitySuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.shapes import assert_plain_text, assert_shape

SCHEMES = frozenset({"magnet", "torrent", "http", "https"})
UNKNOWN = "no-such-job"


@asynchronous
class DownloadEngineSuite(CapabilitySuite):
    """Besides ``subject``: the fixture ``spec``, a small job that the engine can really finish,
    with a folder below ``tmp_path``. ``patience`` is how long that may take, in seconds."""

    protocol = DownloadEngine
    optional: ClassVar = {"pause": "pause", "resume": "pause", "adopt": "adopt"}
    bare = frozenset({"shared"})
    patience: float = 60.0

    @pytest.fixture
    def spec(self) -> DownloadSpec:
        raise NotImplementedError("the suite needs a fixture named spec")

    async def _finished(self, running: Any, engine_job_id: str) -> EngineStatus:
        deadline = asyncio.get_running_loop().time() + self.patience
        done = 0
        while True:
            found = (await running.status([engine_job_id])).get(engine_job_id)
            assert isinstance(found, EngineStatus), "a job that was added is unknown"
            assert found.state != "failed", found.message
            assert found.bytes_done >= done, "progress went backwards"
            done = found.bytes_done
            if found.state == "completed":
                return found
            assert asyncio.get_running_loop().time() < deadline, f"not finished: {found}"
            await asyncio.sleep(0.05)

    async def test_schemes_are_known(self, subject: Any) -> None:
        assert subject.schemes and set(subject.schemes) <= SCHEMES

    async def test_adding_a_job_twice_is_one_download(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        first = await running.add(spec)
        assert isinstance(first, str) and first
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

    async def test_nothing_is_written_outside_the_folder(
        self, running: Any, spec: DownloadSpec, tmp_path: Path
    ) -> None:
        before = _listed(tmp_path, spec.folder)
        await self._finished(running, await running.add(spec))
        assert _listed(tmp_path, spec.folder) == before

    async def test_status_is_one_answer_for_many_jobs(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        known = await running.add(spec)
        found = await running.status([known, UNKNOWN])
        assert_shape(found, Mapping[str, EngineStatus], "status")
        assert_plain_text(found)
        assert set(found) == {known}
        assert not await running.status([])
        await running.remove(known, True)

    async def test_removing_forgets_the_job_and_its_files(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        known = await running.add(spec)
        await self._finished(running, known)
        paths = [spec.folder / each.path for each in await running.files(known)]
        await running.remove(known, True)
        assert not await running.status([known])
        assert not any(each.exists() for each in paths)

    async def test_removing_may_keep_the_files(self, running: Any, spec: DownloadSpec) -> None:
        known = await running.add(spec)
        await self._finished(running, known)
        paths = [spec.folder / each.path for each in await running.files(known)]
        await running.remove(known, False)
        assert paths and all(each.exists() for each in paths)

    async def test_removing_an_unknown_job_is_harmless(self, running: Any) -> None:
        await running.remove(UNKNOWN, True)
        await running.remove(UNKNOWN, False)

    async def test_a_held_job_goes_on_where_it_was(self, running: Any, spec: DownloadSpec) -> None:
        if "pause" not in running.features:
            pytest.skip("the engine does not announce pause")
        known = await running.add(spec)
        await running.pause(known)
        held = (await running.status([known]))[known]
        assert held.state in ("paused", "completed"), held
        await running.resume(known)
        await self._finished(running, known)

    async def test_an_adopted_job_keeps_the_bytes_it_finds(
        self, running: Any, spec: DownloadSpec
    ) -> None:
        if "adopt" not in running.features:
            pytest.skip("the engine does not announce adopt")
        first = await running.add(spec)
        await self._finished(running, first)
        await running.remove(first, False)
        await self._finished(running, await running.adopt(spec, spec.folder))


def _listed(folder: Path, left_out: Path) -> set[Path]:
    return {
        each
        for each in folder.rglob("*")
        if not each.is_relative_to(left_out) and not left_out.is_relative_to(each)
        and "plugin_data" not in str(each.relative_to(folder))
    }  # fmt: skip

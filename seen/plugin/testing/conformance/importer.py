"""The promises of an importer."""

from __future__ import annotations

import asyncio
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from seen.plugin import PluginError
from seen.plugin.capabilities import Importer
from seen.plugin.importing import ImportSource
from seen.plugin.models import ImportRow
from seen.plugin.testing.conformance.capability import CapabilitySuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.shapes import assert_shape

SECONDS = 30.0
_HALF = 2


@asynchronous
class ImporterSuite(CapabilitySuite):
    """Needs ``subject`` and ``upload``: the path of a file, written by the test, that the importer
    reads."""

    protocol = Importer
    optional: ClassVar = {"rows": "rows"}

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        raise NotImplementedError("the suite needs a fixture named upload")

    async def _rows(self, running: Any, path: Path) -> list[ImportRow]:
        source = ImportSource(path, path.name)
        async with asyncio.timeout(SECONDS):
            return [each async for each in running.rows(source)]

    def test_it_says_what_it_reads_and_where_that_is_found(self, subject: Any) -> None:
        assert subject.title.strip() and subject.instructions.strip()
        assert subject.accepts and all(
            each.startswith(".") and each == each.lower() for each in subject.accepts
        )

    async def test_rows_are_rows(self, running: Any, upload: Path) -> None:
        found = await self._rows(running, upload)
        assert found, "nothing was read"
        for at, row in enumerate(found):
            assert_shape(row, ImportRow, f"rows[{at}]")
            assert row.problem or row.title.strip() or row.external_ids or row.on_list

    async def test_every_row_names_its_file_and_line(self, running: Any, upload: Path) -> None:
        names = ImportSource(upload, upload.name).names
        for row in await self._rows(running, upload):
            assert row.file in names and row.line > 0, row

    async def test_ratings_and_times_are_in_range(self, running: Any, upload: Path) -> None:
        for row in await self._rows(running, upload):
            assert row.rating is None or 0 <= row.rating <= 100
            assert row.completion_percent is None or 0 <= row.completion_percent <= 100
            for when in (row.watched_at, row.noted_at):
                assert not isinstance(when, datetime) or when.tzinfo is not None, "UTC, with zone"
            for seconds in (row.seconds_played, row.session_seconds, row.position_seconds):
                assert seconds is None or seconds >= 0

    async def test_the_same_file_gives_the_same_rows(self, running: Any, upload: Path) -> None:
        assert await self._rows(running, upload) == await self._rows(running, upload)

    async def test_the_file_stays_as_it_is(self, running: Any, upload: Path) -> None:
        before = (upload.read_bytes(), upload.stat().st_mtime_ns)
        await self._rows(running, upload)
        assert (upload.read_bytes(), upload.stat().st_mtime_ns) == before
        assert [each.name for each in upload.parent.iterdir()] == [upload.name]

    async def test_a_stranger_s_file_is_refused_with_a_reason(
        self, running: Any, upload: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "strangers"
        folder.mkdir()
        for name, content in _strangers(upload.suffix).items():
            path = folder / name
            path.write_bytes(content)
            await self._refused(running, path)

    async def test_a_file_that_was_cut_off_is_told_or_read_as_far_as_it_goes(
        self, running: Any, upload: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "cut"
        folder.mkdir()
        path = folder / upload.name
        data = upload.read_bytes()
        path.write_bytes(data[: len(data) // _HALF])
        if zipfile.is_zipfile(upload):
            await self._refused(running, path)
            return
        try:
            await self._rows(running, path)
        except PluginError as error:
            assert str(error).strip()

    async def test_it_can_be_left_in_the_middle(self, running: Any, upload: Path) -> None:
        rows = running.rows(ImportSource(upload, upload.name))
        await anext(rows)
        await rows.aclose()
        assert await self._rows(running, upload)

    async def _refused(self, running: Any, path: Path) -> None:
        with pytest.raises(PluginError) as raised:
            await self._rows(running, path)
        assert str(raised.value).strip()


def _strangers(suffix: str) -> dict[str, bytes]:
    """Files that are nobody's export, by name."""
    return {
        f"words{suffix}": b"these are only words\n" * 50,
        f"picture{suffix}": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        f"empty{suffix}": b"",
    }

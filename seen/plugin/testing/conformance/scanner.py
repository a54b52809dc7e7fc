"""The promises of a scanner."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from seen.plugin import PluginError
from seen.plugin.capabilities import Scanner
from seen.plugin.models import MediaProbe, ParsedName, ParseHints
from seen.plugin.testing.conformance.capability import CapabilitySuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.shapes import assert_plain_text, assert_shape

HOSTILE_NAMES = (
    "", ".", "..", "...", " ", "\udcff\udcfe.mkv", "\ud800.mkv", "a" * 251 + ".mkv",
    "é" * 125 + ".mkv",
    "\x00.mkv", "\x1b[31mred\x1b[0m.mkv", "new\nline.mkv", "\u202egpj.exe.mkv", "S99999E99999.mkv",
    "[[[[[[[[[[.mkv", "((((((((((((.mkv", "]})>.mkv", "-" * 200 + ".mkv", 
    ".".join("x" * 100) + ".mkv",
    "1" * 200 + ".mkv", "1x" * 100 + ".mkv", "S01E" * 60 + ".mkv", "日本語" * 20 + ".mkv", "💥.mkv",
    "9999-99-99.mkv", "0000.00.00.mkv", "{tmdb-}[tmdbid-]tt.mkv", "%s%n%d.mkv", "$(reboot).mkv",
)  # fmt: skip


@asynchronous
class ScannerSuite(CapabilitySuite):
    """Besides ``subject``: the fixture ``media_file``, a film this scanner can look into, unless
    the one that comes with seen will do."""

    protocol = Scanner
    optional: ClassVar = {"parse": "parse", "probe": "probe"}

    def _needs(self, running: Any, feature: str) -> None:
        if feature not in running.features:
            pytest.skip(f"the scanner does not announce {feature}")

    async def test_parse_answers_every_name(self, running: Any) -> None:
        self._needs(running, "parse")
        for name in HOSTILE_NAMES:
            for path in (Path(name), Path("/library/Some Show") / name):
                found = await running.parse(path, ParseHints())
                assert_shape(found, ParsedName | None, f"parse({name!r})")
                if found is not None:
                    assert_plain_text(found)
                    assert found.title.strip()
                    assert 0 <= found.confidence <= 1

    async def test_parse_needs_no_file(self, running: Any, tmp_path: Path) -> None:
        self._needs(running, "parse")
        await running.parse(tmp_path / "there is no such folder" / "Film (2001).mkv", ParseHints())

    async def test_parse_gives_the_same_answer_again(self, running: Any) -> None:
        self._needs(running, "parse")
        path = Path("/library/Film (2001)/Film (2001).mkv")
        assert await running.parse(path, ParseHints()) == await running.parse(path, ParseHints())

    async def test_probe_tells_what_a_film_holds(self, running: Any, media_file: Path) -> None:
        self._needs(running, "probe")
        found = await running.probe(media_file)
        assert_shape(found, MediaProbe, "probe")
        assert found.container.isalnum() and found.container.islower()
        video = next(each for each in found.streams if each.type == "video")
        assert video.codec and video.width and video.height
        assert found.duration_seconds is None or found.duration_seconds > 0
        assert_plain_text(found)

    async def test_probe_leaves_the_file_as_it_is(self, running: Any, media_file: Path) -> None:
        self._needs(running, "probe")
        before = (media_file.read_bytes(), media_file.stat().st_mtime_ns)
        await running.probe(media_file)
        assert (media_file.read_bytes(), media_file.stat().st_mtime_ns) == before
        assert [each.name for each in media_file.parent.iterdir()] == [media_file.name]

    async def test_probe_says_that_an_empty_file_is_empty(
        self, running: Any, tmp_path: Path
    ) -> None:
        self._needs(running, "probe")
        path = tmp_path / "empty.mkv"
        path.touch()
        with pytest.raises(PluginError) as raised:
            await running.probe(path)
        assert str(raised.value).strip()

    async def test_probe_of_a_damaged_file_gives_a_reason(
        self, running: Any, media_file: Path, tmp_path: Path
    ) -> None:
        self._needs(running, "probe")
        path = tmp_path / f"damaged{media_file.suffix}"
        path.write_bytes(media_file.read_bytes()[:200] + b"\xff" * 4000)
        with pytest.raises(PluginError) as raised:
            await running.probe(path)
        assert str(raised.value).strip()

    async def test_probe_of_no_media_is_none_or_a_reason(
        self, running: Any, tmp_path: Path
    ) -> None:
        self._needs(running, "probe")
        path = tmp_path / "notes.mkv"
        path.write_text("these are only words\n" * 200)
        try:
            assert await running.probe(path) is None
        except PluginError as error:
            assert str(error).strip()

    async def test_probe_of_a_missing_file_gives_a_reason(
        self, running: Any, tmp_path: Path
    ) -> None:
        self._needs(running, "probe")
        with pytest.raises(PluginError):
            await running.probe(tmp_path / "gone.mkv")

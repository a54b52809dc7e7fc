"""What the engine does beyond the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import libtorrent as lt
import pytest
from seen_engine_libtorrent import sources
from seen_engine_libtorrent.engine import LibtorrentEngine
from seen_engine_libtorrent.settings import filter_of, settings_of
from seen_engine_libtorrent.states import STALLED_AFTER, Facts, Job, disk_trouble, status_of

from seen.plugin import PluginError, Unsupported
from seen.plugin.models import DownloadSpec
from seen.plugin.testing.engines import Engines, until
from seen.plugin.testing.jobs import CONTENT
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.torrents import bencode, make_torrent

Make = Engines[LibtorrentEngine]


@pytest.fixture
async def peers() -> AsyncIterator[Swarm]:
    async with swarm() as running:
        yield running


@pytest.fixture
async def make(plugin_context: Callable[..., Any]) -> AsyncIterator[Make]:
    engines = Engines(LibtorrentEngine, plugin_context, interface="127.0.0.1")
    yield engines
    await engines.stop()


def spec_of(peers: Swarm, tmp_path: Path, **more: Any) -> DownloadSpec:
    made = peers.add({"film.mkv": CONTENT}, **more)
    return DownloadSpec("job-1", made.magnet, tmp_path / "job-1")


async def test_the_list_of_files_is_asked_for_once(
    make: Make, peers: Swarm, tmp_path: Path
) -> None:
    """After a restart the magnet link knows its files although nobody is there to ask."""
    # More than a piece: the beginning of one is not kept over a restart.
    peers.hold_after = 150_000
    first = await make()
    await first.add(spec_of(peers, tmp_path))
    await until(first, lambda found: found.bytes_done >= 100_000)
    await first.stop()
    peers.dials = False
    second = await make(like=first)
    # Its notes of what is there are read beside everything else.
    await until(second, lambda found: found.bytes_done > 0)
    (file,) = await second.files("job-1")
    assert (file.path, file.size_bytes) == ("film.mkv", len(CONTENT))
    assert file.done_bytes > 0


async def test_notes_from_before_a_loss_of_power_are_not_believed(
    make: Make, peers: Swarm, tmp_path: Path
) -> None:
    peers.hold_after = 150_000
    first = await make()
    await first.add(spec_of(peers, tmp_path))
    await until(first, lambda found: found.bytes_done >= 100_000)
    await first.stop()
    with (tmp_path / "job-1" / "film.mkv").open("r+b") as file:
        file.write(bytes(30_000))
    (first._ctx.data_dir / "jobs" / "0" / "running").write_text("another run of the system")
    peers.gate.set()
    second = await make(like=first)
    await until(second, lambda found: found.state == "completed")
    assert (tmp_path / "job-1" / "film.mkv").read_bytes() == CONTENT


async def test_the_same_torrent_is_brought_once(make: Make, peers: Swarm, tmp_path: Path) -> None:
    engine = await make()
    spec = spec_of(peers, tmp_path)
    await engine.add(spec)
    with pytest.raises(PluginError, match="Another download"):
        await engine.add(replace(spec, job_id="job-2", folder=tmp_path / "job-2"))
    assert set(await engine.status(["job-1", "job-2"])) == {"job-1"}


@pytest.mark.parametrize(
    ("source", "torrent"),
    [("magnet:?xt=urn:btih:zz", None), ("x.torrent", b"de"), ("x.torrent", b""),
     ("x.torrent", b"d4:infod6:lengthi-1e4:name1:x12:piece lengthi0e6:pieces0:ee")],
)  # fmt: skip
async def test_what_is_no_torrent_is_refused_with_a_sentence(
    make: Make, tmp_path: Path, source: str, torrent: bytes | None
) -> None:
    engine = await make()
    with pytest.raises(PluginError, match="cannot be read"):
        await engine.add(DownloadSpec("job-1", source, tmp_path / "job-1", torrent))
    with pytest.raises(Unsupported):
        await engine.add(DownloadSpec("job-1", "http://host/", tmp_path / "job-1"))


def test_links_inside_of_a_torrent_are_refused(tmp_path: Path) -> None:
    film = {"length": 10, "path": ["film.mkv"]}
    link = {"length": 0, "path": ["link"], "attr": "l", "symlink path": ["..", "passwd"]}
    info = {"name": "x", "piece length": 16384, "pieces": bytes(20), "files": [film, link]}
    spec = DownloadSpec("job-1", "x.torrent", tmp_path, bencode({"info": info}))
    with pytest.raises(PluginError, match="links"):
        sources.params_of(spec)


def test_only_trackers_that_the_gate_knows_are_kept(tmp_path: Path) -> None:
    trackers = ["http://a/announce", "wss://b/", "udp://c:1/announce", "file:///d", "https://e/x"]
    seeds = ["http://a/film", "ftp://b/film"]
    made = make_torrent({"film.mkv": CONTENT}, trackers, web_seeds=seeds)
    params = sources.fit(lt.load_torrent_buffer(made.encoded), tmp_path, dht=False)
    assert params.trackers == [trackers[0], trackers[2], trackers[4]]
    assert [each.rstrip("/") for each in params.url_seeds] == seeds[:1]
    assert params.flags & lt.torrent_flags.apply_ip_filter
    assert params.flags & lt.torrent_flags.disable_dht
    assert not params.flags & (lt.torrent_flags.auto_managed | lt.torrent_flags.paused)


def test_the_defaults_are_private() -> None:
    found = settings_of({})
    for name in ("enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp", "enable_outgoing_utp"):
        assert found[name] is False
    assert found["webtorrent_stun_server"] == ""
    assert found["ssrf_mitigation"] and found["apply_ip_filter_to_trackers"]
    assert settings_of({"interface": "::1", "port": 7})["listen_interfaces"] == "[::1]:7"


def test_the_filter_holds_what_the_gate_refuses() -> None:
    made = filter_of([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])
    assert [made.access(each) for each in ("10.1.2.3", "11.1.2.3", "fd00::1", "2600::1")] == [
        1, 0, 1, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "quiet", "tracker", "dht", "state", "words"),
    [
        (Facts("checking_files"), 99, "", True, "checking", ""),
        (Facts("downloading", rate=5, peers=2), 1, "", True, "downloading", ""),
        (Facts("downloading"), STALLED_AFTER, "", True, "stalled", "No peers for 20 s"),
        (Facts("downloading"), 240, "", False, "stalled",
         "No peers for 4 min; DHT, which finds more of them, is switched off"),
        (Facts("downloading_metadata"), 90, "go away", False, "fetching_metadata",
         "No peers for 90 s; the tracker says: go away"),
        (Facts("downloading", peers=3), 90, "", True, "stalled",
         "No peer has given anything new for 90 s"),
    ],
)  # fmt: skip
def test_a_status_says_what_is_the_matter(
    facts: Facts, quiet: float, tracker: str, dht: bool, state: str, words: str
) -> None:
    found = status_of(Job("1", "/x"), facts, quiet, tracker, dht=dht)
    assert (found.state, found.message) == (state, words)


def test_a_full_disk_is_called_so() -> None:
    assert disk_trouble(28, "No space left on device") == "The disk is full"
    assert disk_trouble(5, "I/O error") == "The files cannot be written: I/O error"

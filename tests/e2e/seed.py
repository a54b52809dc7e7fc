"""A tracker and a peer for tests with a browser; they are slow where a test asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from seen.plugin.testing.swarm import Swarm
from seen.plugin.testing.torrents import PIECE, TestTorrent
from tests.e2e.threaded import InThread


class Seed(InThread):
    """Has every torrent that was added."""

    def __init__(self) -> None:
        super().__init__()
        self._swarm = Swarm()

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/announce", self._swarm.announce)
        return app

    def add(self, files: Mapping[str, bytes]) -> TestTorrent:
        """Make a torrent and give it to whoever asks."""
        return self._swarm.add(dict(files), [f"{self.url}/announce"])

    def set_pace(self, bytes_per_second: int | None) -> None:
        """How fast it gives; None is as fast as it goes."""
        self._swarm.pause = PIECE / bytes_per_second if bytes_per_second else 0.0

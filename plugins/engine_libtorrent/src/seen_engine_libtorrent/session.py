"""libtorrent's session on an event loop: its alerts come to a function here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping
from typing import Any, cast

import libtorrent as lt


class Session:
    """Made and closed on one loop. ``heard`` gets every alert, there and at once: an alert must
    not be kept, because libtorrent takes it back when the next ones are fetched."""

    def __init__(
        self, settings: Mapping[str, Any], refuse: lt.ip_filter, heard: Callable[[Any], None]
    ) -> None:
        self._heard = heard
        self.raw: Any = lt.session(cast(Any, dict(settings)))
        self.raw.set_ip_filter(refuse)
        self._loop = asyncio.get_running_loop()
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)
        self._there.setblocking(False)
        self._loop.add_reader(self._here, self._drain)
        self.raw.set_alert_fd(self._there.fileno())
        # Alerts that were there before nobody is woken for.
        self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._here.recv(4096):
                pass
        raw = self.raw
        if raw is not None:
            for each in raw.pop_alerts():
                self._heard(each)

    def close(self) -> None:
        """Listen no more; on the loop, and followed by :meth:`drop`."""
        self._loop.remove_reader(self._here)

    def drop(self) -> None:
        """End the session. Blocks until the trackers heard of it, or for a second."""
        self.raw = None
        self._here.close()
        self._there.close()

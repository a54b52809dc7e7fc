"""A Transmission of our own: what it is told, how it starts and ends."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seen.plugin import PluginContext
from seen.plugin.daemon import find_program, free_port
from seen.plugin.daemon_engine import OwnProgram
from seen_engine_transmission.rpc import Rpc


class OwnTransmission(OwnProgram):
    """Reachable from this machine only, with a password that nobody has."""

    def __init__(self, ctx: PluginContext, folder: Path) -> None:
        super().__init__(ctx, folder, "Transmission")
        self.unclean = False
        """Whether the run before this one did not end properly, so that its notes are old."""
        self._mark = folder / "running"

    async def start(self) -> Rpc:
        """Start it, with every torrent held, and wait until it answers. Raises NotReady."""
        program = program_of(self._ctx.config)
        port, password = free_port(), secrets.token_urlsafe(24)
        self.unclean = await self._ctx.run_blocking(self._prepare, port, password)
        # It asks trackers and web seeds through libcurl, which looks for these.
        proxy = await self._ctx.guarded_proxy()
        env = {"http_proxy": proxy, "https_proxy": proxy, "all_proxy": proxy, "no_proxy": ""}
        command = [program, "--foreground", "--paused", "--config-dir", str(self._folder)]
        self._daemon.start(command, env)
        rpc = Rpc(self._ctx, f"http://127.0.0.1:{port}", "seen", password)
        await self._daemon.comes_up(lambda: rpc.ask(lambda client: client.get_session()))
        return rpc

    async def stop(self) -> None:
        """End it; what it knows of unfinished torrents is written down."""
        died = not self.runs
        await super().stop()
        if not died:
            await self._ctx.run_blocking(self._mark.unlink, missing_ok=True)

    def _prepare(self, port: int, password: str) -> bool:
        """Write its settings; whether the last run left its mark. Blocks."""
        blocked = self._folder / "blocklists"
        blocked.mkdir(parents=True, exist_ok=True)
        for each in blocked.iterdir():
            each.unlink()
        (blocked / "seen.p2p").write_text(self._blocklist())
        path = self._folder / "settings.json"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(settings_of(self._ctx.config, port, password), file)
        unclean = self._mark.exists()
        self._mark.touch()
        return unclean

    def _blocklist(self) -> str:
        """Addresses that it shall not connect to, as it reads them. It knows such lists for IPv4
        only; IPv6 peers come from trackers alone, whose answers are sorted before it gets them."""
        networks = [each for each in self._ctx.refused_networks() if each.version == 4]
        return "".join(f"private:{each[0]}-{each[-1]}\n" for each in networks)


def program_of(config: Mapping[str, Any]) -> str:
    """Where Transmission is. Raises NotReady when it is not installed."""
    return find_program("Transmission", str(config.get("program") or "transmission-daemon"))


def settings_of(config: Mapping[str, Any], port: int, password: str) -> dict[str, Any]:
    """The settings of an own daemon."""
    down, up = int(config.get("download_limit") or 0), int(config.get("upload_limit") or 0)
    return {
        "rpc-enabled": True,
        "rpc-bind-address": "127.0.0.1",
        "rpc-port": port,
        "rpc-authentication-required": True,
        "rpc-username": "seen",
        "rpc-password": password,
        "rpc-whitelist": "127.0.0.1",
        "rpc-whitelist-enabled": True,
        # A version that counts wrong passwords would lock us out with everybody else.
        "anti-brute-force-enabled": False,
        "peer-port": int(config.get("port") or 0) or free_port(),
        "peer-port-random-on-start": False,
        "port-forwarding-enabled": False,
        # Peers found these ways are dialled without asking anybody.
        "dht-enabled": False,
        "lpd-enabled": False,
        "pex-enabled": False,
        "utp-enabled": False,
        "blocklist-enabled": True,
        # Files have their own names from the start, where everybody expects them.
        "rename-partial-files": False,
        "incomplete-dir-enabled": False,
        "watch-dir-enabled": False,
        "script-torrent-done-enabled": False,
        "preallocation": 0,
        # What it says is there is on the disk, even if it is killed the next moment.
        "cache-size-mb": 0,
        # The server decides how many downloads run.
        "download-queue-enabled": False,
        "seed-queue-enabled": False,
        "queue-stalled-enabled": False,
        "speed-limit-down": down,
        "speed-limit-down-enabled": down > 0,
        "speed-limit-up": up,
        "speed-limit-up-enabled": up > 0,
        "umask": 18,
        "message-level": 1,
    }

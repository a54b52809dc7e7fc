"""An aria2 of our own: what it is told, how it starts and ends."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seen.plugin import PluginContext
from seen.plugin.daemon import find_program, free_port
from seen.plugin.daemon_engine import OwnProgram
from seen_engine_aria2.rpc import Rpc

_KB = 1000


class OwnAria2(OwnProgram):
    """Reachable from this machine only, with a password that nobody has."""

    def __init__(self, ctx: PluginContext, folder: Path) -> None:
        super().__init__(ctx, folder, "aria2")

    async def start(self) -> Rpc:
        """Start it and wait until it answers. Raises NotReady."""
        program = program_of(self._ctx.config)
        port, secret = free_port(), secrets.token_urlsafe(24)
        settings = self._settings(port, secret)
        await self._ctx.run_blocking(_write_private, self._folder / "aria2.conf", settings)
        self._daemon.start([program, f"--conf-path={self._folder / 'aria2.conf'}"])
        rpc = Rpc(self._ctx, f"http://127.0.0.1:{port}", secret)
        await self._daemon.comes_up(lambda: rpc.call("getVersion"))
        return rpc

    def _settings(self, port: int, secret: str) -> Mapping[str, str]:
        config = self._ctx.config
        listen = int(config.get("port") or 0) or free_port()
        return {
            "enable-rpc": "true",
            "rpc-listen-port": str(port),
            "rpc-listen-all": "false",
            "rpc-secret": secret,
            "rpc-max-request-size": "32M",
            "no-netrc": "true",
            "stop-with-process": str(os.getpid()),
            "dir": str(self._folder),
            "listen-port": str(listen),
            # Peers found these ways are dialled without asking anybody.
            "enable-dht": "false",
            "enable-dht6": "false",
            "bt-enable-lpd": "false",
            # The server decides how many downloads run.
            "max-concurrent-downloads": "1000",
            "max-download-result": "10000",
            "max-overall-download-limit": str(int(config.get("download_limit") or 0) * _KB),
            "max-overall-upload-limit": str(int(config.get("upload_limit") or 0) * _KB),
            "auto-save-interval": "1",
            "file-allocation": "none",
            # What it says is there is on the disk, even if it is killed the next moment.
            "disk-cache": "0",
            "summary-interval": "0",
            "show-console-readout": "false",
            "download-result": "hide",
            "console-log-level": "warn",
        }


def program_of(config: Mapping[str, Any]) -> str:
    """Where aria2 is. Raises NotReady when it is not installed."""
    return find_program("aria2", str(config.get("program") or "aria2c"))


def options_of(config: Mapping[str, Any], proxy: str) -> dict[str, str]:
    """The options of every download, fixed: nothing of a job gets in here. With ``proxy``, all of
    its HTTP goes through there."""
    connections = str(int(config.get("connections") or 4))
    options = {
        "split": connections,
        "max-connection-per-server": connections,
        "min-split-size": "8M",
        "max-tries": "5",
        "retry-wait": "2",
        "connect-timeout": "15",
        "timeout": "60",
        "continue": "true",
        "always-resume": "false",
        "max-resume-failure-tries": "0",
        "auto-file-renaming": "false",
        "allow-overwrite": "true",
        "allow-piece-length-change": "true",
        "remote-time": "false",
        "http-accept-gzip": "false",
        # What is downloaded is never taken for a list of more to download.
        "follow-torrent": "false",
        "follow-metalink": "false",
        "rpc-save-upload-metadata": "false",
        "enable-peer-exchange": "false",
        "seed-time": "0",
    }
    return {**options, "all-proxy": proxy, "no-proxy": ""} if proxy else options


def _write_private(path: Path, settings: Mapping[str, str]) -> None:
    """A settings file that only we can read. Blocks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in settings.items())

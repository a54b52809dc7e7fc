"""A program that a plugin starts, and that ends with it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from seen.core.children import end_with_parent

_LOOK = 0.02
_ASK_AGAIN = 1.0


class Daemon:
    """Started, watched and stopped on the plugin's loop: the kernel ends the program when the
    plugin's thread has ended, however that came about. ``log`` is a file for what it says."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start the program with an environment of its own: nothing of the server's secrets, and
        no proxy but the one that is given. Raises OSError."""
        clean = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # a list of arguments, no shell
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**clean, "HOME": str(self._log.parent), **(env or {})},
                cwd=self._log.parent,
                preexec_fn=_child,  # does one system call
            )

    @property
    def pid(self) -> int:
        """The program's process; 0 when it was never started."""
        return self._process.pid if self._process else 0

    @property
    def runs(self) -> bool:
        """Whether the program was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    async def stop(self, patience: float) -> None:
        """Ask it to end, again each second, and end it after so many seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        clock = asyncio.get_running_loop().time
        begun = asked = clock() - _ASK_AGAIN
        while process.poll() is None:
            if clock() - begun > patience + _ASK_AGAIN:
                process.kill()
            elif clock() - asked >= _ASK_AGAIN:
                asked = clock()
                process.terminate()
            await asyncio.sleep(_LOOK)

    def last_words(self) -> str:
        """The last line that it said, "" for none. Blocks."""
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return ""
        return next((each.strip()[-300:] for each in reversed(lines) if each.strip()), "")


def find_program(name: str) -> str | None:
    """Where a program is, given by its name or its path; None when it is not installed."""
    return shutil.which(name)


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _child() -> None:
    end_with_parent(signal.SIGTERM)

"""A program that a plugin starts, and that ends with it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from seen.core.children import end_with_parent
from seen.plugin.errors import NotReady

_LOOK = 0.02
_ASK_AGAIN = 1.0


class Daemon:
    """Started, watched and stopped on the plugin's loop: the kernel ends the program when the
    plugin's thread has ended, however that came about. ``title`` is what people call it, ``log`` a
    file for what it says."""

    def __init__(self, title: str, log: Path) -> None:
        self._title = title
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start the program with an environment of its own: nothing of the server's secrets, and
        no proxy but the one that is given. Raises NotReady."""
        clean = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        try:
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
        except OSError as error:
            raise NotReady(f"{self._title} cannot be started: {error.strerror}") from error

    async def comes_up(self, ask: Callable[[], Awaitable[object]], patience: float = 15.0) -> None:
        """Wait until asking it raises NotReady no more. Raises NotReady when it ends instead, or
        takes longer."""
        deadline = asyncio.get_running_loop().time() + patience
        while True:
            try:
                await ask()
                return
            except NotReady:
                if not self.runs:
                    said = await asyncio.to_thread(self.last_words) or "it did not say why"
                    raise NotReady(f"{self._title} ended at once: {said}") from None
                if asyncio.get_running_loop().time() > deadline:
                    await self.stop(1)
                    raise NotReady(f"{self._title} was started, but does not answer") from None
            await asyncio.sleep(_LOOK)

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


def find_program(title: str, name: str) -> str:
    """Where a program is, given by its name or its path. Raises NotReady when it is not
    installed."""
    found = shutil.which(name)
    if found is None:
        raise NotReady(f"{name} is not installed; install {title}, or enter where it is")
    return found


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _child() -> None:
    end_with_parent(signal.SIGTERM)

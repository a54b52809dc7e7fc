"""A real server process with a data folder and a port of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

_OPEN = re.compile(r"Open (http://\S+)")
_SECONDS = 60


class Running:
    """``seen serve`` until :meth:`stop`. ``url`` is the address it named."""

    def __init__(self, data_dir: Path, environ: Mapping[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SEEN_")}
        self._lines: list[str] = []
        self._opened = threading.Event()
        self.url = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "seen.cli.main", "serve"],
            env={
                **kept,
                "SEEN_DATA_DIR": str(data_dir),
                "SEEN_PORT": "0",
                # The one service that is asked without a key; no test reaches it.
                "SEEN_METADATA_TVMAZE_BASE_URL": "http://127.0.0.1:1",
                **environ,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self) -> Running:
        """Wait until it serves."""
        if not self._opened.wait(_SECONDS) or not self.url:
            self.stop()
            raise AssertionError("the server did not start:\n" + self.log())
        return self

    def log(self) -> str:
        """What it has said so far."""
        return "".join(self._lines)

    def stop(self) -> None:
        """Ask it to stop, as a service manager does, and wait."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line)
            if found := _OPEN.search(line):
                self.url = found.group(1)
                self._opened.set()
        self._opened.set()

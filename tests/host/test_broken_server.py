"""A real server among broken plugins: it is ready, it names each of them, its pages answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import Running
from tests.host.workshop import HEAD, HOOK, PROVIDER, Workshop, provider
from tests.media import put_clip

EMAIL, PASSWORD = "admin@example.org", "a password for tests"
SLEEP = "time.sleep(30)"
RAISES = "raise RuntimeError('on fire')"
METHODS = ("start(self)", "health(self)", "stop(self)", "search(self, query)")
BROKEN = {
    # cannot be imported
    "noimport": "import does_not_exist\n",
    # raises in every call
    "raises": provider("\n".join(f"async def {each}: {RAISES}" for each in METHODS)),
    # starts, and raises in every call after that
    "faulty": provider(f"async def search(self, query): {RAISES}"),
    # sleeps without awaiting, in a method, at its start, while it is imported
    "sleepy": provider(f"async def search(self, query): {SLEEP}; return []"),
    "drowsy": provider(f"async def start(self): {SLEEP}"),
    "snoring": f"{HEAD}{SLEEP}\n{PROVIDER}{HOOK}",
    # has a wrong signature
    "signature": provider("async def search(self, text): return []"),
}
REASONS = {
    "noimport": ("broken", "No module named 'does_not_exist'"),
    "raises": ("failed", "start raised RuntimeError: on fire"),
    "drowsy": ("blocked", "hangs in seen_drowsy"),
    "snoring": ("blocked", "hangs in seen_snoring"),
    "signature": ("broken", "takes (text) but must take (query)"),
}


class Caller:
    """Somebody who asks a server over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = ""

    def ask(self, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                raw, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            raw, status = error.read(), error.code
        return status, json.loads(raw) if raw[:1] in (b"{", b"[") else raw.decode()


def until(check: Callable[[], Any], seconds: float) -> Any:
    """What the check finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


@pytest.mark.timeout(180)
def test_a_server_among_broken_plugins_is_ready_and_names_each(tmp_path: Path) -> None:
    site, data = tmp_path / "site", tmp_path / "data"
    site.mkdir()
    workshop = Workshop(site)
    for name, source in BROKEN.items():
        workshop.plugin(name, source)
    workshop.plugin("good")
    put_clip(tmp_path / "media" / "Tidewater (2019).mp4")
    environ = {
        "PYTHONPATH": str(site), "SEEN_ADMIN_EMAIL": EMAIL, "SEEN_ADMIN_PASSWORD": PASSWORD,
        "SEEN_LIBRARY_ROOTS": str(tmp_path / "media"), "SEEN_LOG_LEVEL": "error",
    }  # fmt: skip
    seen = Path(sys.executable).with_name("seen")
    bare = {**os.environ, **environ, "SEEN_DATA_DIR": str(data)}
    subprocess.run([seen, "migrate"], env=bare, capture_output=True, timeout=60, check=True)
    server = Running(data, environ).wait()
    try:
        caller = Caller(server.url)
        until(lambda: caller.ask("/api/v1/health/ready")[0] == 200, 10)
        login = {"email": EMAIL, "password": PASSWORD}
        caller.token = caller.ask("/api/v1/auth/login", login)[1]["accessToken"]

        def named() -> dict[str, Any]:
            """All plugins once the five that never run are judged."""
            found = {p["id"]: p for p in caller.ask("/api/v1/admin/plugins")[1]["plugins"]}
            judged = all(found[name]["state"] == state for name, (state, _) in REASONS.items())
            return found if judged else {}

        plugins = until(named, 15)
        for name, (_, reason) in REASONS.items():
            assert reason in plugins[name]["reason"], plugins[name]
        assert (plugins["good"]["state"], plugins["good"]["reason"]) == ("running", "")
        # A scan calls every provider that runs: now the other two show what they are.
        caller.ask("/api/v1/library/rescan", {})

        def caught() -> dict[str, Any]:
            found = {p["id"]: p for p in caller.ask("/api/v1/admin/plugins")[1]["plugins"]}
            return found if found["sleepy"]["reason"] and found["faulty"]["reason"] else {}

        plugins = until(caught, 45)
        assert "on fire" in plugins["faulty"]["reason"]
        assert "seen_sleepy" in plugins["sleepy"]["reason"]
        for path in ("/app/dashboard", "/app/movies", "/app/admin/plugins", "/app/library"):
            status, page = caller.ask(path)
            assert status == 200, path

        def told() -> bool:
            """Whether the command names every reason; one that is being tried again has none."""
            listed = subprocess.run(
                [seen, "plugins", "list", "--json"],
                env=bare, capture_output=True, text=True, timeout=60, check=True,
            )  # fmt: skip
            reasons = {each["id"]: each["reason"] for each in json.loads(listed.stdout)}
            return all(reasons[name] for name in BROKEN)

        until(told, 45)
        status, page = caller.ask("/app/admin/plugins")
        for name in BROKEN:
            assert name.title() in page
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(15) == 0
    finally:
        server.stop()

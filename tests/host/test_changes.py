"""What an admin changes while the server runs: nothing restarts, nothing is half done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seen.core.db import Database
from seen.core.errors import SettingsError
from seen.core.events import Event, Events
from seen.core.settings import Settings
from seen.host import (
    PluginFault,
    PluginHost,
    SwitchedOff,
    TrialFailed,
    UnknownPlugin,
    check_environment,
)
from seen.plugin.errors import ConfigError
from seen.plugin.models import SearchQuery
from tests.host.workshop import (
    HEAD,
    HOOK,
    PROVIDER,
    QUICK,
    MakeHost,
    Workshop,
    plugin_threads,
    provider,
)

FIELDS = """
[[field]]
name = "api_key"
type = "secret"
label = "API key"
required = true

[[field]]
name = "region"
default = "DE"

[[field]]
name = "workers"
type = "int"
default = 2
minimum = 1
maximum = 8
"""

# Answers with its configuration, and does not start with one special key.
CONFIGURED = provider("""
async def start(self):
    if self.ctx.config["api_key"] == "refused":
        raise AuthFailed("The key was refused")

async def search(self, query):
    config = self.ctx.config
    said = f"{config['api_key']} {config['region']} {config['workers']}"
    return [SearchHit(ExternalRef("test", MediaKind.MOVIE, "1"), said)]
""")


async def said(host: PluginHost, name: str = "keyed") -> str:
    """What the plugin says of its configuration."""
    handle = next(h for h in host.metadata_providers() if h.plugin == name)
    return (await handle.call(lambda p: p.search(SearchQuery("x"))))[0].title


async def eventually(fits: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_a_plugin_without_its_key_needs_setup_and_runs_once_it_has_it(
    workshop: Workshop, make_host: MakeHost, database: Database
) -> None:
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    host = await make_host()
    assert await host.settled(5)
    view = await host.view("keyed")
    assert (view.state, view.reason) == ("needs_setup", "Needs API key")
    view = await host.configure("keyed", {"api_key": "s3cret-value", "workers": 4}, by="ann@x.org")
    assert view.state == "running"
    assert await said(host) == "s3cret-value DE 4"
    key, region, workers = view.fields
    assert (key.value, key.is_set, key.from_environment) == (None, True, False)
    assert (region.value, workers.value) == ("DE", 4)
    assert key.variable == "SEEN_KEYED_API_KEY"
    assert "s3cret" not in repr(view)
    stored = await database.fetchval("select config::text from plugin_instances where id = 'keyed'")
    assert "s3cret" not in str(stored)
    assert "sealed" in str(stored)
    # A form shows secrets empty: leaving it empty keeps it.
    await host.configure("keyed", {"api_key": "", "region": "FR"})
    assert await said(host) == "s3cret-value FR 4"
    view = await host.configure("keyed", {"region": None})
    assert await said(host) == "s3cret-value DE 4"


async def test_values_that_do_not_survive_a_trial_are_not_stored(
    workshop: Workshop, make_host: MakeHost, database: Database
) -> None:
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    host = await make_host()
    await host.configure("keyed", {"api_key": "good"})
    before = await database.fetchrow("select config, revision from plugin_instances")
    with pytest.raises(TrialFailed, match="The key was refused"):
        await host.configure("keyed", {"api_key": "refused"})
    with pytest.raises(TrialFailed) as missing:
        await host.configure("keyed", {"api_key": None})
    assert missing.value.field == "api_key"
    with pytest.raises(ConfigError, match="must be from 1 to 8") as wrong:
        await host.configure("keyed", {"workers": 99})
    assert wrong.value.field == "workers"
    with pytest.raises(ConfigError, match="There is no field colour"):
        await host.configure("keyed", {"colour": "red"})
    assert await database.fetchrow("select config, revision from plugin_instances") == before
    assert await said(host) == "good DE 2"
    assert len(plugin_threads()) == 1


async def test_the_environment_goes_before_what_is_stored_and_says_so(
    workshop: Workshop, make_host: MakeHost, tmp_path: Path
) -> None:
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    key = tmp_path / "key"
    key.write_text("from-a-file\n")
    environ = {"SEEN_KEYED_API_KEY_FILE": str(key), "SEEN_KEYED_WORKERS": "7"}
    host = await make_host(environ=environ)
    await host.settled(5)
    assert await said(host) == "from-a-file DE 7"
    secret, region, workers = (await host.view("keyed")).fields
    assert (secret.from_environment, secret.variable) == (True, "SEEN_KEYED_API_KEY_FILE")
    assert (workers.from_environment, workers.variable, workers.value) == (
        True, "SEEN_KEYED_WORKERS", 7)  # fmt: skip
    assert not region.from_environment
    with pytest.raises(ConfigError, match="set by SEEN_KEYED_WORKERS; change it there"):
        await host.configure("keyed", {"workers": 3})
    await host.configure("keyed", {"workers": 7, "region": "FR"})
    assert await said(host) == "from-a-file FR 7"


async def test_a_wrong_variable_is_named_and_harms_only_its_plugin(
    workshop: Workshop, make_host: MakeHost
) -> None:
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    workshop.plugin("good")
    environ = {"SEEN_KEYED_API_KEY": "k", "SEEN_KEYED_WORKERS": "many"}
    host = await make_host(environ=environ)
    await host.settled(5)
    view = await host.view("keyed")
    sentence = "SEEN_KEYED_WORKERS: Workers must be a whole number"
    assert (view.state, view.reason) == ("needs_setup", sentence)
    assert (await host.view("good")).state == "running"
    with pytest.raises(SettingsError, match=sentence):
        check_environment(environ)
    check_environment({"SEEN_KEYED_WORKERS": "3"})


async def test_secrets_of_another_server_key_are_asked_for_again(
    workshop: Workshop, make_host: MakeHost
) -> None:
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    host = await make_host()
    await host.configure("keyed", {"api_key": "good"})
    await host.stop()
    host = await make_host(secret=b"another secret of the same server")
    await host.settled(5)
    view = await host.view("keyed")
    assert view.state == "needs_setup"
    assert "secret key has changed; enter it again" in view.reason


async def test_switching_off_lets_calls_finish_and_ends_the_thread(
    workshop: Workshop, make_host: MakeHost
) -> None:
    folder = workshop.plugin("slow", provider("""
    async def search(self, query):
        gate = Path(__file__).with_name("go")
        gate.with_name("begun").touch()
        while not gate.exists():
            await asyncio.sleep(0.01)
        return []
    async def stop(self):
        Path(__file__).with_name("stopped").touch()
    """))  # fmt: skip
    host = await make_host()
    await host.settled(5)
    (handle,) = host.metadata_providers()
    call = asyncio.create_task(handle.call(lambda p: p.search(SearchQuery("x"))))
    await eventually((folder / "begun").exists)
    off = asyncio.create_task(host.set_enabled("slow", False))
    await eventually(lambda: host.metadata_providers() == ())
    with pytest.raises(SwitchedOff):
        await handle.call(lambda p: p.search(SearchQuery("y")))
    assert not (folder / "stopped").exists()
    (folder / "go").touch()
    assert await call == []
    assert (await off).state == "disabled"
    assert (folder / "stopped").exists()
    assert plugin_threads() == []
    assert (await host.set_enabled("slow", True)).state == "running"
    with pytest.raises(UnknownPlugin):
        await host.set_enabled("nobody", True)


async def test_the_order_is_the_admins_and_moving_restarts_nothing(
    workshop: Workshop, make_host: MakeHost
) -> None:
    for name in ("alpha", "beta", "gamma"):
        workshop.plugin(name)
    host = await make_host()
    await host.settled(5)
    handles = host.metadata_providers()
    assert [h.plugin for h in handles] == ["alpha", "beta", "gamma"]
    await host.reorder(["gamma", "alpha"])
    assert [h.plugin for h in host.metadata_providers()] == ["gamma", "beta", "alpha"]
    await host.move("beta", 0)
    assert [h.plugin for h in host.metadata_providers()] == ["beta", "gamma", "alpha"]
    assert set(host.metadata_providers()) == set(handles)
    assert [v.id for v in await host.overview()] == ["beta", "gamma", "alpha"]
    with pytest.raises(UnknownPlugin):
        await host.move("nobody", 0)


async def test_other_processes_hear_of_a_change_and_everybody_sees_all(
    workshop: Workshop, make_host: MakeHost, events: Events
) -> None:
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    slow = replace(QUICK, reconcile_every=60.0)
    first = await make_host("first", limits=slow)
    second = await make_host("second", limits=slow)
    assert await first.settled(5) and await second.settled(5)
    heard: list[Event] = []

    async def note(event: Event) -> None:
        heard.append(event)

    events.on("plugins", note)
    await first.configure("keyed", {"api_key": "good"})
    await eventually(lambda: len(second.metadata_providers()) == 1)
    assert await said(second) == "good DE 2"
    assert [event.subject for event in heard] == ["keyed"]
    processes = (await first.view("keyed")).processes
    assert [each.process for each in processes] == ["first", "second"]
    await second.set_enabled("keyed", False)
    await eventually(lambda: first.metadata_providers() == ())


async def test_a_process_loads_only_what_it_uses(workshop: Workshop, make_host: MakeHost) -> None:
    workshop.plugin("good")
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    web = await make_host("web", capabilities=["widgets"])
    assert await web.settled(5)
    assert plugin_threads() == []
    # It still lets the admin configure, without a trial.
    view = await web.configure("keyed", {"api_key": "k"})
    assert view.fields[0].is_set
    worker = await make_host("worker")
    assert await worker.settled(5)
    assert {v.id: v.state for v in await web.overview()} == {"good": "running", "keyed": "running"}
    with pytest.raises(ValueError, match="no capability nonsense"):
        await make_host("x", capabilities=["nonsense"])


async def test_safe_mode_loads_bundled_plugins_only(
    workshop: Workshop, make_host: MakeHost, settings: Settings
) -> None:
    workshop.plugin("metadata_local", distribution="seen-metadata-local")
    workshop.plugin("stranger")
    host = await make_host(settings=settings.model_copy(update={"safe_mode": True}))
    await host.settled(5)
    assert [h.plugin for h in host.metadata_providers()] == ["metadata_local"]
    view = await host.view("stranger")
    assert (view.state, view.enabled) == ("disabled", True)
    assert view.reason == "Safe mode loads bundled plugins only"


async def test_an_uninstalled_plugin_is_named_and_keeps_its_values(
    workshop: Workshop, make_host: MakeHost, database: Database
) -> None:
    workshop.plugin("keyed", CONFIGURED, fields=FIELDS)
    host = await make_host()
    await host.configure("keyed", {"api_key": "good"})
    await host.stop()
    (info,) = workshop.folder.glob("*.dist-info")
    (info / "entry_points.txt").unlink()
    host = await make_host()
    await host.settled(5)
    view = await host.view("keyed")
    assert (view.state, view.reason, view.installed) == (
        "broken",
        "Is not installed any more",
        False,
    )
    with pytest.raises(ConfigError):
        await host.configure("keyed", {"region": "FR"})
    assert await database.fetchval("select config ? 'api_key' from plugin_instances")


async def test_health_is_asked_now_and_then_and_on_request(
    workshop: Workshop, make_host: MakeHost
) -> None:
    folder = workshop.plugin("moody", provider("""
    async def health(self):
        said = Path(__file__).with_name("said")
        if not said.exists():
            return Health()
        if said.read_text() == "raise":
            raise KeyError("x")
        return Health("degraded", said.read_text())
    """))  # fmt: skip
    host = await make_host(limits=replace(QUICK, health_every=60.0))
    await host.settled(5)
    assert (await host.view("moody")).health == "healthy"
    (folder / "said").write_text("The archive is slow today")
    view = await host.check_health("moody")
    assert (view.state, view.health, view.reason) == (
        "running", "degraded", "The archive is slow today")  # fmt: skip
    (folder / "said").write_text("raise")
    view = await host.check_health("moody")
    assert (view.health, view.reason) == (
        "failed", "health raised KeyError: 'x' (seen_moody/__init__.py, line 33)")  # fmt: skip


async def test_a_start_that_failed_is_tried_again_later_and_on_request(
    workshop: Workshop, make_host: MakeHost
) -> None:
    source = PROVIDER + (
        "    async def start(self):\n"
        "        if not Path(__file__).with_name('ready').exists():\n"
        "            raise NotReady('The service is still starting')\n")  # fmt: skip
    folder = workshop.plugin("late", HEAD + source + HOOK)
    host = await make_host(limits=replace(QUICK, first_retry=60.0))
    await host.settled(5)
    view = await host.view("late")
    assert (view.state, view.reason) == ("needs_setup", "The service is still starting")
    (folder / "ready").touch()
    assert (await host.check_health("late")).state == "running"
    (folder / "ready").unlink()
    await host.stop()
    host = await make_host()
    await host.settled(5)
    (folder / "ready").touch()
    await eventually(lambda: len(host.metadata_providers()) == 1)


async def test_a_plugin_that_raises_in_every_call_is_named_at_once_with_its_reason(
    workshop: Workshop, make_host: MakeHost
) -> None:
    folder = workshop.plugin("raiser", provider("""
    async def search(self, query):
        if not Path(__file__).with_name("well").exists():
            raise KeyError("id")
        return []
    """))  # fmt: skip
    host = await make_host(limits=replace(QUICK, health_every=60.0))
    await host.settled(5)
    (handle,) = host.metadata_providers()
    with pytest.raises(PluginFault):
        await handle.call(lambda p: p.search(SearchQuery("x")))

    async def health() -> tuple[str, str]:
        view = await host.view("raiser")
        return view.health, view.reason

    fault = "Its last call failed: KeyError: 'id' (seen_raiser/__init__.py, line 30)"
    end = time.monotonic() + 5
    while await health() != ("degraded", fault):
        assert time.monotonic() < end, await health()
        await asyncio.sleep(0.02)
    (folder / "well").touch()
    await handle.call(lambda p: p.search(SearchQuery("x")))
    while await health() != ("healthy", ""):
        assert time.monotonic() < end
        await asyncio.sleep(0.02)

"""``seen plugins list`` names every plugin with its reason, with and without a server."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from seen.cli.plugins import app
from seen.core.db import Database
from seen.core.settings import Settings
from seen.host import PluginView, inspect_plugins
from seen.host.vault import Unreadable, Vault
from tests.host.workshop import HEAD, HOOK, PROVIDER, QUICK, MakeHost, Workshop, provider

GATE = "while not Path(__file__).with_name('gate').exists(): time.sleep(0.01)\n"
KEYED = '[[field]]\nname = "key"\ntype = "secret"\nrequired = true\n'


def facts(views: tuple[PluginView, ...]) -> dict[str, tuple[str, str]]:
    return {view.id: (view.state, view.reason) for view in views}


async def test_without_a_server_every_plugin_is_tried_for_a_moment(
    workshop: Workshop, settings: Settings
) -> None:
    workshop.plugin("good")
    workshop.plugin("noimport", "import foo")
    workshop.plugin("sleepy", HEAD + GATE + PROVIDER + HOOK)
    workshop.plugin("keyed", fields=KEYED)
    workshop.plugin("sick", provider("async def health(self): return Health('failed', 'Is ill')"))
    limits = replace(QUICK, start=0.5)
    views = await inspect_plugins(settings, {}, limits=limits)
    assert facts(views) == {
        "good": ("running", ""),
        "noimport": ("broken", "Cannot be imported: No module named 'foo' "
                               "(seen_noimport/__init__.py, line 1)"),
        "sleepy": ("failed", "Did not start within 0.5 s: hangs in "
                             "seen_sleepy/__init__.py, line 6"),
        "keyed": ("needs_setup", "Needs Key"),
        "sick": ("running", "Is ill"),
    }  # fmt: skip
    views = await inspect_plugins(settings, {"SEEN_KEYED_KEY": "k"}, limits=limits)
    assert facts(views)["keyed"] == ("running", "")


async def test_with_a_server_its_word_counts(
    workshop: Workshop, make_host: MakeHost, settings: Settings, database: Database
) -> None:
    workshop.plugin("good")
    workshop.plugin("off")
    host = await make_host()
    await host.settled(5)
    await host.set_enabled("off", False)
    workshop.plugin("new")
    views = await inspect_plugins(settings, {}, db=database, limits=QUICK)
    assert facts(views) == {
        "good": ("running", ""),
        "off": ("disabled", ""),
        "new": ("running", ""),
    }
    assert [each.process for each in views[0].processes] == ["test"]


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """A command sets logging up for the whole process; put it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs_as_before")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_command_prints_sentences_or_json(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str]
) -> None:
    monkeypatch.setenv("SEEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    workshop.plugin("future", api=">=2")
    workshop.plugin("good")
    result = CliRunner().invoke(app, ["list", *options])
    assert result.exit_code == 0, result.output
    assert "Needs API >=2; this server speaks 1.0" in result.stdout
    if options:
        assert [each["id"] for each in json.loads(result.stdout)] == ["good", "future"]
        assert {each["state"] for each in json.loads(result.stdout)} == {"running", "incompatible"}
    assert not (tmp_path / "data").exists()


def test_a_sealed_secret_opens_only_with_its_key_and_in_its_place() -> None:
    vault = Vault(b"one secret of a server")
    sealed = vault.seal("key", "tmdb.api_key")
    assert "key" not in sealed and sealed != vault.seal("key", "tmdb.api_key")
    assert vault.open(sealed, "tmdb.api_key") == "key"
    for opener, text, place in (
        (vault, sealed, "tmdb.base_url"),
        (Vault(b"another"), sealed, "tmdb.api_key"),
        (vault, "garbage", "tmdb.api_key"),
        (vault, "", "tmdb.api_key"),
    ):
        with pytest.raises(Unreadable):
            opener.open(text, place)

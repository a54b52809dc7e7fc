"""docs/configuration.md is what the settings and the bundled plugins say today."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from seen.core.settings import PREFIX, Settings, load_settings
from seen.host.configuration import resolve
from seen.host.discovery import BUNDLED, discover
from tests.docs import reading

TEXT = reading.text_of("docs/configuration.md")


def _writer() -> ModuleType:
    path = reading.ROOT / "tools" / "write_configuration.py"
    spec = importlib.util.spec_from_file_location("write_configuration", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_document_is_up_to_date() -> None:
    assert _writer().document() == TEXT, "run .venv/bin/python tools/write_configuration.py"


def test_every_setting_and_every_bundled_plugin_is_there() -> None:
    for name in Settings.model_fields:
        assert f"| `{PREFIX}{name.upper()}` |" in TEXT
    bundled = {each.name for each in discover().values() if each.distribution in BUNDLED}
    assert bundled == set(re.findall(r"^### .*\(`(\w+)`\)$", TEXT, flags=re.M))


def test_every_example_is_a_value_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    for group in _writer().GROUPS.values():
        for name, example in group.items():
            if "$(" not in example:
                monkeypatch.setenv(PREFIX + name.upper(), example)
    load_settings()


def test_every_example_of_a_plugin_is_a_value_that_works() -> None:
    examples = dict(re.findall(r"^\| `(SEEN_\w+)` \|.*\| `([^`]+)` \|$", TEXT, flags=re.M))
    for found in discover().values():
        if found.bundled and found.manifest is not None:
            resolved = resolve(found.manifest, found.name, {}, examples, None)
            assert not resolved.problem
            assert len(resolved.variables) == len(found.manifest.fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_may_come_from_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = next(group[name] for group in _writer().GROUPS.values() if name in group)
    if "$(" in example:
        example = "k" * 32
    (tmp_path / "value").write_text(f"{example}\n", encoding="utf-8")
    monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(tmp_path / "value"))
    assert str(getattr(load_settings(), name))


def test_no_document_names_a_variable_that_does_not_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for found in discover().values():
        for field in found.manifest.fields if found.manifest else ():
            known.add(f"{PREFIX}{found.name}_{field.name}".upper())
    known.add("SEEN_FILM_ARCHIVE_API_KEY")  # the example of docs/hooks.md
    for path in (reading.ROOT / "README.md", *sorted(reading.DOCS.glob("*.md"))):
        for name in re.findall(r"\bSEEN_[A-Z][A-Z_]+[A-Z]\b(?!>)", path.read_text("utf-8")):
            assert name.removesuffix("_FILE") in known, f"{path.name} names {name}"

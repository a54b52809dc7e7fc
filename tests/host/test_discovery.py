"""Plugins are found and described without running any of their code."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from seen.host.discovery import BUNDLED, discover
from seen.host.errors import ManifestError
from seen.host.manifest import read_manifest
from seen.host.plan import default_positions
from tests.host.workshop import Workshop

GOOD = """
[plugin]
name = "films"
title = "Films"
api = "1.0"
provides = ["seen_metadata_providers", "widgets", "metadata_providers"]
[[field]]
name = "key"
type = "secret"
"""


def test_discovery_imports_nothing(workshop: Workshop) -> None:
    workshop.plugin("good", "raise AssertionError('imported')")
    found = discover()["good"]
    assert found.manifest is not None and found.manifest.title == "Good"
    assert (found.state, found.version, found.bundled) == ("", "1.0", False)
    assert "seen_good" not in sys.modules


def test_a_plugin_inside_a_package_is_found_without_importing_the_package(
    workshop: Workshop,
) -> None:
    package = workshop.plugin("deep", "raise AssertionError", entry="seen_deep.inner.part:Plugin")
    inner = package / "inner" / "part"
    inner.mkdir(parents=True)
    (package / "plugin.toml").rename(inner / "plugin.toml")
    assert discover()["deep"].state == ""


def test_a_damaged_installation_hides_no_other(workshop: Workshop) -> None:
    workshop.plugin("good")
    workshop.distribution("stranger-damaged", "1", "no equals sign")
    workshop.distribution("stranger-odd", "1", "Bad Name! = seen_good")
    workshop.distribution("stranger-nameless", "1", "nameless = seen_nameless")
    (info,) = workshop.folder.glob("stranger_nameless*")
    (info / "METADATA").write_bytes(b"\xff\xfe")
    found = discover()
    assert found["good"].state == ""
    assert {name: each.state for name, each in found.items() if name != "good"} == {
        "plugin_stranger_damaged": "broken", "plugin_bad_name": "broken", "nameless": "broken",
    }  # fmt: skip
    assert "must be lower snake case" in found["plugin_bad_name"].problem


def test_a_stranger_cannot_take_a_bundled_plugins_name(workshop: Workshop) -> None:
    workshop.plugin("metadata_local", distribution="a-stranger")
    workshop.plugin("metadata_local", distribution="seen-metadata-local")
    found = discover()
    assert found["metadata_local"].bundled
    twin = found["metadata_local_a_stranger"]
    assert twin.state == "broken"
    assert twin.problem == "Has the same name as the plugin of seen-metadata-local; uninstall one"


def test_every_plugin_in_the_repository_is_bundled() -> None:
    root = Path(__file__).parents[2] / "plugins"
    names = {tomllib.loads(file.read_text())["project"]["name"]
             for file in root.glob("*/pyproject.toml")}  # fmt: skip
    assert names <= set(BUNDLED)


def test_a_manifest_says_all_that_is_known() -> None:
    manifest = read_manifest(GOOD.encode(), "films")
    assert manifest.provides == ("metadata_providers", "widgets")
    assert manifest.compatible
    assert [each.name for each in manifest.fields] == ["key"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[plugin]", "[plug", "cannot be read"),
        ("[plugin]", "[plugins]", r"needs a \[plugin\] table"),
        ('name = "films"', 'name = "other"', "says name = 'other', but the entry point is 'films'"),
        ('api = "1.0"', "", "needs api as text"),
        ('api = "1.0"', "api = 1.0", "needs api as text"),
        ('api = "1.0"', 'api = "new"', "'new' is not a version range"),
        ('["seen_metadata_providers", "widgets", "metadata_providers"]', '["films"]',
         "provides has 'films', which is none of scanners, metadata_providers"),
        ('["seen_metadata_providers", "widgets", "metadata_providers"]', "[]", "needs provides"),
        ("title", "titel", "has 'titel', which means nothing here"),
        ("[[field]]", "[[fields]]", "has 'fields', which means nothing here"),
        ('type = "secret"', 'type = "pin"', "type 'pin' must be one of"),
        ('type = "secret"', "length = 3", "unexpected keyword argument 'length'"),
        ('type = "secret"', '[[field]]\nname = "key"', "two fields named key"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_with_a_manifest_is_one_sentence(
    old: str, new: str, sentence: str
) -> None:
    assert old in GOOD
    with pytest.raises(ManifestError, match=sentence):
        read_manifest(GOOD.replace(old, new, 1).encode(), "films")


@pytest.mark.parametrize(
    ("api", "compatible"),
    [("1", True), ("1.0", True), (">=1.0,<2", True), ("2", False), ("1.1", False), (">=2", False)],
)
def test_an_api_is_a_range_or_the_oldest_version_that_will_do(api: str, compatible: bool) -> None:
    text = GOOD.replace('api = "1.0"', f'api = "{api}"')
    assert read_manifest(text.encode(), "films").compatible is compatible


def test_a_manifest_for_another_api_is_not_held_against_the_rules_of_this_one() -> None:
    text = GOOD.replace('api = "1.0"', 'api = ">=2"').replace("provides", "offers")
    assert not read_manifest(text.encode(), "films").compatible


def test_plugins_stand_by_what_they_provide_bundled_ones_first(workshop: Workshop) -> None:
    workshop.plugin("aaa")
    workshop.plugin("metadata_tmdb", distribution="seen-metadata-tmdb")
    workshop.plugin("zzz", provides='["scanners"]')
    workshop.plugin("broken", toml="")
    positions = default_positions(discover())
    assert sorted(positions, key=positions.__getitem__) == ["zzz", "metadata_tmdb", "aaa", "broken"]


def test_engines_inside_the_process_come_before_daemons(workshop: Workshop) -> None:
    for each in ("aria2", "http", "libtorrent"):
        workshop.plugin(f"engine_{each}", distribution=f"seen-engine-{each}",
                        provides='["download_engines"]')  # fmt: skip
    positions = default_positions(discover())
    assert sorted(positions, key=positions.__getitem__) == [
        "engine_http", "engine_libtorrent", "engine_aria2",
    ]  # fmt: skip

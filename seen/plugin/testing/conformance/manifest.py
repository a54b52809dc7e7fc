"""The checks of a plugin's package: what is known about it before its code runs."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from seen.plugin import API_VERSION, ENTRY_POINT_GROUP
from seen.plugin.config import field_from_toml, validate

CAPABILITIES = frozenset(
    {"metadata_providers", "download_engines", "scanners", "recommenders", "widgets", "importers"}
)
_TEXTS = frozenset(
    {"name", "title", "description", "api", "icon", "attribution", "homepage", "provides"}
)


class ManifestSuite:
    """``package`` is the name of the plugin's Python package, with ``plugin.toml`` inside."""

    package: str = ""

    @pytest.fixture
    def manifest(self) -> dict[str, Any]:
        """The parsed ``plugin.toml``."""
        assert self.package, "the suite needs package = '<the plugin's Python package>'"
        text = files(self.package).joinpath("plugin.toml").read_text(encoding="utf-8")
        return tomllib.loads(text)

    def test_manifest_names_the_plugin_in_words(self, manifest: dict[str, Any]) -> None:
        plugin = manifest["plugin"]
        assert re.fullmatch(r"[a-z][a-z0-9_]{1,62}", plugin["name"])
        assert plugin["title"].strip() and plugin["description"].strip()
        assert re.fullmatch(r"[a-z0-9-]+", plugin.get("icon", "puzzle"))

    def test_manifest_holds_nothing_unknown(self, manifest: dict[str, Any]) -> None:
        assert set(manifest) <= {"plugin", "field"}
        assert set(manifest["plugin"]) <= _TEXTS

    def test_manifest_name_is_the_entry_point(self, manifest: dict[str, Any]) -> None:
        points = importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
        named = [each.name for each in points if each.value.split(":")[0] == self.package]
        assert not named or manifest["plugin"]["name"] in named

    def test_manifest_works_with_this_api(self, manifest: dict[str, Any]) -> None:
        assert SpecifierSet(manifest["plugin"]["api"]).contains(API_VERSION)

    def test_manifest_provides_known_capabilities(self, manifest: dict[str, Any]) -> None:
        provides = manifest["plugin"]["provides"]
        assert provides and set(provides) <= CAPABILITIES

    def test_fields_are_well_formed_and_say_what_they_are(self, manifest: dict[str, Any]) -> None:
        fields = tuple(field_from_toml(each) for each in manifest.get("field", []))
        assert len({each.name for each in fields}) == len(fields)
        assert all(each.label.strip() for each in fields)

    def test_defaults_are_valid_values(self, manifest: dict[str, Any]) -> None:
        fields = tuple(field_from_toml(each) for each in manifest.get("field", []))
        optional = tuple(each for each in fields if not each.required)
        assert set(validate(optional, {})) == {each.name for each in optional}

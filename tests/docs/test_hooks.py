"""docs/hooks.md tells all of the public door, tells nothing else, and its examples run."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin

import pytest

from seen.host.capabilities import DATA_HOOKS, KINDS, Kind
from seen.host.contract import call_hook, check_object, open_hooks
from seen.host.errors import State
from seen.host.limits import Limits
from seen.host.manifest import read_manifest
from seen.plugin import config, context, errors, hookspecs, models
from seen.plugin.capabilities import Capability, Shelves, WidgetRequest
from seen.plugin.testing import conformance, fakes, fixtures
from seen.web.templating import make_environment
from tests.docs import reading

TEXT = reading.text_of("docs/hooks.md")
README = reading.text_of("README.md")
HOOKS = {
    name: each
    for name, each in vars(hookspecs).items()
    if inspect.isfunction(each) and name.startswith("seen_")
}
EXAMPLES = {
    "seen_metadata_providers": "film_archive",
    "seen_scanners": "plain_names",
    "seen_download_engines": "plain_http",
    "seen_recommenders": "same_genres",
    "seen_widgets": "corner",
    "seen_importers": "film_club",
    "seen_template_dirs": "corner",
}


def _members(protocol: type) -> set[str]:
    return {
        name
        for base in inspect.getmro(protocol)
        if base.__module__.startswith("seen.plugin")
        for name in vars(base)
        if not name.startswith("_")
    }


def _documented(kind: Kind) -> dict[str, tuple[str, str]]:
    """Members of a capability as the document has them: name to parameters and feature."""
    rows = reading.table(reading.section(TEXT, f"### `{kind.hook}`"), "member")
    found = {}
    for row in rows:
        (member,) = reading.code(row[0])
        name, _, rest = member.partition("(")
        found[name] = (rest.removesuffix(")"), "".join(reading.code(row[1])))
    return found


# --- complete, and nothing more -----------------------------------------------------------------


def test_every_hook_has_a_section_and_every_section_a_hook() -> None:
    assert set(reading.headings(reading.section(TEXT, "## Hooks"), 3)) == {f"`{n}`" for n in HOOKS}
    assert set(HOOKS) == {kind.hook for kind in KINDS.values()} | set(DATA_HOOKS)
    assert set(EXAMPLES) == set(HOOKS)


@pytest.mark.parametrize("name", KINDS)
def test_every_method_is_documented_with_its_parameters_and_feature(name: str) -> None:
    kind = KINDS[name]
    shared = _members(Capability)
    wanted = {
        method: (
            ", ".join(list(inspect.signature(function).parameters)[1:]),
            kind.optional.get(method, ""),
        )
        for method, function in kind.methods().items()
        if method not in shared
    }
    wanted |= {each: ("", "") for each in kind.attributes() if each not in shared}
    assert _documented(kind) == wanted


def test_what_all_objects_share_is_documented() -> None:
    rows = reading.table(reading.section(TEXT, "## What every object has"), "member")
    assert {each.removesuffix("()") for each in reading.names(rows)} == _members(Capability)


@pytest.mark.parametrize("name", KINDS)
def test_every_must_of_the_code_is_a_must_of_the_document(name: str) -> None:
    kind = KINDS[name]
    texts = [kind.protocol.__doc__ or ""] + [m.__doc__ or "" for m in kind.methods().values()]
    shared = [m.__doc__ or "" for m in vars(Capability).values() if inspect.isfunction(m)]
    promised = sum(t.count("MUST") for t in texts) - sum(t.count("MUST") for t in shared)
    assert reading.section(TEXT, f"### `{kind.hook}`").count("MUST") >= promised


def test_every_field_type_is_documented_with_its_options() -> None:
    rows = reading.table(reading.section(TEXT, "### plugin.toml"), "type")
    common = {each.name for each in dataclasses.fields(config.Field)}
    wanted = {
        name: {each.name for each in dataclasses.fields(kind)} - common
        for name, kind in config._TYPES.items()
    }
    assert {reading.code(row[0])[0]: set(reading.code(row[2])) for row in rows} == wanted
    _, _, below = reading.section(TEXT, "### plugin.toml").partition("Each `[[field]]`")
    assert set(reading.names(reading.table(below, "key"))) == common | {"type"}


def test_every_key_of_the_manifest_is_documented() -> None:
    rows = reading.table(reading.section(TEXT, "### plugin.toml"), "key")
    written = {reading.code(row[0])[0]: row[1] for row in rows}
    assert set(written) == set(conformance.manifest._TEXTS)
    for key in written:
        others = "\n".join(f"{k} = {_SAMPLE[k]}" for k in written if k != key)
        try:
            read_manifest(f"[plugin]\n{others}\n".encode(), "sample")
            needed = False
        except Exception:
            needed = True
        # The host forgives a missing title and description; the suites do not.
        assert (written[key] == "yes") == (needed or key in ("title", "description")), key
    provides = next(row for row in rows if row[0] == "`provides`")
    assert set(reading.code(provides[2])) == set(KINDS)


_SAMPLE = {
    "name": '"sample"', "title": '"Sample"', "description": '"One."', "api": '">=1.0,<2"',
    "provides": '["widgets"]', "icon": '"puzzle"', "homepage": '""', "attribution": '""',
}  # fmt: skip


def test_every_status_is_documented() -> None:
    rows = reading.table(reading.section(TEXT, "### Statuses"), "status")
    assert set(reading.names(rows)) == set(get_args(State))


def test_the_limits_are_those_of_the_host() -> None:
    rows = reading.table(reading.section(TEXT, "### What the host puts up with"), "limit")
    for name, value in ((reading.code(row[0])[0], row[1]) for row in rows):
        assert float(value.removesuffix(" s")) == getattr(Limits(), name), name


def test_the_time_limits_of_calls_are_those_of_the_rooms() -> None:
    source = {name: reading.text_of(f"seen/{name}.py") for name in
              ("library/identify", "library/scan", "dashboard/service")}  # fmt: skip
    assert "parse(path, hints), timeout=30.0" in source["library/identify"]
    assert "_SEARCH_SECONDS = 20.0" in source["library/identify"]
    assert "_DETAILS_SECONDS = 30.0" in source["library/identify"]
    assert "_PROBE_SECONDS = 60.0" in source["library/scan"]
    assert "_WIDGET_SECONDS = 2.0" in source["dashboard/service"]


def test_every_member_of_the_context_is_documented() -> None:
    rows = reading.table(reading.section(TEXT, "## The context"), "member")
    found = {each.partition("(")[0]: row[1] for row in rows for each in reading.code(row[0])}
    assert set(found) == _members(context.PluginContext)
    assert set(reading.code(found["log"])) == _members(context.PluginLog)
    assert set(reading.code(found["cache"])) == _members(context.PluginCache)
    assert set(reading.code(found["shared"])) == _members(context.PluginShared)


def test_every_error_is_documented() -> None:
    rows = reading.table(reading.section(TEXT, "## Errors"), "error")
    wanted = {n for n, each in vars(errors).items() if inspect.isclass(each)}
    assert set(reading.names(rows)) == wanted


def test_every_model_is_documented_with_its_fields() -> None:
    rows = reading.table(reading.section(TEXT, "## Models"), "model")
    wanted: dict[str, list[str]] = {}
    for name, each in vars(models).items():
        if inspect.isclass(each) and each.__module__.startswith(models.__name__):
            wanted[name] = (
                [field.name for field in dataclasses.fields(each)]
                if dataclasses.is_dataclass(each)
                else [str(member) for member in each]  # type: ignore[attr-defined]
            )
    assert {reading.code(row[0])[0]: reading.code(row[1]) for row in rows} == wanted
    assert all(row[2] for row in rows)


def test_every_fixed_text_is_documented() -> None:
    rows = reading.table(reading.section(TEXT, "## Models"), "name")
    wanted = {n: list(get_args(e)) for n, e in vars(models).items()
              if get_origin(e) is not None and n[0].isupper()}  # fmt: skip
    wanted.pop("Literal", None)
    assert {reading.code(row[0])[0]: reading.code(row[1]) for row in rows} == wanted


def test_every_shelf_is_documented() -> None:
    rows = reading.table(reading.section(TEXT, "### `seen_widgets`"), "shelf")
    wanted = {f"{name}({', '.join(list(inspect.signature(each).parameters)[1:])})"
              for name, each in vars(Shelves).items() if not name.startswith("_")}  # fmt: skip
    assert set(reading.names(rows)) == wanted
    for each in dataclasses.fields(WidgetRequest):
        assert f"`{each.name}`" in reading.section(TEXT, "### `seen_widgets`")


def test_every_suite_fixture_and_fake_is_documented() -> None:
    testing = reading.section(TEXT, "## Test your plugin")
    assert set(reading.names(reading.table(testing, "suite"))) == set(conformance.__all__)
    found = {
        n for n, e in vars(fixtures).items() if type(e).__name__ == "FixtureFunctionDefinition"
    }
    assert set(reading.names(reading.table(testing, "fixture"))) >= found
    for name in reading.names(reading.table(testing, "fixture"), 0):
        assert hasattr(fixtures, name), name
    wanted = {n for n, e in vars(fakes).items()
              if inspect.isclass(e) and e.__module__ == fakes.__name__ and n[0] != "_"}  # fmt: skip
    assert wanted == set(re.findall(r"`(Fake\w+)`", testing))


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(seen\.[\w.]+)`", TEXT + README))))
def test_every_name_in_the_text_exists(name: str) -> None:
    if name == "seen.plugins":  # the entry point group
        return
    parts = name.split(".")
    for at in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:at]))
        except ModuleNotFoundError:
            continue
        for part in parts[at:]:
            found = getattr(found, part)
        return
    raise AssertionError(name)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(dashboard/\w+\.html)`", TEXT + README))))
def test_every_template_in_the_text_exists(name: str) -> None:
    room, file = name.split("/")
    assert (reading.ROOT / "seen" / room / "templates" / file).is_file()


# --- the examples run ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All files of the documents, as packages that can be imported."""
    folder = tmp_path_factory.mktemp("examples")
    packages = set()
    for name, body in {**reading.files(TEXT), **reading.files(README)}.items():
        if "/" not in name:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        packages.add(name.split("/")[0])
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield folder
    finally:
        sys.path.remove(str(folder))
        for each in packages & set(sys.modules):
            del sys.modules[each]


def _registered(module: ModuleType, folder: Path, tmp_path: Path, hook: str) -> list[Any]:
    """Register an example as the server would, and answer with what one hook brings."""
    data = (folder / module.__name__ / "plugin.toml").read_bytes()
    manifest = read_manifest(data, tomllib.loads(data.decode())["plugin"]["name"])
    values = {each.name: each.parse("given" if each.required else each.default)
              for each in manifest.fields}  # fmt: skip
    table = open_hooks(module, manifest.name, manifest.provides)
    return call_hook(table, hook, fakes.FakeContext(values, tmp_path))


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_a_hook_registers_with_the_real_hooks(
    hook: str, examples: Path, tmp_path: Path
) -> None:
    package = EXAMPLES[hook]
    assert f"# {package}/plugin.toml" in TEXT
    found = _registered(importlib.import_module(package), examples, tmp_path, hook)
    assert found
    for item in found:
        if hook in DATA_HOOKS:
            assert isinstance(item, Path) and item.is_dir()
        else:
            assert check_object(item, KINDS[hook.removeprefix("seen_")])["id"]


def test_the_plugin_of_the_readme_registers_and_keeps_its_contract(
    examples: Path, tmp_path: Path
) -> None:
    module = importlib.import_module("seen_unseen")
    (widget,) = _registered(module, examples, tmp_path, "seen_widgets")
    assert check_object(widget, KINDS["widgets"])["slot"] == "main"
    suite = examples / "seen_unseen" / "test_conformance.py"
    suite.write_text(
        "import pytest\nfrom seen_unseen import Unseen\n"
        "from seen.plugin.testing.conformance import WidgetSuite\n"
        "class TestUnseen(WidgetSuite):\n    package = 'seen_unseen'\n"
        "    @pytest.fixture\n    def subject(self):\n        return Unseen()\n",
        encoding="utf-8",
    )
    _run_pytest(examples, suite)


def test_the_examples_keep_their_contracts(examples: Path) -> None:
    suites = [examples / each for each in reading.files(TEXT) if each.endswith("_conformance.py")]
    assert len(suites) == len(KINDS)
    _run_pytest(examples, *suites)


def _run_pytest(folder: Path, *suites: Path) -> None:
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider",
         "--import-mode=importlib", f"--rootdir={folder}", *map(str, suites)],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True,
        timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout)


async def test_the_template_of_the_example_draws_its_data(examples: Path, tmp_path: Path) -> None:
    (widget,) = _registered(importlib.import_module("corner"), examples, tmp_path, "seen_widgets")
    card = models.Card("1", models.MediaKind.MOVIE, "Ice & Thaw", "/app/title/1")
    shown = await widget.data(WidgetRequest("somebody", fakes.FakeShelves(added=[card])))
    environment = make_environment(str, lambda: (("corner", examples / "corner" / "templates"),))
    page = environment.get_template(shown.template).render(
        widget={"id": widget.id, "title": widget.title, "data": shown.data}
    )
    assert '<a href="/app/title/1">Ice &amp; Thaw</a>' in page


def test_the_entry_point_of_the_example_is_in_the_right_group() -> None:
    for text in (TEXT, README):
        points = tomllib.loads(reading.files(text)["pyproject.toml"])["project"]["entry-points"]
        assert set(points) == {"seen.plugins"}

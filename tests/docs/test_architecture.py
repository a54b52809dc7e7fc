"""docs/architecture.md shows the house as it is: folders, floors, files, places of SQL."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from seen.core.cache import PREFIX
from tests.docs import reading

TEXT = reading.text_of("docs/architecture.md")
SEEN = reading.ROOT / "seen"
PACKAGES = sorted(each.name for each in SEEN.iterdir() if (each / "__init__.py").is_file())
_SQL = re.compile(r"\s*(select |insert into |update \w+ set |delete from )")


def _plan() -> list[str]:
    return re.findall(r"^ *([\w.]+/?) {2,}\S", reading.section(TEXT, "## Ground plan"), flags=re.M)


def _no_rooms() -> set[str]:
    (sentence,) = re.findall(r"^(.+) are not rooms;", TEXT, flags=re.M)
    return set(reading.code(sentence))


def _extra() -> dict[str, str]:
    rows = reading.section(TEXT, "## Files in a room").partition("A few files")[2]
    return {reading.code(row[0])[0]: row[1] for row in reading.table(rows, "file")}


ROOMS = [each for each in PACKAGES if each not in _no_rooms()]


def test_every_folder_of_the_plan_exists_and_no_room_is_left_out() -> None:
    inside, outside = set(), set()
    for each in _plan():
        (inside if (SEEN / each).exists() else outside).add(each)
    assert inside == {f"{each}/" for each in PACKAGES} | {"compose.py"}
    folders = {f"{path.name}/" for path in reading.ROOT.iterdir()
               if path.is_dir() and not path.name.startswith((".", "_"))}  # fmt: skip
    assert outside <= folders, "the plan names a folder that is not there"
    known = {"plugins/", "frontend/", "requirements/", "tools/", "bench/", "docs/", "tests/"}
    assert known <= outside


def test_the_floors_are_those_of_the_contract() -> None:
    project = tomllib.loads(reading.text_of("pyproject.toml"))
    contract = next(each for each in project["tool"]["importlinter"]["contracts"]
                    if each["type"] == "layers")  # fmt: skip
    layers = [
        sorted(name.strip().removeprefix("seen.") for name in layer.split("|"))
        for layer in reversed(contract["layers"])
    ]
    section = reading.section(TEXT, "## Floors")
    rows = reading.table(section, "floor")
    assert [sorted(reading.code(row[1])) for row in rows] == layers
    assert [row[0] for row in rows] == [str(at) for at in range(1, len(rows) + 1)]
    assert contract["name"] in section
    beside = set(re.findall(r"^`(\w+)` stands beside the floors", section, flags=re.M))
    assert {name for layer in layers for name in layer} | beside == {*PACKAGES, "compose"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_holds_only_files_of_the_table(room: str) -> None:
    rows = reading.table(reading.section(TEXT, "## Files in a room"), "file")
    allowed = {each.rstrip("/") for each in reading.names(rows)}
    for path in (SEEN / room).iterdir():
        if path.name in ("__init__.py", "__pycache__"):
            continue
        name = f"{room}/{path.name}"
        assert path.name in allowed or name in _extra(), (
            f"{name} has no place in the table of docs/architecture.md"
        )


def test_every_exception_exists_and_has_a_reason() -> None:
    for name, reason in _extra().items():
        assert (SEEN / name).is_file(), name
        assert reason, name


def test_sql_stands_where_the_document_says() -> None:
    rows = reading.table(reading.section(TEXT, "### Where SQL stands"), "file")
    found = {
        str(path.relative_to(SEEN))
        for path in SEEN.rglob("*.py")
        if path.name != "store.py" and path.parent.name != "store" and _has_sql(path)
    }
    assert found == set(reading.names(rows))


def _has_sql(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = (each.value for each in ast.walk(tree) if isinstance(each, ast.Constant))
    return any(isinstance(each, str) and _SQL.match(each) for each in texts)


def test_every_file_in_the_text_exists() -> None:
    rows = reading.table(reading.section(TEXT, "## Files in a room"), "file")
    general = set(reading.names(rows))
    for name in set(reading.code(TEXT)):
        if re.fullmatch(r"[\w/]+(\.py|\.toml)", name) and name not in general:
            assert (SEEN / name).exists() or (reading.ROOT / name).exists(), name
        if re.fullmatch(r"seen/[\w/]+", name):
            assert (reading.ROOT / name).exists(), name


def test_every_function_of_the_walks_exists() -> None:
    assert "def compare(" in reading.text_of("seen/library/scan.py")
    assert "def decide(" in reading.text_of("seen/library/model/decision.py")
    assert '"/app/events"' in reading.text_of("seen/web/app.py")
    assert '"/progress"' in reading.text_of("seen/tracking/api/watching.py")
    assert PREFIX == "seen:v1:"
    for table in ("plugin_instances", "plugin_status", "job_runs"):
        assert any(f"create table {table} " in each.read_text(encoding="utf-8")
                   for each in (SEEN / "core" / "migrations").glob("*.sql")), table  # fmt: skip


def test_there_is_no_drawer_for_everything() -> None:
    forbidden = {"utils", "helpers", "common", "misc", "manager"}
    assert not [each for each in SEEN.rglob("*.py") if each.stem in forbidden]

"""The README and the links between documents lead to what is there."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from seen.cli.main import app
from tests.docs import reading

DOCUMENTS = ["README.md", *sorted(f"docs/{each.name}" for each in reading.DOCS.glob("*.md"))]


def test_every_command_is_in_the_readme_and_nothing_else() -> None:
    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"seen {name} {each}" for each in inner} if inner else {f"seen {name}"}
    rows = reading.table(
        reading.section(reading.text_of("README.md"), "## Command line"), "command"
    )
    assert {reading.code(row[0])[0] for row in rows} == found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    folder = (reading.ROOT / name).parent
    for target in re.findall(r"\]\(([^)]+)\)", reading.text_of(name)):
        path, _, anchor = target.partition("#")
        assert (folder / path).exists(), target
        if anchor:
            text = (folder / path).read_text(encoding="utf-8")
            titles = re.findall(r"^#+ (.+)$", text, flags=re.M)
            assert anchor in {each.lower().replace(" ", "-") for each in titles}, target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nobody_is_shouted_at(name: str) -> None:
    prose = re.sub(r"^```.*?^```|<!--.*?-->|`[^`]*`", "", reading.text_of(name), flags=re.S | re.M)
    assert not re.search(r"!(?!\[)", prose)


def test_the_picture_is_small() -> None:
    assert (reading.DOCS / "pictures" / "dashboard.png").stat().st_size < 300_000


def test_the_words_that_tmdb_asks_for_are_there() -> None:
    words = "This product uses the TMDB API but is not endorsed or certified by TMDB."
    for name in ("README.md", "plugins/metadata_tmdb/README.md"):
        assert words in reading.text_of(name)

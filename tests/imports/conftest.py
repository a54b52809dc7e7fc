"""Bringing files to a server as a person does, and waiting for what comes of it."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from seen.compose import Server
from tests.conftest import Person

_PATIENCE = 30.0
LETTERBOXD = {
    "diary.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2026-01-03,Low Tide,2013,https://boxd.it/a,4.5,,,2026-01-02\n"
    "2026-02-01,Low Tide,2013,https://boxd.it/b,4,Yes,,2026-01-30\n",
    "watched.csv": "Date,Name,Year,Letterboxd URI\n2026-01-03,Low Tide,2013,https://boxd.it/c\n"
    "2026-01-04,Côte d'Azur,2001,https://boxd.it/d\n2026-01-04,Nobody Knows It,1999,x\n",
    "ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n"
    "2026-01-03,Low Tide,2013,https://boxd.it/c,4.5\n2026-01-04,Côte d'Azur,2001,x,3\n",
    "watchlist.csv": 'Date,Name,Year,Letterboxd URI\n2026-01-05,"Ice, Thaw",2020,https://x.y/e\n'
    "2026-01-05,Low Tide,1999,https://x.y/the-other-one\n",
    "reviews.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n"
    '2026-01-03,Low Tide,2013,https://boxd.it/a,4.5,,"Two\nlines",,2026-01-02\n',
    "likes/films.csv": "Date,Name,Year,Letterboxd URI\n2026-01-03,Low Tide,2013,https://x.y/c\n",
    "lists/by-the-sea.csv": "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n"
    "2026-01-03,By the sea,,https://x.y/l,Salt\n\n"
    "Position,Name,Year,URL,Description\n1,Côte d'Azur,2001,https://x.y/d,\n"
    "2,Low Tide,2013,https://x.y/c,\n",
}
"""What is kept of the films that ``library`` has, with two lines that mean none of them."""


def write_zip(path: Path, files: Mapping[str, Any]) -> Path:
    """A zip file of texts as they are, and of anything else as JSON."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, str) else json.dumps(content))
    return path


async def bring(person: Person, source: str, path: Path, status: int = 201) -> Any:
    """Upload a file and wait until it is read; what the server says of it."""
    form = aiohttp.FormData()
    form.add_field("source", f"import_files/{source}")
    with path.open("rb") as file:
        form.add_field("file", file, filename=path.name)
        got, body = await person.call("POST", "/imports", data=form)
    assert got == status, body
    return await settled(person, body["id"]) if status == 201 else body


async def settled(person: Person, run_id: str) -> Any:
    """An import once nobody works on it."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            status, body = await person.call("GET", f"/imports/{run_id}")
            assert status == 200, body
            if body["state"] not in ("reading", "applying"):
                return body
            await asyncio.sleep(0.05)


async def apply(person: Person, run: Any, take: Sequence[str] = ()) -> Any:
    """Apply an import and wait until that is done."""
    status, body = await person.call(
        "POST", f"/imports/{run['id']}/apply", json={"take": list(take)}
    )
    assert status == 200, body
    return await settled(person, run["id"])


def tallies(run: Any) -> dict[str, tuple[int, int, int]]:
    """New, there already, and in conflict, by class."""
    return {each["change"]: (each["new"], each["same"], each["conflicts"])
            for each in run["changes"]}  # fmt: skip


@pytest.fixture
async def letterboxd(tmp_path: Path) -> Path:
    """A small export."""
    return write_zip(tmp_path / "letterboxd.zip", LETTERBOXD)


@pytest.fixture
async def imported(server: Server) -> Server:
    """A server whose plugins are up."""
    assert await server.host.settled()
    return server

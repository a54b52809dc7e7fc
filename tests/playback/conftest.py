"""A film in a library, as a viewer comes to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from seen.compose import Server
from tests.conftest import Person
from tests.media import put_clip


async def rescan(server: Server) -> None:
    async def quiet(done: int, total: int, message: str) -> None:
        """Nobody watches."""

    await server.host.settled(30)
    await server.library.scan([], quiet)


@dataclass
class Film:
    """A file of the library and what a viewer was told about it."""

    path: Path
    item_id: UUID
    told: dict[str, Any]

    @property
    def src(self) -> str:
        """The stream's address below ``/api/v1``."""
        return str(self.told["src"]).removeprefix("/api/v1")


async def find_film(server: Server, person: Person, path: Path) -> Film:
    """Look the file up and ask how to play it."""
    item_id = await server.db.fetchval(
        "select id from library_items where absolute_path = $1", str(path)
    )
    status, told = await person.call("GET", f"/library/{item_id}/play")
    assert status == 200, told
    return Film(path, item_id, told)


@pytest.fixture
async def film(server: Server, user: Person, tmp_path: Path) -> Film:
    """A film that plays, in a folder of its own, for the user."""
    path = put_clip(tmp_path / "media" / "Tidewater (2019)" / "Tidewater (2019).mp4")
    await server.library.add_root(str(tmp_path / "media"))
    await rescan(server)
    return await find_film(server, user, path)

"""From a link to a title in the library."""

from __future__ import annotations

from pathlib import Path

import pytest

from seen.compose import Server
from tests.conftest import Person
from tests.downloads.conftest import add, choose_root, handed_over, history, reaches
from tests.downloads.puppet import Stage
from tests.media import sample


@pytest.fixture
def bundled() -> frozenset[str]:
    """Those that read names and look into files."""
    return frozenset({"seen-scanner-guessit", "seen-metadata-local"})


LINK = "http://127.0.0.1/files/Tidewater.2019.1080p.WEB.x264.mp4"


async def test_a_link_becomes_a_matched_title_in_the_library(
    server: Server, stage: Stage, user: Person, tmp_path: Path
) -> None:
    await choose_root(server, tmp_path / "media")
    stage.brings[LINK] = {"Tidewater.2019.1080p.WEB.x264.mp4": sample().read_bytes()}
    job_id = await add(user, LINK)
    done = await reaches(user, job_id, "completed")
    assert done["progressPercent"] == 100
    assert done["bytesDownloaded"] == done["bytesTotal"] == sample().stat().st_size
    assert (await handed_over(user, job_id))["importState"] == "imported"
    assert await history(user, job_id) == ["queued", "preparing", "downloading", "completed"]
    film = tmp_path / "media" / "Tidewater (2019)" / "Tidewater (2019).mp4"
    assert film.read_bytes() == sample().read_bytes()
    _, page = await user.call("GET", "/library")
    (item,) = page["items"]
    assert item["media"]["title"] == "Tidewater" and item["matchState"] == "matched"
    assert str(await server.db.fetchval("select source_job_id from library_items")) == job_id

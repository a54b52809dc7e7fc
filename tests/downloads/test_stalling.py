"""What does not move does not keep others from moving."""

from __future__ import annotations

from typing import Any

import pytest

from seen.compose import Server
from tests.conftest import Person
from tests.downloads.conftest import add, history, reaches
from tests.downloads.puppet import Stage

MAGNET = "magnet:?xt=urn:btih:" + "ab" * 20


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """One place, and little patience."""
    return {"download_stall_after": 0.4, "download_max_active": 1}


async def test_a_torrent_without_peers_gives_its_place_back_and_fails_in_words(
    server: Server, stage: Stage, user: Person
) -> None:
    stage.lonely.add(MAGNET)
    dead, other = await add(user, MAGNET), await add(user)
    shown = await reaches(user, dead, "stalled")
    assert shown["message"].startswith("No peers")
    (await stage.held(other)).finish({"film.mkv": b"x" * 1000})
    await reaches(user, other, "completed")
    failed = await reaches(user, dead, "failed")
    assert failed["retryCount"] == 3
    assert failed["errorMessage"].startswith("No peers")
    assert "after 4 tries" in failed["errorMessage"]
    one_try = ["preparing", "downloading", "stalled", "retrying"]
    assert await history(user, dead) == [
        "queued", *one_try, *one_try, *one_try, "preparing", "downloading", "failed",
    ]  # fmt: skip

"""Impatient engines, what they bring, and waiting for it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

from seen_engine_http.engine import HttpEngine
from seen_engine_http.pace import Timing

from seen.plugin.models import DownloadSpec, EngineStatus
from seen.plugin.testing.engines import Engines

QUICK = Timing(
    attempts=3, first_pause=0.01, longest_pause=0.02, longest_asked=0.05, checkpoint=0.02,
    durable=0.04, silence=5.0, stalled_after=0.2, look=0.1,
    worthwhile=0.1,
)  # fmt: skip
BODY = random.Random(2).randbytes(3_000_000)
Make = Engines[HttpEngine]


async def until(
    engine: HttpEngine, reached: Callable[[EngineStatus], bool], job: str = "job-1"
) -> EngineStatus:
    """The status as soon as it is as wished; progress must never go back on the way."""
    done = 0
    while True:
        found = (await engine.status([job]))[job]
        assert found.bytes_done >= done
        done = found.bytes_done
        if reached(found):
            return found
        assert found.state not in ("completed", "failed"), found
        await asyncio.sleep(0.005)


async def completed(engine: HttpEngine, job: str = "job-1") -> EngineStatus:
    return await until(engine, lambda found: found.state == "completed", job)


async def failed(engine: HttpEngine) -> str:
    return (await until(engine, lambda found: found.state == "failed")).message


def only_file(spec: DownloadSpec) -> Path:
    (path,) = spec.folder.iterdir()
    return path

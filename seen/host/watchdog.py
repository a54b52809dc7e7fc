"""Notices plugins whose loop does not answer, and says where they hang."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from seen.core.log import get_log
from seen.host.instance import Instance
from seen.host.limits import Limits

log = get_log(__name__)


async def watch(instances: Callable[[], Iterable[Instance]], limits: Limits) -> None:
    """Ping every plugin's loop for ever."""
    last = time.monotonic()
    while True:
        await asyncio.sleep(limits.ping_every)
        late = time.monotonic() - last - limits.ping_every
        last = time.monotonic()
        # When this loop itself was held up (a suspended machine), silence proves nothing yet.
        paused = late > limits.silence / 2
        for instance in instances():
            try:
                await _look_at(instance, limits, paused)
            except Exception:
                log.exception("plugins: watchdog", plugin=instance.id)


async def _look_at(instance: Instance, limits: Limits, paused: bool) -> None:
    life = instance.life
    if life is None:
        return
    silent = life.thread.ping()
    if silent < limits.silence:
        await instance.answers()
    elif not paused:
        place = life.thread.where()
        if instance.status.state != "blocked":
            log.warning("plugins: hangs", plugin=instance.id, place=place, seconds=round(silent))
        await instance.hangs(silent, place)

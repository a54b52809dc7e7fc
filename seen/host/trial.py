"""A short life on trial: do these values work?"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from seen.host.errors import StartFailed, TrialFailed
from seen.host.life import Life
from seen.plugin.models import Health


async def try_values(
    make: Callable[[Mapping[str, Any], Path], Life], values: Mapping[str, Any]
) -> Health:
    """Start with these values beside whatever runs, ask for the health, and stop again.

    The trial has a data folder of its own, gone afterwards, so that it cannot disturb the running
    one. Raises TrialFailed when it does not start.
    """
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="seen-trial-")
    life = make(values, Path(folder))
    try:
        await life.bring_up()
        return await life.health()
    except StartFailed as error:
        raise TrialFailed(error.reason, error.field, error.state) from error
    finally:
        await life.take_down()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

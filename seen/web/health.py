"""Is the process alive, and can it work?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from seen.core.errors import Unavailable
from seen.core.http import Answer, Api, Call

Check = Callable[[], Awaitable[object]]


class Live(Answer):
    """The process answers."""

    status: str = "live"


class Ready(Answer):
    """Everything the server needs answers; ``checks`` names each with "ok"."""

    status: str
    checks: dict[str, str]


def routes(checks: Mapping[str, Check]) -> Api:
    """``/api/v1/health``. Each check raises when its part cannot work."""
    api = Api("health")

    @api.get("/health/live", access="anyone")
    async def live(call: Call) -> Live:
        """The process is alive. Asks nothing else."""
        return Live()

    @api.get("/health/ready", access="anyone")
    async def ready(call: Call) -> Ready:
        """The server can do its work."""
        found: dict[str, str] = {}
        for name, check in checks.items():
            try:
                await asyncio.wait_for(check(), 3)
                found[name] = "ok"
            except Exception as error:
                raise Unavailable(f"The {name} does not answer.") from error
        return Ready("ready", found)

    return api

"""What became of titles, for a service that has to be asked about each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from seen.plugin.errors import AuthFailed, NotFound, PluginError
from seen.plugin.models import KnownTitle, Refreshed, TitleDetails

AT_ONCE = 4
PATIENCE = 3
"""Unanswered questions after which the rest of the titles is left for later."""


async def refresh_each(
    known: Iterable[KnownTitle],
    ask: Callable[[KnownTitle], Awaitable[TitleDetails | None]],
    at_once: int = AT_ONCE,
) -> Sequence[Refreshed]:
    """Keep the promises of ``refresh`` with a question for each title.

    ``ask`` gives a title's details, None where it has not changed, and raises NotFound only where
    the service itself says that it is gone. ``at_once`` titles are asked about at the same time,
    so that others get a turn between them. A title whose question fails is left out; where all
    fail, the last error is raised.
    """
    turn = asyncio.Semaphore(at_once)
    found: list[Refreshed] = []
    troubles: list[PluginError] = []

    async def look(each: KnownTitle) -> None:
        async with turn:
            if len(troubles) >= PATIENCE or any(isinstance(e, AuthFailed) for e in troubles):
                return
            try:
                details = await ask(each)
            except NotFound:
                found.append(Refreshed(each.ref, "gone"))
            except PluginError as error:
                troubles.append(error)
            else:
                changed = Refreshed(each.ref, "changed", details)
                found.append(changed if details else Refreshed(each.ref, "unchanged"))

    async with asyncio.TaskGroup() as group:
        for each in {each.ref: each for each in known}.values():
            group.create_task(look(each))
    if troubles and not found:
        raise troubles[-1]
    return tuple(found)

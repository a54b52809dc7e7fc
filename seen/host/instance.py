"""One plugin instance in one process: follows its plan, shows its state, tries again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from seen.core.log import get_log
from seen.host.errors import StartFailed, State
from seen.host.faults import named
from seen.host.life import Life
from seen.host.limits import Limits
from seen.host.plan import Plan
from seen.host.registry import Handle
from seen.host.thread import PluginThread

log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """What people are shown. ``reason`` is a sentence or ""."""

    state: State
    reason: str = ""
    health: str = ""


class Instance:
    """Drives itself in a task of its own; :meth:`follow` gives it a new plan."""

    def __init__(
        self, plan: Plan, deaths: int, make_life: Callable[[Plan], Life],
        tell: Callable[[Instance], Awaitable[None]], limits: Limits,
    ) -> None:  # fmt: skip
        self.plan = plan
        self.deaths = deaths
        self.life: Life | None = None
        self.settled = asyncio.Event()
        # What was last stored of it, and who stores it now; both belong to the teller.
        self.told: object = None
        self.telling = asyncio.Lock()
        self._make_life = make_life
        self._tell = tell
        self._limits = limits
        self._status = Status("starting")
        self._blocked: Status | None = None
        self._up = False
        self._leftover: PluginThread | None = None
        self._delay = limits.first_retry
        self._leaving = False
        self._changed = asyncio.Event()
        self._answered = asyncio.Event()
        self._task = asyncio.create_task(self._drive(), name=f"plugin {plan.desired.id}")

    @property
    def id(self) -> str:
        return self.plan.desired.id

    @property
    def status(self) -> Status:
        return self._blocked or self._status

    @property
    def handles(self) -> tuple[Handle[Any], ...]:
        """The objects that may be called now."""
        if not self._up or self._blocked or self.life is None:
            return ()
        return tuple(member.handle for member in self.life.members)

    @property
    def serving(self) -> Life | None:
        """The life, while it is up."""
        return self.life if self._up else None

    def follow(self, plan: Plan) -> None:
        """Take a new plan; what has to change for it is done in the background."""
        again = self.plan.restarts(plan, self._up)
        self.plan = plan
        if again:
            self._delay = self._limits.first_retry
            self.settled.clear()
            self._changed.set()

    def leave(self) -> asyncio.Task[None]:
        """Begin to stop; the task ends when everything is down."""
        self._leaving = True
        self._changed.set()
        return self._task

    def retry(self) -> None:
        """Try to start again now instead of later."""
        if not self._up:
            self.settled.clear()
            self._changed.set()

    async def check_health(self) -> None:
        """Ask the objects how they are and show it."""
        life = self.serving
        if life is None or self._blocked:
            return
        health = await life.health()
        if self.serving is life:
            await self._show(Status("running", health.message, health.state))

    async def hangs(self, seconds: float, place: str) -> None:
        """The watchdog found that the plugin's loop does not answer."""
        self._answered.clear()
        where = f": hangs in {place}" if place else ""
        self._blocked = Status("blocked", f"Has not answered for {seconds:.0f} s{where}", "failed")
        if not self._changed.is_set():
            self.settled.set()
        await self._tell(self)

    async def answers(self) -> None:
        """The watchdog found that the plugin's loop answers (again)."""
        if self._blocked is not None and self._leftover is None:
            log.info("plugins: answers again", plugin=self.id)
            self._blocked = None
            await self._tell(self)
        self._answered.set()

    async def _drive(self) -> None:
        while not self._leaving:
            self._changed.clear()
            verdict = self.plan.verdict()
            try:
                if verdict is not None:
                    await self._show(Status(*verdict))
                    await self._changed.wait()
                else:
                    await self._live()
            except Exception:
                # A fault of the host's own; the other plugins must not notice.
                log.exception("plugins: cannot drive", plugin=self.id)
                await self._pause(self._limits.first_retry)

    async def _live(self) -> None:
        """One life, from start to end."""
        if not await self._leftover_ended():
            return
        await self._show(Status("starting"))
        life = self.life = self._make_life(self.plan)
        failure: StartFailed | None = None
        try:
            failure = await self._bring_up(life)
            if failure is None and not self._changed.is_set():
                await self._serve(life)
            elif failure is not None:
                await self._until_answered(life)
        finally:
            self._up = False
            await self._take_down(life)
        if failure is not None and not self._changed.is_set():
            say = log.info if failure.state == "needs_setup" else log.warning
            say("plugins: not started", plugin=self.id, state=failure.state, reason=failure.reason)
            await self._show(Status(failure.state, failure.reason))
            await self._pause(self._delay if failure.again else None)
            self._delay = min(self._delay * 2, self._limits.last_retry)

    async def _bring_up(self, life: Life) -> StartFailed | None:
        """Start, unless the plan changes meanwhile."""
        start = asyncio.create_task(life.bring_up())
        change = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait((start, change), return_when=asyncio.FIRST_COMPLETED)
            if start.done():
                start.result()
        except StartFailed as error:
            return error
        finally:
            await _end(change)
            await _end(start)
        return None

    async def _serve(self, life: Life) -> None:
        """Be there until the plan changes, asking for its health now and then."""
        self._up = True
        self.deaths = 0
        self._delay = self._limits.first_retry
        log.info("plugins: running", plugin=self.id, version=life.found.version)
        await self._show(Status("running", "", "healthy"))
        while not self._changed.is_set():
            life.noticed.clear()
            await self.check_health()
            await self._first_of(life.noticed, self._limits.health_every)
            if life.noticed.is_set():
                # Calls that fail and succeed by turns must not make a storm of these.
                await self._pause(self._limits.notice_every)

    async def _until_answered(self, life: Life) -> None:
        """A start that failed by hanging: wait until the loop answers, so that it can be left."""
        if life.thread.ping() < self._limits.silence:
            return
        await self._first_of(self._answered, None)

    async def _first_of(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait for the event, a change of the plan or the end of the time."""
        waiting = [asyncio.create_task(each.wait()) for each in (event, self._changed)]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                await _end(task)

    async def _take_down(self, life: Life) -> None:
        if not await life.take_down():
            log.warning("plugins: hangs and is left behind", plugin=self.id,
                        place=life.thread.where())  # fmt: skip
            self._leftover = life.thread
        self.life = None
        self._blocked = None

    async def _leftover_ended(self) -> bool:
        """Wait for a thread of an earlier life that still hangs; False when the plan changed.

        Starting beside it would hang as well: a module is imported once for all threads.
        """
        while self._leftover is not None and not self._leftover.ended.is_set():
            if self._changed.is_set():
                return False
            place = self._leftover.where()
            await self._show(Status("blocked", f"Still hangs in {place}" if place else "Hangs"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.ping_every):
                    await self._leftover.ended.wait()
        self._leftover = None
        return True

    async def _pause(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _show(self, status: Status) -> None:
        self._status = status
        if status.state == "starting":
            self.settled.clear()
        await self._tell(self)
        if status.state != "starting" and not self._changed.is_set():
            self.settled.set()


async def _end(task: asyncio.Task[Any]) -> None:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    except StartFailed:
        pass
    except Exception as error:
        log.warning("plugins: unexpected", error=named(error))

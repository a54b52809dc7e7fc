"""Stands between the server and one object of a plugin.

Every call has a time limit, a place in a small queue, a check of its answer and an account of how
it went. An object that fails again and again is left alone for a while.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from seen.core.clock import now
from seen.core.log import get_log
from seen.host.capabilities import Kind
from seen.host.errors import Overdue, PluginFault, Resting, SwitchedOff, TimedOut, WrongAnswer
from seen.host.faults import fault
from seen.host.limits import Limits
from seen.host.shapes import mismatch
from seen.host.thread import PluginThread
from seen.plugin.errors import PluginError, Unsupported

R = TypeVar("R")
log = get_log(__name__)


class Breaker:
    """Opens after some faults in a row; after a rest, one call may try (half open).

    Each rest is twice as long as the last, up to a limit, until a call goes well.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._in_a_row = 0
        self._rest = limits.first_rest
        self._until = 0.0
        self._trying = False

    @property
    def rests_for(self) -> float:
        """Seconds until a call may try again; 0 when calls go through."""
        return max(0.0, self._until - self._clock())

    @property
    def failing(self) -> bool:
        """Whether the last call was a fault."""
        return self._in_a_row > 0

    def enter(self) -> bool:
        """Whether a call may go through. A call that enters must end with one of the others."""
        if self._in_a_row < self._limits.faults_in_a_row:
            return True
        if self.rests_for > 0 or self._trying:
            return False
        self._trying = True
        return True

    def went_well(self) -> None:
        self._in_a_row = 0
        self._rest = self._limits.first_rest
        self._trying = False

    def failed(self) -> None:
        self._trying = False
        self._in_a_row += 1
        if self._in_a_row >= self._limits.faults_in_a_row:
            self._until = self._clock() + self._rest
            self._rest = min(self._rest * 2, self._limits.last_rest)

    def came_to_nothing(self) -> None:
        """The caller gave up, which says nothing about the plugin."""
        self._trying = False


@dataclass(slots=True)
class Account:
    """What became of the calls so far."""

    calls: int = 0
    faults: int = 0
    last_fault: str = ""
    last_fault_at: datetime | None = None

    def note(self, sentence: str) -> None:
        self.faults += 1
        self.last_fault = sentence
        self.last_fault_at = now()


class Facts:
    """An object's attributes as they were when it started, without its methods."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self.__dict__.update(attributes)


class Checked:
    """Stands for the plugin's object on the plugin's loop: checks every answer."""

    def __init__(self, target: Any, kind: Kind, attributes: Mapping[str, Any], title: str) -> None:
        self._target = target
        self._kind = kind
        self._title = title
        self._features = attributes["features"]
        # Attributes are read once: a property of the plugin may raise or change its type.
        self.__dict__.update(attributes)

    def __getattr__(self, name: str) -> Any:
        answers = _answers(self._kind)
        if name not in answers:
            raise AttributeError(f"{self._kind.name} have no {name}")
        annotation = answers[name]
        if get_origin(annotation) is AsyncIterator:
            return functools.partial(self._stream, name, get_args(annotation)[0])
        return functools.partial(self._call, name, annotation)

    async def _stream(
        self, name: str, annotation: Any, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """One answer after the other, each checked."""
        self._needs(name)
        number = 0
        async with aclosing(getattr(self._target, name)(*args, **kwargs)) as answers:
            async for answer in answers:
                problem = mismatch(answer, annotation)
                if problem:
                    raise WrongAnswer(f"{name} answered wrongly: [{number}]{problem}")
                number += 1
                yield answer

    async def _call(self, name: str, annotation: Any, *args: Any, **kwargs: Any) -> Any:
        self._needs(name)
        waiting = getattr(self._target, name)(*args, **kwargs)
        if not inspect.isawaitable(waiting):
            raise WrongAnswer(f"{name} must be async")
        answer = await waiting
        problem = mismatch(answer, annotation)
        if problem:
            raise WrongAnswer(f"{name} answered wrongly: {problem}")
        return answer

    def _needs(self, name: str) -> None:
        feature = self._kind.optional.get(name)
        if feature is not None and feature not in self._features:
            raise Unsupported(f"{self._title} does not offer {feature}")


@functools.cache
def _answers_of(protocol: type, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: get_type_hints(getattr(protocol, name))["return"] for name in names}


def _answers(kind: Kind) -> dict[str, Any]:
    return _answers_of(kind.protocol, tuple(kind.methods()))


class Guard:
    """The policy around one object; lives on the main loop."""

    def __init__(
        self, thread: PluginThread, title: str, folder: Path | None, limits: Limits,
        noticed: asyncio.Event,
    ) -> None:  # fmt: skip
        self.account = Account()
        self.breaker = Breaker(limits)
        self.open = True
        self._limits = limits
        self._thread = thread
        self._title = title
        self._folder = folder
        # Set when calls begin to fail or to go well again.
        self._noticed = noticed
        self._turn = asyncio.Semaphore(limits.calls_at_once)
        self._under_way = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def call(self, work: Callable[[], Awaitable[R]], timeout: float) -> R:
        """Await ``work()`` on the plugin's loop under all the rules.

        A PluginError of the plugin comes through as it is. Raises PluginFault (TimedOut, Resting,
        SwitchedOff) for everything else.
        """
        self._admit()
        self.account.calls += 1
        self._under_way += 1
        self._quiet.clear()
        before = self.breaker.failing
        try:
            result = await self._timed(work, timeout)
        except asyncio.CancelledError:
            self.breaker.came_to_nothing()
            raise
        except PluginFault:
            self.breaker.failed()
            raise
        except PluginError:
            # Foreseen: the plugin works, it is the answer that is no.
            self.breaker.went_well()
            raise
        else:
            self.breaker.went_well()
            return result
        finally:
            self._under_way -= 1
            if self._under_way == 0:
                self._quiet.set()
            if before != self.breaker.failing:
                self._noticed.set()

    async def drain(self, timeout: float) -> None:
        """Let no more calls in and wait for those under way, ``timeout`` seconds at most."""
        self.open = False
        try:
            async with asyncio.timeout(timeout):
                await self._quiet.wait()
        except TimeoutError:
            log.warning("plugin: calls still under way", plugin=self._title)

    def _admit(self) -> None:
        if not self.open:
            raise SwitchedOff(f"{self._title} was switched off")
        silent = self._thread.silent_for
        if silent >= self._limits.silence:
            raise Resting(f"{self._title} has not answered for {silent:.0f} s")
        if not self.breaker.enter():
            rest = self.breaker.rests_for
            raise Resting(
                f"{self._title} rests for {rest:.0f} s after failing too often: "
                f"{self.account.last_fault}"
            )

    async def _timed(self, work: Callable[[], Awaitable[R]], timeout: float) -> R:
        clock = asyncio.timeout(timeout)
        try:
            async with clock, self._turn:
                return await self._thread.run(work)
        except PluginError:
            raise
        except Exception as error:
            if clock.expired() or isinstance(error, Overdue):
                sentence = f"did not answer within {timeout:g} s"
                self.account.note(sentence)
                log.warning("plugin: too slow", plugin=self._title, seconds=timeout)
                raise TimedOut(f"{self._title} {sentence}") from None
            sentence = _sentence(error, self._folder)
            self.account.note(sentence)
            log.warning("plugin: failed", plugin=self._title, fault=sentence, exc_info=error)
            raise PluginFault(f"{self._title}: {sentence}") from error


def _sentence(error: Exception, folder: Path | None) -> str:
    return str(error) if isinstance(error, WrongAnswer) else fault(error, folder)

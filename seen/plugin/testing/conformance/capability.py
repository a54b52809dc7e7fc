"""What every object that a hook returns must keep."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import pytest
import pytest_asyncio

from seen.plugin.capabilities import Capability
from seen.plugin.models import Health
from seen.plugin.testing.conformance.manifest import ManifestSuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.shapes import assert_shape

START_SECONDS = 30.0
HEALTH_SECONDS = 10.0


@asynchronous
class CapabilitySuite(ManifestSuite):
    """Needs the fixture ``subject``: a fresh object, not started.

    ``protocol`` is the contract; ``optional`` maps its methods to the feature that announces them;
    ``bare`` are the features that go with no method.
    """

    protocol: ClassVar[type] = Capability
    optional: ClassVar[Mapping[str, str]] = {}
    bare: ClassVar[frozenset[str]] = frozenset()

    @pytest.fixture
    def subject(self) -> Any:
        raise NotImplementedError("the suite needs a fixture named subject")

    @pytest_asyncio.fixture
    async def running(self, subject: Any) -> AsyncIterator[Any]:
        """The subject, started and stopped."""
        await asyncio.wait_for(subject.start(), START_SECONDS)
        try:
            yield subject
        finally:
            await subject.stop()

    async def test_id_is_short_plain_and_stable(self, subject: Any) -> None:
        assert isinstance(subject.id, str) and 0 < len(subject.id) <= 64
        assert subject.id.isascii() and not any(each.isspace() for each in subject.id)
        assert subject.id == subject.id

    async def test_features_name_only_what_the_contract_knows(self, subject: Any) -> None:
        assert set(subject.features) <= {*self.optional.values(), *self.bare}

    async def test_every_announced_method_exists_with_the_contracts_parameters(
        self, subject: Any
    ) -> None:
        for name, method in _methods(self.protocol).items():
            feature = self.optional.get(name)
            if feature is not None and feature not in subject.features:
                continue
            found = getattr(subject, name, None)
            assert callable(found), f"{name} is missing"
            if inspect.iscoroutinefunction(method):
                assert inspect.iscoroutinefunction(found), f"{name} must be async"
            else:
                assert inspect.isasyncgenfunction(found), f"{name} must be an async generator"
            wanted = list(inspect.signature(method).parameters)[1:]
            given = inspect.signature(found).parameters
            open_ended = any(each.kind is each.VAR_KEYWORD for each in given.values())
            assert open_ended or set(wanted) <= set(given), f"{name} must take {', '.join(wanted)}"
            extra = [
                each.name
                for each in given.values()
                if each.name not in wanted
                and each.default is each.empty
                and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
            ]
            assert not extra, f"{name} asks for {', '.join(extra)}, which nobody gives"

    async def test_health_answers_in_time_with_a_sentence(self, running: Any) -> None:
        found = await asyncio.wait_for(running.health(), HEALTH_SECONDS)
        assert_shape(found, Health, "health")
        assert found.state == "healthy" or found.message.strip()

    async def test_stop_is_harmless_without_a_start(self, subject: Any) -> None:
        await subject.stop()

    async def test_stop_is_harmless_twice(self, subject: Any) -> None:
        await subject.start()
        await subject.stop()
        await subject.stop()

    async def test_it_can_start_again_after_a_stop(self, subject: Any) -> None:
        await subject.start()
        await subject.stop()
        await subject.start()
        assert isinstance(await subject.health(), Health)
        await subject.stop()


def _methods(protocol: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(inspect.getmro(protocol)):
        if base.__module__.startswith("seen.plugin."):
            found.update(
                (name, each)
                for name, each in vars(base).items()
                if inspect.isfunction(each) and not name.startswith("_")
            )
    return found

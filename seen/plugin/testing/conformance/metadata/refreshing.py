"""What became of titles, and what an outage is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from seen.plugin import NotFound, PluginError
from seen.plugin.models import ExternalRef, KnownTitle, Refreshed
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.conformance.metadata.known import KnownTitleSuite
from seen.plugin.testing.conformance.metadata.sane import assert_details
from seen.plugin.testing.shapes import assert_plain_text, assert_shape


@asynchronous
class RefreshChecks(KnownTitleSuite):
    """The promises of ``refresh``."""

    async def _refreshed(self, running: Any, *known: KnownTitle) -> list[Refreshed]:
        found = await running.refresh(known, "en-US")
        assert_shape(found, Sequence[Refreshed], "refreshed")
        assert_plain_text(found)
        for each in found:
            assert (each.details is not None) == (each.state == "changed"), each.state
        return list(found)

    async def test_a_title_nothing_is_known_of_comes_with_its_details(self, running: Any) -> None:
        self._needs(running, "refresh")
        known = await self._known(running)
        (found,) = await self._refreshed(running, KnownTitle(known.ref))
        assert (found.ref, found.state) == (known.ref, "changed")
        assert found.details is not None and found.details.ref == known.ref
        assert_details(found.details)

    async def test_a_title_that_is_known_as_it_is_has_not_changed(self, running: Any) -> None:
        self._needs(running, "refresh")
        details = await self._details(running)
        if not details.validator:
            pytest.skip("the service does not tell what changed")
        (found,) = await self._refreshed(running, KnownTitle(details.ref, details.validator))
        assert (found.ref, found.state) == (details.ref, "unchanged")

    async def test_a_title_that_the_service_does_not_have_is_gone(self, running: Any) -> None:
        self._needs(running, "refresh")
        known, gone = await self._known(running), self._unknown(running)
        found = await self._refreshed(running, KnownTitle(gone, "old"), KnownTitle(known.ref))
        assert {each.ref: each.state for each in found} == {gone: "gone", known.ref: "changed"}

    async def test_another_services_title_is_left_out(self, running: Any) -> None:
        self._needs(running, "refresh")
        stranger = KnownTitle(ExternalRef("nobody", self.known_kind, "1"), "old")
        known = await self._known(running)
        found = await self._refreshed(running, stranger, KnownTitle(known.ref))
        assert [each.ref for each in found] == [known.ref]

    async def test_nothing_to_ask_about_is_answered_with_nothing(self, running: Any) -> None:
        self._needs(running, "refresh")
        assert await self._refreshed(running) == []

    async def test_fifty_titles_are_asked_about_at_once(self, running: Any) -> None:
        self._needs(running, "refresh")
        gone = [ExternalRef(running.source, self.known_kind, f"{self.unknown_id[:-2]}{each}")
                for each in range(10, 60)]  # fmt: skip
        found = await self._refreshed(running, *map(KnownTitle, gone))
        assert {each.ref for each in found} <= set(gone)
        assert {each.state for each in found} <= {"gone"}

    async def test_an_outage_never_means_that_a_title_is_gone(self, away: Any) -> None:
        if away is None:
            pytest.skip("the provider asks nobody")
        await away.start()
        try:
            for ask in self._questions(away):
                with pytest.raises(PluginError) as raised:
                    await ask()
                assert not isinstance(raised.value, NotFound)
        finally:
            await away.stop()

    def _questions(self, away: Any) -> list[Callable[[], Any]]:
        ref = self._unknown(away)
        questions = {
            "details": lambda: away.details(ref, "en-US"),
            "refresh": lambda: away.refresh([KnownTitle(ref, "old")], "en-US"),
            "search": lambda: away.search(self._query(away)),
        }
        return [ask for feature, ask in questions.items() if feature in away.features]

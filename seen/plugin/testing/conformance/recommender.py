"""The promises of a recommender."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from seen.plugin import MediaKind
from seen.plugin.capabilities import Recommender
from seen.plugin.models import PoolItem, Scored, Taste, TasteEntry
from seen.plugin.testing.conformance.capability import CapabilitySuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.shapes import assert_plain_text, assert_shape

_GENRES = ("Drama", "Comedy", "Horror", "Western")
POOL = tuple(
    PoolItem(
        f"m{at}", MediaKind.MOVIE, f"Film {at}", 1980 + at, (_GENRES[at % 4], _GENRES[at % 3]),
        (f"word {at % 5}",), popularity=float(at), rating=40 + at, votes=at * 10,
        similar=(f"m{(at + 4) % 40}", f"m{(at + 8) % 40}"),
    )
    for at in range(40)
)  # fmt: skip
TASTE = Taste(
    tuple(
        TasteEntry(f"m{at}", MediaKind.MOVIE, weight, datetime(2026, 1, 1 + at, tzinfo=UTC))
        for at, weight in ((0, 1.0), (4, 0.8), (1, -0.9))
    ),
    ("Drama",),
)


@asynchronous
class RecommenderSuite(CapabilitySuite):
    """Needs only ``subject``."""

    protocol = Recommender
    optional: ClassVar = {"score": "score"}

    async def test_it_recommends_something(self, running: Any) -> None:
        found = await running.score(TASTE, POOL, 10)
        assert_shape(found, Sequence[Scored], "recommendations")
        assert_plain_text(found)
        assert 1 <= len(found) <= 10

    async def test_best_comes_first_and_nothing_twice(self, running: Any) -> None:
        found = await running.score(TASTE, POOL, 40)
        scores = [each.score for each in found]
        assert scores == sorted(scores, reverse=True)
        assert len({each.media_id for each in found}) == len(found)

    async def test_reasons_sum_to_the_score(self, running: Any) -> None:
        for each in await running.score(TASTE, POOL, 40):
            assert each.reasons and all(reason.text.strip() for reason in each.reasons)
            total = math.fsum(reason.weight for reason in each.reasons)
            assert math.isclose(total, each.score, rel_tol=1e-6, abs_tol=1e-9), each

    async def test_only_the_pool_is_recommended(self, running: Any) -> None:
        found = await running.score(TASTE, POOL[:20], 40)
        assert {each.media_id for each in found} <= {each.media_id for each in POOL[:20]}

    async def test_nothing_of_the_history_is_recommended(self, running: Any) -> None:
        found = await running.score(TASTE, POOL, 40)
        assert not {each.media_id for each in found} & {each.media_id for each in TASTE.entries}

    async def test_the_same_question_has_the_same_answer(self, running: Any) -> None:
        assert await running.score(TASTE, POOL, 15) == await running.score(TASTE, POOL, 15)

    async def test_the_limit_holds(self, running: Any) -> None:
        assert len(await running.score(TASTE, POOL, 3)) <= 3
        assert not await running.score(TASTE, POOL, 0)

    async def test_an_empty_pool_or_history_is_no_trouble(self, running: Any) -> None:
        assert not await running.score(TASTE, (), 10)
        assert_shape(await running.score(Taste(()), POOL, 10), Sequence[Scored], "recommendations")

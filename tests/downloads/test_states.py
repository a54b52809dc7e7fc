"""The state machine: every way that is promised can be gone, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from seen.downloads.model import steps
from seen.downloads.model.judging import Progress, judge
from seen.downloads.model.records import Job, JobFile
from seen.downloads.model.states import (
    MOST_RETRIES,
    STATUSES,
    TERMINAL,
    WAYS,
    WAYS_BY_HAND,
    IllegalMove,
    Status,
    check_move,
)
from seen.downloads.model.steps import Change, Rules
from seen.plugin.models import EngineStatus
from tests.downloads.jobs import NOW, a_job

RULES = Rules(retry_backoff=15, stall_after=180)
STEPS: dict[str, Callable[[Job], Change]] = {
    "claimed": lambda job: steps.claimed(job, "engine", "main", "Engine"),
    "started": lambda job: steps.started(job, "engine", "main", "Engine", "e-1"),
    "refused": lambda job: steps.refused(job, "No such file", NOW, RULES),
    "refused for good": lambda job: steps.refused(job, "No such file", NOW, RULES, final=True),
    "put back": lambda job: steps.put_back(job, "The engine does not answer", NOW, RULES),
    "stalled": lambda job: steps.stalled(job, "No peers for 3 min", NOW, RULES),
    "due": steps.due,
    "completed": lambda job: steps.completed(job, [JobFile("film.mkv", 1000, 1000)]),
    "failed": lambda job: steps.failed(job, "The server has no such file"),
    "cancelled": steps.cancelled,
    "retried": steps.retried,
}


def moves_from(status: Status) -> set[Status]:
    """Where any step leads from a state, with and without retries left."""
    found: set[Status] = set()
    for retries in (0, MOST_RETRIES):
        job = a_job(status=status, retry_count=retries)
        for step in STEPS.values():
            try:
                after = step(job).after.status
            except IllegalMove:
                continue
            if after != status:
                found.add(after)
    return found


@pytest.mark.parametrize("status", STATUSES)
def test_the_steps_go_every_way_that_is_promised_and_no_other(status: Status) -> None:
    assert moves_from(status) == WAYS[status] | WAYS_BY_HAND.get(status, frozenset())


@pytest.mark.parametrize("here", STATUSES)
@pytest.mark.parametrize("there", STATUSES)
def test_a_way_that_is_not_promised_is_refused(here: Status, there: Status) -> None:
    if there in WAYS[here]:
        check_move(here, there)
    else:
        with pytest.raises(IllegalMove):
            check_move(here, there)


def test_every_state_can_be_reached_and_the_end_is_the_end() -> None:
    reached: set[Status] = {"queued"}
    while more := {there for here in reached for there in WAYS[here]} - reached:
        reached |= more
    assert reached == set(STATUSES)
    assert all(not WAYS[each] for each in TERMINAL)


def test_pauses_double_and_the_fourth_try_is_the_last() -> None:
    job = a_job()
    pauses = []
    while True:
        job = STEPS["started"](STEPS["claimed"](job).after).after
        change = STEPS["stalled"](job)
        if change.after.status == "failed":
            break
        assert change.after.not_before is not None
        pauses.append((change.after.not_before - NOW).total_seconds())
        job = steps.due(change.after).after
    assert pauses == [15, 30, 60]
    assert change.after.error_message == (
        "No peers for 3 min. Given up after 4 tries; nothing of it is lost"
    )


def test_trouble_of_the_engine_is_no_try() -> None:
    job = a_job()
    for _ in range(10):
        job = STEPS["put back"](STEPS["claimed"](job).after).after
        assert (job.status, job.retry_count) == ("retrying", 0)
        assert job.not_before == NOW + timedelta(seconds=15)


def test_a_failed_download_may_be_tried_again_from_the_start_of_the_count() -> None:
    job = steps.failed(a_job(status="downloading", retry_count=3), "Gone").after
    again = steps.retried(job).after
    assert (again.status, again.retry_count, again.error_message) == ("retrying", 0, "")


_SAYS = st.builds(
    EngineStatus,
    st.just("e-1"),
    st.sampled_from(
        ["queued", "fetching_metadata", "downloading", "stalled", "paused", "checking", "completed",
         "failed"]
    ),
    st.integers(-5, 2**50), st.integers(-5, 2**50), st.integers(-5, 2**40),
    st.none() | st.integers(-5, 2**40), st.none() | st.integers(0, 50),
    st.text(max_size=40), st.booleans(),
)  # fmt: skip


class Life(RuleBasedStateMachine):
    """A download to which anything happens in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.job = a_job()
        self.by_hand = False

    def _go(self, change: Change) -> None:
        before, after = self.job, change.after
        assert change.before == before
        if after.status != before.status:
            check_move(before.status, after.status, by_hand=self.by_hand)
        else:
            assert before.status not in TERMINAL or not change.reason
        # The database keeps the larger figure; a step never asks for a smaller one.
        assert after.bytes_downloaded >= before.bytes_downloaded or after.status == "completed"
        assert after.progress_percent >= before.progress_percent
        self.job = after

    @rule(name=st.sampled_from(sorted(set(STEPS) - {"retried"})))
    def step(self, name: str) -> None:
        self.by_hand = False
        before = self.job
        try:
            change = STEPS[name](before)
        except IllegalMove:
            assert self.job == before
            return
        self._go(change)

    @rule()
    def retry_by_hand(self) -> None:
        self.by_hand = True
        try:
            change = steps.retried(self.job)
        except IllegalMove:
            assert self.job.status not in ("stalled", "retrying", "failed")
            return
        assert self.job.status in ("stalled", "retrying", "failed")
        self._go(change)

    @rule(said=_SAYS, quiet=st.floats(0, 1000))
    def engine_says(self, said: EngineStatus, quiet: float) -> None:
        if self.job.status != "downloading":
            return
        self.by_hand = False
        verdict = judge(self.job, said, quiet, RULES, NOW)
        if isinstance(verdict, Change):
            self._go(verdict)
        elif isinstance(verdict, Progress):
            assert self.job.progress_percent <= verdict.percent <= 99
            assert verdict.bytes_done >= self.job.bytes_downloaded
            assert verdict.bytes_total >= verdict.bytes_done >= 0
            assert verdict.speed >= 0
            assert verdict.eta_seconds is None or verdict.eta_seconds >= 0
            self.job = replace(
                self.job, progress_percent=verdict.percent, bytes_total=verdict.bytes_total,
                bytes_downloaded=verdict.bytes_done,
            )  # fmt: skip

    @rule()
    def held_and_let_go(self) -> None:
        if self.job.status == "downloading":
            self._go(steps.held(self.job, "Paused"))
            self._go(steps.let_go_on(self.job))

    @invariant()
    def what_is_complete_is_whole(self) -> None:
        assert (self.job.status == "completed") == (self.job.progress_percent == 100)
        assert (self.job.status == "completed") == (self.job.import_state is not None)

    @invariant()
    def nobody_tries_for_ever(self) -> None:
        assert 0 <= self.job.retry_count <= MOST_RETRIES

    @invariant()
    def what_has_ended_waits_for_nothing(self) -> None:
        if self.job.status in TERMINAL:
            assert self.job.not_before is None and not self.job.held
        if self.job.status == "failed":
            assert self.job.error_message


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

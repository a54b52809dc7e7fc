"""How many names are matched to the right title, and how many to a wrong one.

usage: match_accuracy.py NAMES.jsonl TMDB_BASE_URL [--tvmaze URL] [--together] [--wrong] ...

NAMES holds one object a line: {"path": ..., "expect": {"type": movie|episode, "tmdb_id": int}}.
Each name goes the way a scan takes it: parse, search step by step, decide. Needs a service that
speaks the metadata protocol at TMDB_BASE_URL; any key will do for a local one.

With --tvmaze a second service knows shows as well. A scan asks it where the first one leaves a
doubt; with --together both are always asked, so that whatever either gives counts against the
other. A title that only the second finds is looked up at the first by its ids.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seen_metadata_tmdb.provider import TmdbProvider
from seen_metadata_tvmaze import client
from seen_metadata_tvmaze.provider import TvmazeProvider
from seen_scanner_guessit.scanner import NameScanner

from seen.library.model import Candidate, Decision, decide, search_plan
from seen.plugin.models import ParsedName, ParseHints, SearchQuery
from seen.plugin.testing.fakes import FakeContext


@dataclass
class Result:
    row: dict[str, Any]
    parsed: ParsedName | None
    decision: Decision | None

    @property
    def right(self) -> bool:
        return self.chosen == str(self.row["expect"]["tmdb_id"])

    @property
    def chosen(self) -> str:
        found = self.decision.chosen if self.decision else None
        return found.hit.ref.id if found else ""


async def judge(row: dict[str, Any], scanner: Any, providers: Sequence[Any], all_: bool) -> Result:
    """One name, the way a scan takes it; ``all_``: every provider is asked every time."""
    parsed = await scanner.parse(Path(row["path"]), ParseHints())
    if parsed is None:
        return Result(row, None, None)
    candidates: list[Candidate] = []
    decision = decide(parsed, ())
    for step in search_plan(parsed):
        for provider in providers:
            if parsed.kind not in provider.kinds:
                continue
            hits = await provider.search(step.query)
            candidates += [Candidate(hit, provider.id, at, step.by_id)
                           for at, hit in enumerate(hits)]  # fmt: skip
            decision = decide(parsed, candidates)
            if decision.state == "matched" and not all_:
                break
        if decision.state == "matched":
            break
    return Result(row, parsed, await at_the_first(decision, providers[0]))


async def at_the_first(decision: Decision, first: Any) -> Decision:
    """The decision with the first provider's title where it knows the chosen one by its ids."""
    chosen = decision.chosen
    if chosen is None or chosen.provider == first.id or not chosen.hit.external_ids:
        return decision
    query = SearchQuery("", chosen.hit.ref.kind, external_ids=chosen.hit.external_ids)
    hits = await first.search(query)
    return replace(decision, chosen=Candidate(hits[0], first.id)) if hits else decision


async def measure(rows: Sequence[dict[str, Any]], options: argparse.Namespace) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        config = {"api_key": "bench", "base_url": options.base_url}
        contexts = [FakeContext(config, Path(folder))]
        providers: list[Any] = [TmdbProvider(contexts[0])]
        if options.tvmaze:
            # A local service has no limit that would have to be kept.
            client.PER_SECOND = 1000
            contexts.append(FakeContext({"base_url": options.tvmaze}, Path(folder)))
            providers.append(TvmazeProvider(contexts[1]))
        scanner = NameScanner(contexts[0])
        try:
            return [await judge(row, scanner, providers, options.together) for row in rows]
        finally:
            for provider in providers:
                await provider.stop()
            await scanner.stop()
            for context in contexts:
                await context.close()


def report(results: Sequence[Result], seconds: float, options: argparse.Namespace) -> int:
    matched = [each for each in results if each.chosen]
    right = [each for each in matched if each.right]
    wrong = [each for each in matched if not each.right]
    print(
        f"{len(results)} names: {len(right)} right ({100 * len(right) / len(results):.1f} %), "
        f"{len(wrong)} wrong, {len(results) - len(matched)} for review; {seconds:.1f} s"
    )
    for each in results:
        shown = (options.wrong and each in wrong) or (options.unmatched and not each.chosen)
        if shown:
            print("WRONG" if each.chosen else "REVIEW", each.row["path"], each.row["expect"])
            print("   parsed", each.parsed and (each.parsed.kind.value, each.parsed.title,
                  each.parsed.alternative_titles, each.parsed.year))  # fmt: skip
            if each.decision:
                print("   ", each.decision.reason)
                for ranked in each.decision.candidates[:3]:
                    hit = ranked.candidate.hit
                    print(
                        "     ", hit.ref.id, hit.title, hit.year, ranked.confidence, ranked.reasons
                    )
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", type=Path)
    parser.add_argument("base_url")
    parser.add_argument("--tvmaze", default="", help="address of a second service, for shows")
    parser.add_argument("--together", action="store_true", help="ask both every time")
    parser.add_argument("--wrong", action="store_true", help="show what is matched wrongly")
    parser.add_argument("--unmatched", action="store_true", help="show what goes to review")
    options = parser.parse_args()
    lines = options.names.read_text(encoding="utf-8").splitlines()
    started = time.perf_counter()
    results = asyncio.run(measure([json.loads(line) for line in lines if line], options))
    return report(results, time.perf_counter() - started, options)


if __name__ == "__main__":
    raise SystemExit(main())

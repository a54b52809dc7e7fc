"""How many names are matched to the right title, and how many to a wrong one.

usage: match_accuracy.py NAMES.jsonl TMDB_BASE_URL [--wrong] [--unmatched] [--no-guessit]

NAMES holds one object a line: {"path": ..., "expect": {"type": movie|episode, "tmdb_id": int}}.
Each name goes the way a scan takes it: parse, search step by step, decide. Needs a service that
speaks the metadata protocol at TMDB_BASE_URL; any key will do for a local one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seen_metadata_tmdb.provider import TmdbProvider
from seen_scanner_guessit.scanner import NameScanner

from seen.library.model import Candidate, Decision, decide, search_plan
from seen.plugin.models import ParsedName, ParseHints
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


async def judge(row: dict[str, Any], scanner: Any, provider: Any) -> Result:
    """One name, the way a scan takes it."""
    parsed = await scanner.parse(Path(row["path"]), ParseHints())
    if parsed is None:
        return Result(row, None, None)
    candidates: list[Candidate] = []
    decision = None
    for step in search_plan(parsed):
        hits = await provider.search(step.query)
        candidates += [Candidate(hit, "tmdb", at, step.by_id) for at, hit in enumerate(hits)]
        decision = decide(parsed, candidates)
        if decision.state == "matched":
            break
    return Result(row, parsed, decision)


async def measure(rows: Sequence[dict[str, Any]], base_url: str) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        context = FakeContext({"api_key": "bench", "base_url": base_url}, Path(folder))
        provider, scanner = TmdbProvider(context), NameScanner(context)
        await provider.start()
        try:
            return [await judge(row, scanner, provider) for row in rows]
        finally:
            await provider.stop()
            await scanner.stop()
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
    parser.add_argument("--wrong", action="store_true", help="show what is matched wrongly")
    parser.add_argument("--unmatched", action="store_true", help="show what goes to review")
    options = parser.parse_args()
    lines = options.names.read_text(encoding="utf-8").splitlines()
    started = time.perf_counter()
    results = asyncio.run(measure([json.loads(line) for line in lines if line], options.base_url))
    return report(results, time.perf_counter() - started, options)


if __name__ == "__main__":
    raise SystemExit(main())

"""The second opinion: guessit, turned into facts. Runs inside a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from seen_scanner_guessit.facts import Facts


@cache
def _reader() -> Any:
    from guessit.api import GuessItApi

    return GuessItApi()


def guess(text: str, options: Mapping[str, Any]) -> Facts:
    """What guessit reads in a path. Raises whatever guessit raises."""
    return to_facts(_reader().guessit(text, dict(options)))


def to_facts(found: Mapping[str, Any]) -> Facts:
    """guessit's answer as facts; anything of an unexpected type is left out."""
    facts = Facts(kind="show" if found.get("type") == "episode" else "movie")
    facts.title = _text(found.get("title"))
    second = found.get("alternative_title")
    facts.alternative_titles = [_text(each) for each in _list(second) if _text(each)]
    facts.year = _first_number(found.get("year"))
    facts.seasons = _numbers(found.get("season"))
    facts.episodes = _numbers(found.get("episode"))
    absolute = _numbers(found.get("absolute_episode"))
    facts.absolute_episode = absolute[0] if absolute else None
    day = found.get("date")
    facts.air_date = day if isinstance(day, date) else None
    facts.episode_title = _text(found.get("episode_title"))
    facts.edition = ", ".join(_text(each) for each in _list(found.get("edition")))
    facts.resolution = _text(found.get("screen_size"))
    facts.release_group = _text(found.get("release_group"))
    facts.part = _first_number(found.get("cd"))
    country = found.get("country")
    code = getattr(country, "alpha2", "")
    if facts.title and code:
        facts.alternative_titles.append(f"{facts.title} {'UK' if code == 'GB' else code}")
    part = _first_number(found.get("part"))
    if part is not None and facts.kind == "movie" and facts.title:
        facts.alternative_titles.append(f"{facts.title} Part {part}")
    others = {_text(each) for each in _list(found.get("other"))}
    facts.extra = "trailer" if "Trailer" in others else "sample" if "Sample" in others else ""
    return facts


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _text(value: Any) -> str:
    return str(value).strip() if value is not None and not isinstance(value, list | dict) else ""


def _numbers(value: Any) -> list[int]:
    return [each for each in _list(value) if isinstance(each, int)]


def _first_number(value: Any) -> int | None:
    numbers = _numbers(value)
    return numbers[0] if numbers else None

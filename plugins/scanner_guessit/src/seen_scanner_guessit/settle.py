"""Weighs the patterns' reading against guessit's where the name was not clear."""

from __future__ import annotations

import re

from seen_scanner_guessit.facts import Facts

_PART_OF_TITLE = re.compile(
    r"[\s:,-]*(?:(?:part|chapter|vol(?:ume)?)\.?\s(?:\d{1,2}|[ivx]{1,4}|one|two|three|four|"
    r"five)).*", re.IGNORECASE)  # fmt: skip


def settle(own: Facts, other: Facts) -> Facts:
    """One answer of two. Numbers behind a written season or episode are ours; titles in odd
    places, weak numbers and bare titles are guessit's."""
    agreed = own.title.casefold() == other.title.casefold() and own.episodes == other.episodes
    facts = other
    facts.external_ids = own.external_ids
    facts.extra = own.extra or other.extra
    facts.part = own.part or other.part
    facts.resolution = own.resolution or other.resolution
    facts.source = own.source
    facts.edition = own.edition or other.edition
    facts.release_group = other.release_group or own.release_group
    _settle_numbers(facts, own)
    _settle_title(facts, own)
    facts.confidence = 0.9 if agreed else 0.7
    return facts


def _settle_numbers(facts: Facts, own: Facts) -> None:
    if own.seasons and own.episodes and not set(own.episodes) < set(facts.episodes):
        facts.kind = "show"
        facts.seasons, facts.episodes = own.seasons, own.episodes
        facts.absolute_episode = own.absolute_episode or facts.absolute_episode
        facts.air_date = own.air_date or facts.air_date
    elif (
        own.absolute
        and own.episodes
        and (
            _scattered(facts.episodes, own.episodes)
            or facts.kind == "movie"
            or own.episodes[0] >= 100
        )
    ):
        facts.kind, facts.seasons, facts.episodes = "show", [], own.episodes
        facts.absolute_episode = own.absolute_episode
        facts.title, facts.year = own.title or facts.title, own.year or facts.year
    elif (
        own.kind == "movie"
        and own.year
        and facts.kind == "show"
        and min(facts.seasons, default=0) > 40
    ):
        facts.kind, facts.seasons = "movie", []
    if facts.kind == "show" and facts.seasons == [facts.year] and not own.seasons:
        facts.seasons = []
    if own.absolute_episode and facts.absolute_episode is None and facts.episodes == own.episodes:
        facts.absolute_episode = own.absolute_episode


def _scattered(found: list[int], own: list[int]) -> bool:
    """Whether numbers of the title or the quality were taken for episodes beside the right one."""
    return set(own) < set(found) and found != list(range(min(found), max(found) + 1))


def _settle_title(facts: Facts, own: Facts) -> None:
    if not facts.title:
        facts.title = own.title
    elif own.kind == "movie" == facts.kind and own.title.lower().startswith(facts.title.lower()):
        rest = own.title[len(facts.title) :]
        if _PART_OF_TITLE.fullmatch(rest) or (own.year and re.match(r" - (?!\d)[^()\[\]]+$", rest)):
            facts.alternative_titles.insert(0, facts.title)
            facts.title = own.title
        elif own.year and own.title != facts.title:
            facts.alternative_titles.insert(0, own.title)
    if own.year and not facts.year:
        facts.year = own.year

"""Which title a file is: evidence in, decision and reasons out. Pure.

The rule above all others: better no match than a wrong one. Whoever looks at the review queue
sees every candidate with what speaks for and against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from seen.library.model.titles import Likeness, best_likeness, normalise
from seen.plugin.models import ParsedName, SearchHit

ACCEPTED = 0.8
"""Confidence from which on a candidate without a rival is the title."""
OVERWHELMING = 50
"""How many times the votes of any namesake the one title must have to be meant without a year."""
MANY_VOTES = 2000
"""Votes below which no title is overwhelmingly known where the file names no year."""
SOME_VOTES = 200
"""The same where name and year agree, which leaves unknown namesakes of the same year."""
LENGTH_TOLERANCE = 0.06
"""Part of the length by which cuts and speeds of the same film differ."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit and where it came from: the provider's instance id and the place in its answer (0
    first). ``by_id``: found by an id that the name carries. ``runtime_seconds`` where known."""

    hit: SearchHit
    provider: str
    rank: int = 0
    by_id: bool = False
    runtime_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What looking into the file has shown. ``tag_title`` and ``tag_year`` come from tags inside
    the file: weak, since whoever wrote them may have meant the recording."""

    duration_seconds: float | None = None
    tag_title: str = ""
    tag_year: int | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its confidence (0 to 1) and the reasons, as plain sentences."""

    candidate: Candidate
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """``chosen`` is set when matched. ``candidates`` are ranked, best first, for review."""

    state: Literal["matched", "unmatched"]
    confidence: float
    chosen: Candidate | None
    candidates: tuple[Ranked, ...]
    reason: str


def decide(
    parsed: ParsedName,
    candidates: Sequence[Candidate],
    facts: FileFacts | None = None,
    accept_echo: bool = False,
) -> Decision:
    """Say which candidate the file is, or that none is sure enough.

    ``accept_echo``: there is no provider that could know better, so a mere echo of the name will
    do. Candidates come in the order of trust: the admin's first provider first.
    """
    facts = facts or FileFacts()
    known = [each for each in _distinct(candidates) if each.hit.ref.kind == parsed.kind]
    real = [each for each in known if not each.hit.echo]
    ranked = sorted(
        (_judge(parsed, each, facts) for each in real), key=lambda each: -each.confidence
    )
    if not ranked:
        return _echoed(known, accept_echo)
    best = ranked[0]
    if best.candidate.by_id:
        return _by_id(ranked)
    if best.confidence < ACCEPTED:
        near = _only_namesake(parsed, ranked)
        if near:
            return _matched(_with(ranked, near), near)
        return Decision("unmatched", best.confidence, None, tuple(ranked), best.reasons[0])
    rivals = [each for each in ranked[1:] if _is_rival(parsed, best, each)]
    if not rivals:
        return _matched(ranked, best)
    return _among_rivals(parsed, ranked, [best, *rivals], facts)


def _is_rival(parsed: ParsedName, best: Ranked, other: Ranked) -> bool:
    """Whether the other might be meant just as well. An entry without a year that nobody ever
    voted for is a placeholder: there is no file of it."""
    hit = other.candidate.hit
    return (
        other.confidence >= ACCEPTED
        and bool(hit.year or hit.votes)
        and _level(parsed, other.candidate) >= _level(parsed, best.candidate)
        and not _same_work(best.candidate, other.candidate)
    )


def _only_namesake(parsed: ParsedName, ranked: Sequence[Ranked]) -> Ranked | None:
    """The only title of this name, dated a year before or after the one in the file's name.

    Festival and cinema, or one country and another, are often a year apart. Two years are a
    mismatch whatever the name, and so is one year where any other title has the name.
    """
    found = [
        each
        for each in ranked
        if best_likeness((parsed.title,), _names(each.candidate.hit)) >= Likeness.ARTICLE
        and (each.candidate.hit.year or each.candidate.hit.votes)
    ]
    works: list[Ranked] = []
    for each in found:
        if not any(_same_work(each.candidate, other.candidate) for other in works):
            works.append(each)
    if len(works) != 1 or parsed.year is None:
        return None
    candidate = works[0].candidate
    exact = best_likeness((parsed.title,), _names(candidate.hit)) is Likeness.EXACT
    if not exact or abs((candidate.hit.year or 0) - parsed.year) != 1:
        return None
    reason = (
        f"The only title of this name, and its year {candidate.hit.year} is next to {parsed.year}"
    )
    return Ranked(candidate, ACCEPTED, (reason, *works[0].reasons[1:]))


def _matched(ranked: Sequence[Ranked], best: Ranked) -> Decision:
    return Decision("matched", best.confidence, best.candidate, tuple(ranked), best.reasons[0])


def _by_id(ranked: Sequence[Ranked]) -> Decision:
    """An id in the name wins over everything, unless the name carries ids of different titles."""
    best = ranked[0]
    others = [each for each in ranked[1:] if each.candidate.by_id]
    if any(not _same_work(best.candidate, each.candidate) for each in others):
        reason = "The name carries ids of different titles"
        return Decision("unmatched", 0.5, None, tuple(ranked), reason)
    return _matched(ranked, best)


def _echoed(known: Sequence[Candidate], accept_echo: bool) -> Decision:
    echoes = tuple(Ranked(each, 0.5, ("Only the name says so",)) for each in known if each.hit.echo)
    if echoes and accept_echo:
        return Decision("matched", 0.5, echoes[0].candidate, echoes, "Only the name says so")
    return Decision("unmatched", 0.0, None, echoes, "No provider knows a title like this")


def _among_rivals(
    parsed: ParsedName, ranked: Sequence[Ranked], rivals: Sequence[Ranked], facts: FileFacts
) -> Decision:
    """Several titles share the name: only the length or overwhelming fame may tell them apart."""
    count = len(rivals)
    by_length = [each for each in rivals if _length_agrees(each.candidate, facts) is True]
    judged = all(_length_agrees(each.candidate, facts) is not None for each in rivals)
    if judged and len(by_length) == 1:
        chosen = by_length[0]
        reason = f"Name agrees; of {count} titles with it only this one has this length"
        sure = Ranked(chosen.candidate, ACCEPTED, (reason, *chosen.reasons))
        return _matched(_with(ranked, sure), sure)
    tagged = [each for each in rivals if _tags_agree(each.candidate, facts)]
    if parsed.year is None and len(tagged) == 1:
        chosen = tagged[0]
        reason = f"Name agrees; of {count} titles with it the file's own tags name this one"
        sure = Ranked(chosen.candidate, ACCEPTED, (reason, *chosen.reasons))
        return _matched(_with(ranked, sure), sure)
    famous = max(rivals, key=lambda each: each.candidate.hit.votes)
    others = [each.candidate.hit.votes for each in rivals if each is not famous]
    votes = famous.candidate.hit.votes
    enough = MANY_VOTES if parsed.year is None else SOME_VOTES
    if votes >= enough and votes >= OVERWHELMING * (max(others) + 1):
        reason = f"Name agrees; of {count} titles with it this one is by far the best known"
        sure = Ranked(famous.candidate, ACCEPTED, (reason, *famous.reasons))
        return _matched(_with(ranked, sure), sure)
    what = "this name and year" if parsed.year else "this name, and the file names no year"
    return Decision("unmatched", 0.6, None, tuple(ranked), f"{count} titles have {what}")


def _with(ranked: Sequence[Ranked], sure: Ranked) -> list[Ranked]:
    return [sure, *(each for each in ranked if each.candidate != sure.candidate)]


def _judge(parsed: ParsedName, candidate: Candidate, facts: FileFacts) -> Ranked:
    """A candidate's confidence and the sentences for it, the most telling one first."""
    if candidate.by_id:
        return Ranked(candidate, 1.0, ("The name carries this title's id",))
    level = _level(parsed, candidate)
    year = _year_agrees(parsed, candidate.hit)
    confidence, reason = _weigh(level, year, parsed, candidate.hit)
    reasons = [reason]
    length = _length_agrees(candidate, facts)
    if length is True:
        reasons.append("Length agrees" if level else "Length agrees, name does not")
    elif length is False:
        reasons.append("Length does not agree")
    return Ranked(candidate, confidence, tuple(reasons))


def _names(hit: SearchHit) -> tuple[str, ...]:
    return (hit.title, hit.original_title, *hit.alternative_titles)


def _level(parsed: ParsedName, candidate: Candidate) -> Likeness:
    names = _names(candidate.hit)
    main = best_likeness((parsed.title,), names)
    if main >= Likeness.ARTICLE or not parsed.alternative_titles:
        return main
    second = best_likeness(parsed.alternative_titles, names)
    # another spelling in the name is good evidence, but never better than the name's own title
    return max(main, min(second, Likeness.ARTICLE))


def _year_agrees(parsed: ParsedName, hit: SearchHit) -> bool | None:
    if parsed.year is None or hit.year is None:
        return None
    return parsed.year == hit.year


_WITH_YEAR = {
    Likeness.EXACT: (0.97, "Name and year agree"),
    Likeness.ARTICLE: (0.93, "Name and year agree but for the article"),
    Likeness.CLOSE: (0.85, "Name is spelt slightly otherwise, year agrees"),
    Likeness.PARTIAL: (0.7, "Name agrees in part, year agrees"),
    Likeness.NONE: (0.2, "Year agrees, name does not"),
}
_WITHOUT_YEAR = {
    Likeness.EXACT: (0.88, "Name agrees, the file names no year"),
    Likeness.ARTICLE: (0.82, "Name agrees but for the article, the file names no year"),
    Likeness.CLOSE: (0.6, "Name is spelt slightly otherwise, the file names no year"),
    Likeness.PARTIAL: (0.5, "Name agrees in part, the file names no year"),
    Likeness.NONE: (0.1, "Name does not agree"),
}


def _weigh(
    level: Likeness, year: bool | None, parsed: ParsedName, hit: SearchHit
) -> tuple[float, str]:
    if year is True:
        return _WITH_YEAR[level]
    if year is False:
        if level is Likeness.NONE:
            return 0.05, "Neither name nor year agrees"
        near = abs((parsed.year or 0) - (hit.year or 0)) == 1
        said = f"Name agrees, year does not ({parsed.year} in the name, {hit.year} here)"
        return (0.6 if near else 0.35) * level / Likeness.EXACT, said
    if parsed.year is not None:
        return min(0.7, _WITHOUT_YEAR[level][0]), "Name agrees, the title's year is not known" if (
            level
        ) else "Name does not agree"
    return _WITHOUT_YEAR[level]


def _length_agrees(candidate: Candidate, facts: FileFacts) -> bool | None:
    """None where either length is unknown or the file is too short to be more than a piece."""
    expected, found = candidate.runtime_seconds, facts.duration_seconds
    if not expected or not found or found < 300:
        return None
    return abs(expected - found) <= max(90.0, expected * LENGTH_TOLERANCE)


def _tags_agree(candidate: Candidate, facts: FileFacts) -> bool:
    """Whether the file's tags hold both this title and its year."""
    return (
        facts.tag_year is not None
        and facts.tag_year == candidate.hit.year
        and best_likeness((facts.tag_title,), _names(candidate.hit)) >= Likeness.ARTICLE
    )


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each title once per service: the first mention stands, an id found later still counts."""
    found: dict[tuple[str, str, str], Candidate] = {}
    for each in candidates:
        ref = each.hit.ref
        key = (ref.source, ref.kind.value, ref.id)
        if key not in found:
            found[key] = each
        elif each.by_id and not found[key].by_id:
            found[key] = replace(found[key], by_id=True)
    return list(found.values())


def _same_work(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates of different services are one title."""
    left, right = one.hit, other.hit
    if left.ref.source == right.ref.source:
        return left.ref.id == right.ref.id
    for hit, against in ((left, right), (right, left)):
        known = hit.external_ids.get(against.ref.source)
        if known is not None:
            return known == against.ref.id
    shared = set(left.external_ids) & set(right.external_ids)
    if shared:
        return all(left.external_ids[each] == right.external_ids[each] for each in shared)
    if normalise(left.title) != normalise(right.title):
        return False
    # Services differ by a year about what counts as the first showing.
    if left.year is None or right.year is None:
        return left.year == right.year
    return abs(left.year - right.year) <= 1

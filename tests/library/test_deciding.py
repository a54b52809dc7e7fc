"""Which title a file is, and when nobody should say so."""

from __future__ import annotations

from typing import Any

import pytest

from seen.library.model import Candidate, FileFacts, decide, follow_ids, search_plan
from seen.plugin import MediaKind
from seen.plugin.models import ExternalRef, ParsedName, SearchHit

MOVIE, SHOW = MediaKind.MOVIE, MediaKind.SHOW


def name(title: str, year: int | None = None, kind: MediaKind = MOVIE, **more: Any) -> ParsedName:
    return ParsedName(kind, title, year=year, **more)


def candidate(
    known: str, title: str, year: int | None = None, *, kind: MediaKind = MOVIE, votes: int = 100,
    source: str = "tmdb", by_id: bool = False, runtime: int | None = None, **more: Any,
) -> Candidate:  # fmt: skip
    hit = SearchHit(ExternalRef(source, kind, known), title, year, votes=votes, **more)
    return Candidate(hit, source, by_id=by_id, runtime_seconds=runtime)


def chosen(parsed: ParsedName, *candidates: Candidate, **more: Any) -> str | None:
    decision = decide(parsed, candidates, **more)
    assert (decision.state == "matched") == (decision.chosen is not None)
    assert 0 <= decision.confidence <= 1 and decision.reason
    assert all(each.reasons and all(each.reasons) for each in decision.candidates)
    return decision.chosen.hit.ref.id if decision.chosen else None


def test_name_and_year_that_agree_are_a_match() -> None:
    decision = decide(name("Heat", 1995), [candidate("1", "Heat", 1995)])
    assert decision.chosen and decision.reason == "Name and year agree"


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("Amelie", "Amélie"), ("The Kings Speech", "The King's Speech"),
        ("Thor and Loki", "Thor & Loki"),
        ("R.I.P.D", "R.I.P.D."), ("MASH", "M*A*S*H"), ("Rocky II", "Rocky 2"),
        ("Alien 3", "Alien³"),
        ("Simpsons, The", "The Simpsons"), ("X Men", "X-Men"), ("Strasse", "Straße"),
        ("Dune Part Two", "Dune: Part 2"), ("9 1 1", "9-1-1"), ("Kon-Tiki", "Kon Tiki"),
    ],
)  # fmt: skip
def test_spellings_of_one_title_are_one_title(written: str, listed: str) -> None:
    assert chosen(name(written, 2001), candidate("1", listed, 2001)) == "1"


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("Double Dragon", "Battletoads / Double Dragon"), ("Cars", "Cars 2"), ("Rocky II", "Rocky"),
        ("Alien", "Aliens"), ("The Hobbit", "The Hobbit: The Desolation of Smaug"),
        ("Face", "Face/Off"),
        ("Max", "Mad Max"), ("Justice", "Justice League"), ("The Door", "The Doors"),
        ("Saw", "Saw IV"),
        ("Malcolm X", "Malcolm 10"), ("Part 1", "Part 2"), ("21", "21 Jump Street"),
    ],
)  # fmt: skip
def test_other_titles_are_never_taken_for_it(written: str, listed: str) -> None:
    assert chosen(name(written, 2001), candidate("1", listed, 2001)) is None
    assert chosen(name(written), candidate("1", listed, 2001)) is None


def test_an_id_in_the_name_always_wins() -> None:
    parsed = name("Darkness", 2002, external_ids={"tmdb": "7"})
    rival = candidate("1", "Darkness", 2002)
    assert chosen(parsed, rival, candidate("7", "Something else", 1950, by_id=True)) == "7"


def test_ids_of_two_titles_decide_nothing() -> None:
    parsed = name("Darkness", external_ids={"tmdb": "7", "imdb": "tt1"})
    two = [candidate("7", "A", 2002, by_id=True), candidate("8", "B", 2002, by_id=True)]
    assert chosen(parsed, *two) is None


@pytest.mark.parametrize("year", [1987, 2000, 2016, 2030])
def test_another_year_is_never_accepted(year: int) -> None:
    decision = decide(name("Robocop", 2014), [candidate("1", "RoboCop", year, votes=99_999)])
    assert decision.chosen is None
    assert "year does not" in decision.reason


def test_a_neighbouring_year_is_accepted_for_the_only_title_of_that_name() -> None:
    assert chosen(name("300", 2006), candidate("1", "300", 2007)) == "1"


def test_a_neighbouring_year_is_not_accepted_beside_a_namesake() -> None:
    both = [candidate("1", "Hercules", 2015), candidate("2", "Hercules", 1997)]
    assert chosen(name("Hercules", 2014), *both) is None
    assert chosen(name("Hercules", 2014), candidate("1", "The Hercules", 2015)) is None


def test_the_year_tells_namesakes_apart() -> None:
    both = [candidate("1", "Bad Boys", 1983), candidate("2", "Bad Boys", 1995)]
    assert chosen(name("Bad Boys", 1995), *both) == "2"


def test_namesakes_without_a_year_go_to_review_with_reasons() -> None:
    both = [candidate("1", "Frozen", 2010, votes=1500), candidate("2", "Frozen", 2013, votes=9000)]
    decision = decide(name("Frozen"), both)
    assert decision.chosen is None
    assert decision.reason == "2 titles have this name, and the file names no year"
    assert len(decision.candidates) == 2


def test_one_namesake_that_everybody_means_is_taken() -> None:
    both = [
        candidate("1", "Gladiator", 1992, votes=40),
        candidate("2", "Gladiator", 2000, votes=18_000),
    ]
    assert chosen(name("Gladiator"), *both) == "2"


def test_an_entry_nobody_ever_saw_is_no_rival() -> None:
    both = [candidate("1", "Redline", 2009), candidate("2", "Redline", None, votes=0)]
    assert chosen(name("Redline"), *both) == "1"


def test_two_titles_of_one_name_and_year_are_not_guessed() -> None:
    both = [candidate("1", "Pinocchio", 2022), candidate("2", "Pinocchio", 2022)]
    assert chosen(name("Pinocchio", 2022), *both) is None


def test_the_length_tells_namesakes_apart() -> None:
    both = [
        candidate("1", "Frozen", 2010, runtime=93 * 60),
        candidate("2", "Frozen", 2013, runtime=102 * 60),
    ]
    facts = FileFacts(duration_seconds=101 * 60)
    assert chosen(name("Frozen"), *both, facts=facts) == "2"
    assert chosen(name("Frozen"), *both, facts=FileFacts(duration_seconds=150 * 60)) is None


def test_length_without_the_name_is_only_a_reason() -> None:
    other = candidate("1", "Something Else", 2010, runtime=6000)
    decision = decide(name("Frozen"), [other], FileFacts(duration_seconds=6000))
    assert decision.chosen is None
    assert "Length agrees, name does not" in decision.candidates[0].reasons


def test_tags_inside_the_file_tell_namesakes_apart() -> None:
    both = [candidate("1", "Frozen", 2010), candidate("2", "Frozen", 2013)]
    assert chosen(name("Frozen"), *both, facts=FileFacts(tag_title="Frozen", tag_year=2010)) == "1"
    assert chosen(name("Frozen"), *both, facts=FileFacts(tag_title="Rip", tag_year=2010)) is None


def test_a_film_is_never_taken_for_a_show() -> None:
    assert chosen(name("Fargo", kind=SHOW), candidate("1", "Fargo", 1996)) is None


def test_other_languages_titles_count() -> None:
    found = candidate("1", "Spirited Away", 2001, original_title="千と千尋の神隠し")
    assert chosen(name("千と千尋の神隠し", 2001), found) == "1"
    parsed = name("Anything", 2001, alternative_titles=("Spirited Away",))
    assert chosen(parsed, found) == "1"


def test_an_echo_is_taken_only_where_nobody_knows_better() -> None:
    echo = candidate("x", "My Holiday", source="local", votes=0, echo=True)
    assert chosen(name("My Holiday"), echo) is None
    assert chosen(name("My Holiday"), echo, accept_echo=True) == "x"
    real = candidate("1", "My Holiday", 2001)
    assert chosen(name("My Holiday"), echo, real, accept_echo=True) == "1"


def test_two_services_that_know_the_same_title_are_no_rivals() -> None:
    local = candidate("x", "Heat", 1995, source="local", external_ids={"tmdb": "1"})
    assert chosen(name("Heat", 1995), local, candidate("1", "Heat", 1995)) == "x"
    other = candidate("y", "Heat", 1995, source="local", external_ids={"tmdb": "2"})
    assert chosen(name("Heat", 1995), other, candidate("1", "Heat", 1995)) is None


def test_without_candidates_there_is_a_reason() -> None:
    assert decide(name("Heat"), []).reason == "No provider knows a title like this"


# --- what is asked ---


def test_ids_are_asked_for_first_and_alone() -> None:
    first, second, *_ = search_plan(name("Darkness", 2002, external_ids={"tmdb": "7"}))
    assert first.by_id and first.query.title == "" and first.query.external_ids == {"tmdb": "7"}
    assert not second.by_id and second.query.title == "Darkness" and second.query.year == 2002


def test_the_year_is_left_out_after_it_was_tried() -> None:
    years = [each.query.year for each in search_plan(name("Heat", 1995))]
    assert years == [1995, None]


def test_lost_apostrophes_and_dots_are_tried() -> None:
    titles = [each.query.title for each in search_plan(name("The Kings Speech"))]
    assert "The King's Speech" in titles
    assert "M.A.S.H." in [each.query.title for each in search_plan(name("MASH"))]


def test_a_plan_is_short_and_asks_nothing_twice() -> None:
    parsed = name("A.Kings.Tale", 2001, alternative_titles=("One", "Two", "Three", "One"))
    steps = search_plan(parsed)
    assert len(steps) <= 8
    assert len({(each.query.title, each.query.year) for each in steps}) == len(steps)


def test_ids_of_a_side_car_are_followed() -> None:
    ids = {"imdb": "tt0113277"}
    hit = SearchHit(ExternalRef("local", MOVIE, "x"), "Heat", external_ids=ids, side_car=True)
    step = follow_ids(name("Heat"), [hit])
    assert step and step.by_id and step.query.external_ids == {"imdb": "tt0113277"}
    assert follow_ids(name("Heat", kind=SHOW), [hit]) is None


def test_ids_that_a_service_merely_knows_are_not_followed() -> None:
    hit = SearchHit(ExternalRef("maze", SHOW, "7"), "Heat", external_ids={"imdb": "tt0113277"})
    assert follow_ids(name("Heat", kind=SHOW), [hit]) is None


def test_two_services_copies_of_a_title_are_one_even_a_year_apart() -> None:
    one = candidate("1", "The Pier", 2014, kind=SHOW)
    copy = candidate("7", "The Pier", 2015, kind=SHOW, source="maze")
    assert chosen(name("The Pier", kind=SHOW), one, copy) == "1"
    assert chosen(name("The Pier", 2013, kind=SHOW), one, copy) == "1"
    remake = candidate("8", "The Pier", 2016, kind=SHOW, source="maze")
    assert chosen(name("The Pier", kind=SHOW), one, remake) is None
    namesake = candidate("2", "The Pier", 2015, kind=SHOW)
    assert chosen(name("The Pier", kind=SHOW), one, namesake) is None


def test_ids_elsewhere_tell_two_services_titles_apart() -> None:
    one = candidate("1", "The Pier", 2014, kind=SHOW, external_ids={"imdb": "tt1"})
    for imdb, wanted in (("tt1", "1"), ("tt2", None)):
        other = candidate("7", "The Pier", 2014, kind=SHOW, source="maze",
                          external_ids={"imdb": imdb})  # fmt: skip
        assert chosen(name("The Pier", 2014, kind=SHOW), one, other) == wanted

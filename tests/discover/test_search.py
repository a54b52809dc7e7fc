"""Search finds what people mean: exact, begun, elsewhere named, misspelt."""

from __future__ import annotations

import random
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seen.catalog.model.finding import Vocabulary, in_order, mend, read_query
from seen.catalog.model.popular import Popular
from seen.catalog.search import Search
from seen.compose import Server
from seen.plugin.models import Credit, ExternalRef, MediaKind, TitleDetails
from tests.conftest import Person

TITLES: list[tuple[str, float, dict[str, Any]]] = [
    ("Heat", 50, {"alternative_titles": ("Coup de torchon à L.A.",)}),
    ("Heatwave", 90, {}),
    ("In the Heat of the Night", 70, {"credits": (Credit("Sidney Poitier", "Virgil"),)}),
    ("The Heat", 80, {}),
    ("Amélie", 60, {"original_title": "Le Fabuleux Destin d'Amélie Poulain"}),
    ("Cast & Crew", 10, {}),
    ("1923", 30, {}),
    ("Mononoke-hime", 40, {"alternative_titles": ("もののけ姫", "Princess Mononoke")}),
    ("Northline", 20, {"credits": (Credit("Heather Vane", "Elin"),)}),
]


async def fill(server: Server) -> None:
    for at, (title, popularity, more) in enumerate(TITLES):
        details = TitleDetails(
            ExternalRef("tests", MediaKind.MOVIE, str(at)), title, popularity=popularity,
            release_date=date(2000, 1, 1), **more,
        )  # fmt: skip
        await server.catalog.store_details(details, "tests")


async def found(server: Server, text: str) -> list[str]:
    search = Search(server.db)
    return [each.title for each in (await search.find(text)).titles]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("heat", "Heat"),
        ("HEAT", "Heat"),
        ("heatw", "Heatwave"),
        ("the heat", "The Heat"),
        ("amelie", "Amélie"),
        ("fabuleux destin", "Amélie"),
        ("cast and crew", "Cast & Crew"),
        ("1923", "1923"),
        ("princess mono", "Mononoke-hime"),
        ("もののけ姫", "Mononoke-hime"),
        ("poitier", "In the Heat of the Night"),
        ("heat night", "In the Heat of the Night"),
        ("nothline", "Northline"),
        ("northlien", "Northline"),
        ("hetawave", "Heatwave"),
        ("amelei", "Amélie"),
    ],
)
async def test_what_is_meant_comes_first(server: Server, text: str, first: str) -> None:
    await fill(server)
    assert (await found(server, text))[:1] == [first]


async def test_exact_then_begun_then_containing_then_people(server: Server) -> None:
    await fill(server)
    assert await found(server, "heat") == [
        "Heat", "Heatwave", "The Heat", "In the Heat of the Night", "Northline",
    ]  # fmt: skip


async def test_a_word_learned_a_moment_ago_mends_a_typo(server: Server) -> None:
    search = Search(server.db)
    assert not (await search.find("emberfal")).titles
    details = TitleDetails(ExternalRef("tests", MediaKind.GAME, "1"), "Emberfall")
    await server.catalog.store_details(details, "tests")
    mended = await search.find("embrefall")
    assert [each.title for each in mended.titles] == ["Emberfall"] and mended.mended == "emberfall"


async def test_suggestions_name_people(server: Server) -> None:
    await fill(server)
    suggested = await Search(server.db).suggest("poit")
    assert suggested.people == ("Sidney Poitier",)


async def test_pages_go_on_to_the_end_without_a_gap(server: Server, admin: Person) -> None:
    for at in range(95):
        ref = ExternalRef("tests", MediaKind.MOVIE, str(at))
        title = "Harbour" if at % 10 == 0 else f"Harbour {at}"
        details = TitleDetails(ref, title, popularity=float(at % 7))
        await server.catalog.store_details(details, "tests")
    seen: list[str] = []
    cursor = ""
    for _ in range(20):
        status, page = await admin.call(
            "GET", "/search", params={"q": "harbour", "limit": 20, "cursor": cursor}
        )
        assert status == 200
        seen += [each["id"] for each in page["items"]]
        cursor = page["nextCursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 95


@pytest.mark.parametrize(
    "text",
    ["", " ", "'", "a' or '1'='1", "!&|():*<->", "\\", "%_", "\x00", "a" * 499, "💥", "\u202e",
     "-- ;", "a:*b", "<-> ", "to_tsquery('x')", "٣"],
)  # fmt: skip
async def test_no_text_breaks_the_search(server: Server, admin: Person, text: str) -> None:
    for path in ("/search", "/search/suggestions"):
        status, _ = await admin.call("GET", path, params={"q": text})
        assert status == 200, path


def test_a_swapped_a_missing_and_a_wrong_letter_are_mended() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    chance = random.Random(7)
    words = ["".join(chance.choices(letters, k=chance.randint(6, 12))) for _ in range(3000)]
    vocabulary = Vocabulary()
    vocabulary.add(words)
    mended = 0
    for word in words[:200]:
        at = chance.randrange(1, len(word) - 1)
        typo = chance.choice(
            [word[:at] + word[at + 1 :], word[:at] + "q" + word[at + 1 :],
             word[:at] + word[at + 1] + word[at] + word[at + 2 :]]
        )  # fmt: skip
        mended += word in vocabulary.near(typo)
    assert mended >= 190


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_a_query_is_words_or_nothing(text: str) -> None:
    wanted = read_query(text)
    assert all(word.isalnum() for word in wanted.words)
    if not wanted.is_empty:
        assert "'" not in "".join(wanted.words) and wanted.lexemes()
        vocabulary = Vocabulary()
        vocabulary.add(wanted.words)
        assert mend(wanted, vocabulary) is None
    assert in_order(wanted, []) == []


def ids_of(titles: list[tuple[UUID, list[str]]], *words: str, limit: int = 3) -> list[UUID]:
    return Popular(titles).begun(words, limit)


def test_half_typed_words_are_found_among_the_most_popular_titles_first() -> None:
    first, second, third = (UUID(int=number) for number in (1, 2, 3))
    titles = [
        (first, ["the", "stranger"]),
        (second, ["strange", "tide", "ada"]),
        (third, ["a", "tide", "of", "straw"]),
    ]
    assert ids_of(titles, "stra") == [first, second, third]
    assert ids_of(titles, "stra", limit=2) == [first, second]
    assert ids_of(titles, "strange") == [first, second]
    assert ids_of(titles, "tide", "stra") == [second, third]
    assert ids_of(titles, "tid", "stra") == []
    assert ids_of(titles, "x") == ids_of([], "x") == []
    # Where nearly everything begins so, the database is the faster one.
    assert ids_of([(first, [f"s{number}" for number in range(1000)])], "s") == []


async def test_suggestions_from_memory_are_those_of_the_database(server: Server) -> None:
    """The most popular titles are kept in memory; whoever asks cannot tell."""
    await fill(server)
    for number in range(30):
        details = TitleDetails(
            ExternalRef("tests", MediaKind.GAME, f"g{number}"), f"Heating {number}",
            popularity=float(number),
        )  # fmt: skip
        await server.catalog.store_details(details, "tests")
    asked = ("heat", "heati", "heat n", "heating 7", "the hea", "poit", "amel", "zz")
    search = Search(server.db)
    before = [await search.suggest(text) for text in asked]
    await search.gather()
    assert [await search.suggest(text) for text in asked] == before
    assert before[0].titles[0].title == "Heat" and len(before[1].titles) == 8
    # A title that is new may be missing for a while, and one that is gone is not there at once.
    await server.db.execute("delete from media_items where title = 'Heating 29'")
    assert "Heating 29" not in {each.title for each in (await search.suggest("heati")).titles}

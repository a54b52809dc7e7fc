"""Titles for tests, stored as a provider would describe them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from seen.compose import Server
from seen.plugin.models import Episode, ExternalRef, MediaKind, Season, TitleDetails


async def add_movie(server: Server, title: str = "Tidewater", year: int = 2019) -> UUID:
    """A movie in the catalog."""
    ref = ExternalRef("tests", MediaKind.MOVIE, f"{title}-{year}")
    details = TitleDetails(
        ref, title, release_date=date(year, 9, 1), runtime_seconds=6000, genres=("Drama",)
    )
    return await server.catalog.store_details(details, "tests")


async def add_game(
    server: Server, title: str = "Emberfall", franchises: tuple[str, ...] = ()
) -> UUID:
    """A game in the catalog."""
    ref = ExternalRef("tests", MediaKind.GAME, title)
    details = TitleDetails(
        ref, title, release_date=date(2024, 5, 1), genres=("Puzzle",), platforms=("PC",),
        franchises=franchises,
    )  # fmt: skip
    return await server.catalog.store_details(details, "tests")


async def add_show(
    server: Server, title: str = "Northline", seasons: tuple[int, ...] = (3, 2)
) -> tuple[UUID, list[UUID]]:
    """A show in the catalog and its episodes in order; ``seasons`` says how many each has."""
    ref = ExternalRef("tests", MediaKind.SHOW, title)
    details = TitleDetails(
        ref, title, release_date=date(2020, 1, 1),
        seasons=tuple(Season(number, episode_count=count)
                      for number, count in enumerate(seasons, 1)),
    )  # fmt: skip
    media_id = await server.catalog.store_details(details, "tests")
    for season, count in enumerate(seasons, 1):
        episodes = [
            Episode(season, number, f"Part {number}", air_date=date(2020 + season, 1, number),
                    runtime_seconds=3000)
            for number in range(1, count + 1)
        ]  # fmt: skip
        await server.catalog.store_episodes(media_id, season, episodes)
    tree = await server.catalog.show_tree(media_id)
    return media_id, [each.id for each in tree.episodes]

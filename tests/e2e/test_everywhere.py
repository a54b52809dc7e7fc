"""Every page, both themes, both widths: no axe finding, nothing blocked, nothing cut off."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, StorageState

from tests.e2e.conftest import title_href, visit
from tests.e2e.running import Running
from tests.pages.looking import look

PAGES = [
    "/app/dashboard",
    "/app/movies",
    "/app/movies?seen=seen",
    "/app/shows",
    "/app/library",
    "/app/library?view=recent",
    "/app/library?view=ignored",
    "/app/discover",
    "/app/discover?section=popular",
    "/app/discover?type=game&genre=Puzzle",
    "/app/search?q=tide",
    "/app/search?q=tidewatre",
    "/app/search?q=nothing+at+all",
    "/app/library/review",
    "/app/settings",
    "/app/settings/playback",
    "/app/settings/account",
    "/app/settings/sessions",
    "/app/settings/tokens",
    "/app/settings/import",
    "/app/admin",
    "/app/admin/roots",
    "/app/admin/plugins",
    "/app/admin/downloads",
    "/app/downloads",
    "/app/admin/jobs",
    "/app/admin/users",
    "/app/setup/folders",
    "/app/setup/metadata",
    "/app/setup/done",
]


async def choose(page: Page, url: str, theme: str) -> None:
    """Take a theme, as the form in the settings does."""
    answer = await page.request.post(
        "/app/settings/theme", form={"theme": theme}, headers={"Origin": url}
    )
    assert answer.ok


async def theme_of(page: Page) -> str:
    return str(await page.evaluate("document.documentElement.dataset.theme"))


async def watch_href(page: Page, title: str) -> str:
    await page.goto(await title_href(page, title))
    href = await page.get_attribute(".hero-actions .button-main", "href")
    assert href
    return href


@pytest.mark.parametrize("part", range(2))
async def test_pages_are_accessible_and_obey_the_policy(
    home: Running, browser: Browser, signed_in: StorageState, faults: list[str], part: int
) -> None:
    options = {"reduced_motion": "reduce", "storage_state": signed_in}
    async with visit(browser, home.url, faults, **options) as page:
        titles = [await title_href(page, each) for each in ("Tidewater", "Northline", "Old Reel")]
        players = [await watch_href(page, each) for each in ("Low Sun", "Northline")]
        for path in [*PAGES, *titles, *players][part::2]:
            await page.goto(path, wait_until="load")
            faults += [f"{path}: {each}" for each in await look(page)]
        await page.context.clear_cookies(name="seen_session")
        await page.goto("/app/login", wait_until="load")
        faults += [f"signing in: {each}" for each in await look(page)]


async def test_the_chosen_theme_is_on_every_page_and_before_signing_in(
    home: Running, browser: Browser, signed_in: StorageState, faults: list[str]
) -> None:
    async with visit(browser, home.url, faults, storage_state=signed_in) as page:
        for theme in ("light", "dark"):
            await choose(page, home.url, theme)
            for path in ("/app/dashboard", await watch_href(page, "Low Sun")):
                await page.goto(path, wait_until="load")
                assert await theme_of(page) == theme, path
        await choose(page, home.url, "light")
        await page.context.clear_cookies(name="seen_session")
        await page.goto("/app/login", wait_until="load")
        assert await theme_of(page) == "light"

"""Every page, both themes, both widths: no axe finding, nothing blocked, nothing cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, StorageState

from tests.e2e.conftest import title_href, visit
from tests.e2e.running import Running

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / ".seen-tests" / "axe.min.js"
RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
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


async def look(page: Page, path: str, theme: str, faults: list[str]) -> None:
    """Open a page and note what is wrong with it."""
    await page.goto(path, wait_until="load")
    shown = await page.evaluate("document.documentElement.dataset.theme")
    if shown != theme:
        faults.append(f"{path}: shown in {shown}, not in {theme}")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    result = await page.evaluate(RULES)
    faults += [f"{path}: {it['id']} {it['nodes'][0]['html'][:160]}" for it in result["violations"]]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{path}: wider than the window")


async def choose(page: Page, url: str, theme: str) -> None:
    """Take a theme, as the form in the settings does."""
    answer = await page.request.post(
        "/app/settings/theme", form={"theme": theme}, headers={"Origin": url}
    )
    assert answer.ok


async def watch_href(page: Page, title: str) -> str:
    await page.goto(await title_href(page, title))
    href = await page.get_attribute(".hero-actions .button-main", "href")
    assert href
    return href


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
async def test_pages_are_accessible_and_obey_the_policy(
    home: Running,
    browser: Browser,
    signed_in: StorageState,
    faults: list[str],
    theme: str,
    size: str,
) -> None:
    width, height = SIZES[size]
    options = {
        "viewport": {"width": width, "height": height},
        "reduced_motion": "reduce",
        "storage_state": signed_in,
    }
    async with visit(browser, home.url, faults, **options) as page:
        await choose(page, home.url, theme)
        titles = [await title_href(page, each) for each in ("Tidewater", "Northline", "Old Reel")]
        players = [await watch_href(page, each) for each in ("Low Sun", "Northline")]
        for path in [*PAGES, *titles, *players]:
            await look(page, path, theme, faults)
        await page.context.clear_cookies(name="seen_session")
        await look(page, "/app/login", theme, faults)

"""Somebody looks for something to see: lists, filters, the search field, a title's page."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.conftest import until


async def discovered(page: Page) -> None:
    """Wait until the lists are there; an empty page fills by itself."""
    await page.goto("/app/discover")
    await page.wait_for_selector("#movie-popular-heading", timeout=60_000)


async def test_lists_lead_to_a_filtered_grid_and_back(tab: Page) -> None:
    await discovered(tab)
    rail = tab.locator("section[aria-labelledby='movie-popular-heading']")
    await expect(rail.locator(".card")).to_have_count(3)
    await rail.locator("a.more").click()
    await tab.wait_for_url("**/app/discover?type=movie&section=popular")
    await expect(tab.locator("#shelf .card")).to_have_count(3)
    await tab.click(".sift-end summary:has-text('Genre')")
    await tab.click(".sift-end .menu-item:has-text('Drama')")
    await tab.wait_for_url("**genre=Drama**")
    await expect(tab.locator("#shelf .card")).to_have_count(3)
    await tab.click(".chips .chip[aria-current]:has-text('Popular')")
    await expect(tab.locator(".chips .chip[aria-current]")).to_have_count(0)


async def test_the_search_field_suggests_and_is_walked_by_keys(tab: Page) -> None:
    await discovered(tab)
    await tab.keyboard.press("/")
    await tab.keyboard.type("winter lan")
    suggestion = tab.locator(".suggestion:has-text('Winter Lanterns')")
    await expect(suggestion).to_be_visible()
    await tab.keyboard.press("ArrowDown")
    await expect(suggestion).to_be_focused()
    await tab.keyboard.press("Enter")
    await expect(tab.locator("h1")).to_have_text("Winter Lanterns")
    await tab.keyboard.press("/")
    await tab.keyboard.type("wintre lantrens")
    await tab.keyboard.press("Enter")
    await tab.wait_for_url("**/app/search?q=*")
    await expect(tab.locator(".card-title").first).to_have_text("Winter Lanterns")


async def test_a_title_goes_on_the_list_and_off_again(tab: Page) -> None:
    await discovered(tab)
    await tab.click("section[aria-labelledby='movie-popular-heading'] .card:has-text('1987')")
    await expect(tab.locator(".detail h1")).to_have_text("The Slow Harbour")
    button = tab.locator("#act-later")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await tab.reload()
    await expect(button).to_have_text("On your list")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")


async def test_an_admin_starts_background_work(tab: Page) -> None:
    await tab.goto("/app/admin/jobs")
    await tab.click("#run-catalog_sections")
    line = tab.locator("#jobs li:has-text('Lists of Discover')")

    async def done() -> bool:
        return "Done" in (await line.inner_text())

    await until(done, 60)

"""What nobody is sure about is decided by hand."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.conftest import title_href


async def test_a_file_is_matched_by_hand(tab: Page) -> None:
    await tab.goto("/app/library/review")
    files = tab.locator(".review-list a")
    await expect(files).to_have_count(2)
    await tab.click(".review-list a:has-text('The Slow Harbour')")
    await expect(tab.locator(".review-path")).to_contain_text("The Slow Harbour.mp4")
    # Two films of that name: neither was taken without asking.
    await expect(tab.locator(".candidate")).to_have_count(2)

    await tab.click(".review-list a:has-text('capture-0412')")
    await expect(tab.locator(".review-path")).to_contain_text("capture-0412.mp4")
    if not await tab.locator("#review-query").is_visible():
        await tab.click("summary:has-text('Search by hand')")
    await tab.fill("#review-query", "Winter Lanterns")
    await tab.click(".review-search button:text-is('Search')")
    await tab.wait_for_selector(".candidate b:text-is('Winter Lanterns (2014)')")
    await tab.click(".candidate:has-text('Winter Lanterns (2014)') button")
    await expect(files).to_have_count(1)
    await expect(tab.locator("#sidebar a:has-text('Review') .nav-count")).to_have_text("1")

    await tab.goto(await title_href(tab, "Winter Lanterns"))
    await expect(tab.locator(".hero-actions .button-main")).to_have_text("Play")
    await expect(tab.locator(".keyvalues")).to_contain_text("capture-0412.mp4")


async def test_a_file_is_put_aside_and_taken_back(tab: Page) -> None:
    await tab.goto("/app/library/review")
    href = await tab.get_attribute(".review-list a:has-text('The Slow Harbour')", "href")
    assert href
    await tab.goto(href)
    await tab.click("button:text-is('Ignore file')")
    await expect(tab.locator(".review-list a:has-text('The Slow Harbour')")).to_have_count(0)
    await tab.goto("/app/library?view=ignored")
    await tab.click("li:has-text('The Slow Harbour') button")
    await tab.wait_for_selector("text=Nothing is ignored")
    await tab.goto("/app/library/review")
    await expect(tab.locator(".review-list a:has-text('The Slow Harbour')")).to_have_count(1)

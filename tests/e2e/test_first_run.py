"""From an empty server to a film and back, as a person does it."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import EMAIL, PASSWORD, holds, visit
from tests.e2e.running import Running
from tests.e2e.service import KEY


async def claim(page: Page) -> None:
    await page.goto("/")
    await expect(page).to_have_url(f"{page.url.split('/app')[0]}/app/setup")
    await page.fill("#f-name", "Mara")
    await page.fill("#f-email", EMAIL)
    await page.fill("#f-password", PASSWORD)
    await page.click("text=Continue")


async def furnish(page: Page, media: Path) -> None:
    for name in ("films", "series"):
        await page.wait_for_selector("h1:text-is('Where is your media?')")
        await page.fill("#f-path", str(media / name))
        await page.click("button:text-is('Add')")
        await page.wait_for_selector(f".code:text-is('{media / name}')")
    await page.click("text=Continue")
    await page.fill("input[type=password]", KEY)
    await page.click("text=Check and continue")
    await page.wait_for_selector("h1:text-is('That is all.')")


async def position(page: Page) -> float:
    seconds: float = await page.evaluate("document.querySelector('video').currentTime")
    return seconds


async def test_from_an_empty_server_to_a_film_and_back(
    empty_server: Running, browser: Browser, media: Path, faults: list[str]
) -> None:
    async with visit(browser, empty_server.url, faults, color_scheme="dark") as page:
        await claim(page)
        await furnish(page, media)
        await page.click("text=Open /seen/")
        # The scan is to be seen while it runs, and titles come without a reload.
        await page.wait_for_selector("#scan .doing", state="visible")
        await page.wait_for_selector(".card-title:text-is('Tidewater')")
        await page.wait_for_selector("#scan", state="hidden", timeout=60_000)
        await expect(page.locator("#sidebar a:has-text('Movies') .nav-count")).to_have_text("4")

        await page.click(".rail .card:has-text('Tidewater')")
        await page.click(".hero-actions .button-main:has-text('Play')")
        await holds(page, "document.querySelector('video')?.currentTime > 0.5")
        size = await page.evaluate("document.querySelector('video').videoWidth")
        assert size == 320
        before = await position(page)
        await page.wait_for_timeout(700)
        assert await position(page) > before

        await page.evaluate("document.querySelector('video').currentTime = 75")
        await holds(page, "document.querySelector('video').currentTime > 75.5")
        await page.locator("seen-player").hover()
        await page.click(".osd-top a")
        await page.wait_for_url("**/app/title/*")

        await page.click("#sidebar a:has-text('Home')")
        hero = page.locator(".hero")
        await expect(hero.locator("h1")).to_have_text("Tidewater")
        await expect(hero.locator(".hero-line")).to_contain_text("1:1")
        await expect(hero.locator(".eyebrow").last).to_contain_text("2 min left")
        await hero.locator("a:has-text('Resume')").click()
        await holds(page, "document.querySelector('video')?.currentTime > 71")
        assert await position(page) < 85

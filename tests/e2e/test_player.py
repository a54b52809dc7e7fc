"""Playing: subtitles, what comes next, and what does not play."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.conftest import holds, title_href


async def test_subtitles_lie_on_the_picture(tab: Page) -> None:
    await tab.goto(await title_href(tab, "Tidewater"))
    await tab.click(".hero-actions .button-main")
    await holds(tab, "document.querySelector('video')?.currentTime > 0.2")
    await tab.keyboard.press("c")
    await expect(tab.locator("seen-player")).to_contain_text("There was never any water here.")


async def test_the_next_episode_is_offered_at_the_end(tab: Page) -> None:
    await tab.goto(await title_href(tab, "Northline"))
    await tab.click(".episode:first-child a")
    await holds(tab, "document.querySelector('video')?.currentTime > 0.2")
    await expect(tab.locator(".lane li")).to_have_count(3)
    await tab.evaluate("document.querySelector('video').currentTime = 19.5")
    card = tab.locator(".up-next")
    await expect(card).to_contain_text("The Survey")
    await expect(card).to_contain_text("Next in")
    await card.locator("button:text-is('Play now')").click()
    await expect(tab.locator(".osd-top p")).to_have_text("S1 E2 · The Survey")
    # What was played to its end is seen.
    await tab.goto(await title_href(tab, "Northline"))
    await expect(tab.locator("#seen-1")).to_have_attribute("aria-pressed", "true")
    await expect(tab.locator(".segments")).to_contain_text("1 of 3")


async def test_a_tick_is_undone_by_a_second_press(tab: Page) -> None:
    await tab.goto(await title_href(tab, "Northline"))
    tick = tab.locator("#seen-3")
    await tick.click()
    await expect(tick).to_have_attribute("aria-pressed", "true")
    await tick.click()
    await expect(tick).to_have_attribute("aria-pressed", "false")


async def test_what_does_not_play_says_why_before(tab: Page) -> None:
    await tab.goto(await title_href(tab, "Old Reel"))
    await expect(tab.locator(".note")).to_contain_text("Browsers cannot open AVI files")
    await expect(tab.locator(".hero-actions a.button-main")).to_have_count(0)

"""Signing in and out, sessions, and the theme."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import EMAIL, sign_in, visit
from tests.e2e.running import Running


async def test_signing_out_ends_the_session(
    home: Running, browser: Browser, faults: list[str]
) -> None:
    async with visit(browser, home.url, faults) as page:
        await sign_in(page)
        await leave_and_come_back(page)


async def leave_and_come_back(tab: Page) -> None:
    cookies = await tab.context.cookies()
    session = next(each for each in cookies if each["name"] == "seen_session")
    assert session["httpOnly"] and session["sameSite"] == "Lax"
    await tab.click("summary[aria-label$='your profile']")
    await tab.click("button:text-is('Sign out')")
    await tab.wait_for_url("**/app/login")
    # The old secret is worth nothing any more.
    await tab.context.add_cookies([session])
    await tab.goto("/app/movies")
    await tab.wait_for_url("**/app/login?next=**movies")


async def test_signing_in_leads_to_where_one_wanted_to_go(
    home: Running, browser: Browser, faults: list[str]
) -> None:
    async with visit(browser, home.url, faults) as page:
        await page.goto("/app/shows")
        await page.fill("#f-email", EMAIL)
        await page.fill("#f-password", "a long evening")
        await page.click("button:text-is('Sign in')")
        await page.wait_for_url("**/app/shows")


async def test_a_wrong_password_is_said_in_words(home: Running, browser: Browser) -> None:
    async with visit(browser, home.url, []) as page:
        await page.goto("/app/login")
        await page.fill("#f-email", EMAIL)
        await page.fill("#f-password", "not this one")
        await page.click("button:text-is('Sign in')")
        await expect(page.locator("[role=alert]")).to_contain_text("is not right")
        await expect(page.locator("#f-email")).to_have_value(EMAIL)


async def test_another_device_is_signed_out(
    home: Running, browser: Browser, tab: Page, faults: list[str]
) -> None:
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1"
    async with visit(browser, home.url, faults, user_agent=phone) as other:
        await sign_in(other)
        await tab.goto("/app/settings/sessions")
        row = tab.locator("li:has-text('Safari on iPhone')")
        await row.locator("button").click()
        await expect(row).to_have_count(0)
        await other.goto("/app/dashboard")
        await other.wait_for_url("**/app/login")


async def test_the_theme_is_there_before_the_first_paint(tab: Page) -> None:
    await tab.emulate_media(color_scheme="dark")
    await tab.goto("/app/settings")
    await tab.click("label:has-text('Light')")
    assert await tab.evaluate("document.documentElement.dataset.theme") == "light"
    await tab.wait_for_timeout(300)
    answer = await tab.request.get("/app/dashboard")
    assert '<html lang="en" data-theme="light">' in await answer.text()
    await tab.goto("/app/dashboard")
    paper = await tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    await tab.goto("/app/settings")
    await tab.click("label:has-text('Dark')")
    night = await tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper != night
    await tab.wait_for_timeout(300)
    # Signed out, the browser still remembers it.
    await tab.context.clear_cookies(name="seen_session")
    answer = await tab.request.get("/app/login")
    assert 'data-theme="dark"' in await answer.text()

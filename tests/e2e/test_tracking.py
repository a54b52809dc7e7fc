"""Somebody keeps what they think and did: rates, marks a season, takes it back, arranges."""

from __future__ import annotations

from playwright.async_api import Page, expect


async def film(page: Page) -> None:
    await page.goto("/app/movies")
    await page.click(".card:has-text('Meridian')")
    await expect(page.locator(".detail h1")).to_have_text("Meridian")


async def test_a_rating_is_shown_taken_back_and_listed_as_a_change(tab: Page) -> None:
    await film(tab)
    await tab.click("#rating [aria-label='3.5 stars']")
    toast = tab.locator(".toast:has-text('Rated Meridian 3.5 stars')")
    await expect(toast).to_be_visible()
    await expect(tab.locator("#rating .star.is-full")).to_have_count(3)
    await expect(tab.locator("#rating .star.is-half")).to_have_count(1)
    await toast.locator("button:has-text('Undo')").click()
    await expect(tab.locator("#rating .star.is-full")).to_have_count(0)
    await tab.goto("/app/history?show=changes")
    await expect(tab.locator("h3").nth(0)).to_have_text("Took back: Rated Meridian 3.5 stars")
    await expect(tab.locator(".is-undone h3")).to_contain_text(["Rated Meridian 3.5 stars"])


async def test_a_season_is_marked_in_one_act_and_back(tab: Page) -> None:
    await tab.goto("/app/shows")
    await tab.click(".card:has-text('Northline')")
    # Other tests may have seen an episode.
    before = await tab.locator(".episode-seen").count()
    await tab.click(".season-head form button")
    toast = tab.locator(".toast:has-text('Marked Northline, season 1 seen')")
    await expect(toast).to_be_visible()
    await expect(tab.locator(".episode-seen")).to_have_count(3)
    await toast.locator("button:has-text('Undo')").click()
    await expect(tab.locator(".episode-seen")).to_have_count(before)


async def test_an_episode_is_rated_and_its_day_changed_where_it_is_listed(tab: Page) -> None:
    await tab.goto("/app/shows")
    await tab.click(".card:has-text('Northline')")
    await tab.click("#rate-2")
    await tab.click("#part-rating [aria-label='4 stars']")
    await expect(tab.locator(".toast:has-text('Rated Northline, S1 E2 4 stars')")).to_be_visible()
    await expect(tab.locator("#rate-2")).to_have_text("4")
    await tab.click("#rate-2")
    await tab.fill(".part-seen input[type=date]", "2026-01-02")
    await tab.click(".part-seen button")
    await expect(tab.locator(".episode", has=tab.locator("#rate-2"))).to_contain_text("2 January")
    await tab.click("#rate-2")
    await tab.fill(".day-form input[type=date]", "2025-03-04")
    await tab.click(".day-form button")
    await expect(tab.locator(".toast:has-text('Changed when you saw Northline')")).to_be_visible()
    row = tab.locator(".episode", has=tab.locator("#rate-2"))
    await expect(row).to_contain_text("seen 4 March 2025")
    await tab.click("#rate-2")
    await tab.click("[aria-label='Remove the viewing of 4 March 2025']")
    await expect(row).not_to_contain_text("4 March")
    await tab.click("#rate-2")
    await tab.click("#part-rating [aria-label='4 stars']")
    await expect(tab.locator("#rate-2")).to_have_text("")


async def test_the_list_is_put_in_order_by_dragging_and_by_keys(tab: Page) -> None:
    for title in ("Low Sun", "Meridian", "Tidewater"):
        await tab.goto("/app/movies")
        await tab.click(f".card:has-text('{title}')")
        await tab.click("#act-later")
        await expect(tab.locator("#act-later")).to_have_attribute("aria-pressed", "true")
    await tab.goto("/app/watch-later")
    titles = tab.locator("[data-title] .card-title")
    await expect(titles).to_have_text(["Tidewater", "Meridian", "Low Sun"])
    async with tab.expect_response("**/place"):
        await tab.drag_and_drop("[data-title]:nth-child(1)", "[data-title]:nth-child(3)")
    await tab.reload()
    await expect(titles).to_have_text(["Meridian", "Low Sun", "Tidewater"])
    await tab.locator("[data-title] a").nth(2).focus()
    async with tab.expect_response("**/place"):
        await tab.keyboard.press("Alt+ArrowLeft")
    await tab.reload()
    await expect(titles).to_have_text(["Meridian", "Tidewater", "Low Sun"])
    for each in await titles.all_inner_texts():
        await tab.goto("/app/watch-later")
        await tab.click(f".card:has-text('{each}')")
        await tab.click("#act-later")
        await expect(tab.locator("#act-later")).to_have_attribute("aria-pressed", "false")


async def test_home_is_arranged_with_a_finger(tab: Page) -> None:
    await tab.goto("/app/dashboard/arrange")
    names = tab.locator("[data-title] h2")
    before = await names.all_inner_texts()
    grips = tab.locator("[data-grip]")
    start, end = await grips.nth(2).bounding_box(), await grips.nth(0).bounding_box()
    assert start is not None and end is not None
    touch = await tab.context.new_cdp_session(tab)
    x = start["x"] + 20
    for kind, y in (("touchStart", start["y"]), ("touchMove", end["y"]), ("touchMove", end["y"])):
        points = [{"x": x, "y": y + 20}]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        await tab.wait_for_timeout(50)
    async with tab.expect_response("**/place"):
        await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await tab.reload()
    await expect(names).to_have_text([before[2], *before[:2], *before[3:]])


async def test_home_is_arranged_by_by_dragging_and_widgets_are_left_out(tab: Page) -> None:
    await tab.goto("/app/dashboard/arrange")
    names = tab.locator("[data-title] h2")
    before = await names.all_inner_texts()
    async with tab.expect_response("**/place"):
        await tab.drag_and_drop("[data-title]:nth-child(4)", "[data-title]:nth-child(1)")
    await tab.reload()
    await expect(names).to_have_text([before[3], *before[:3], *before[4:]])
    await tab.click("[aria-label='Show Recently added']")
    await expect(tab.locator("[aria-label='Show Recently added']")).to_have_attribute(
        "aria-pressed", "false"
    )
    await tab.goto("/app/dashboard")
    await expect(tab.locator("h2:text-is('Recently added')")).to_have_count(0)
    await tab.goto("/app/dashboard/arrange")
    await tab.click("[aria-label='Show Recently added']")
    await expect(tab.locator("[aria-label='Show Recently added']")).to_have_attribute(
        "aria-pressed", "true"
    )


async def test_a_collection_is_made_from_a_title(tab: Page) -> None:
    await film(tab)
    await tab.click("summary[aria-label='More']")
    await tab.click("text=Add to a collection")
    await tab.fill("#new-name", "Rainy days")
    await tab.click("button:has-text('Make it')")
    await expect(tab.locator("h1")).to_have_text("Rainy days")
    await expect(tab.locator(".card-title")).to_have_text("Meridian")
    await tab.click("button:has-text('Delete')")
    await expect(tab.locator("h1")).to_have_text("Collections")


async def test_a_card_takes_acts_by_key_and_by_its_menu(tab: Page) -> None:
    await tab.goto("/app/movies")
    card = tab.locator(".card:has-text('Low Sun')")
    await card.focus()
    async with tab.expect_response("**/favourite"):
        await tab.keyboard.press("f")
    await expect(tab.locator(".toast:has-text('Made a favourite')")).to_be_visible()
    await card.click(button="right")
    menu = tab.get_by_role("menu")
    await expect(menu.get_by_role("menuitem").first).to_be_focused()
    await tab.keyboard.press("ArrowDown")
    async with tab.expect_response("**/seen"):
        await tab.keyboard.press("Enter")
    await expect(menu).to_have_count(0)
    await tab.goto("/app/favourites")
    await expect(tab.locator(".card:has-text('Low Sun') .art-mark")).to_be_visible()
    for _ in range(2):
        await tab.goto("/app/history?show=changes")
        await tab.locator("button:has-text('Undo')").first.click()
        await expect(tab.locator(".toast:has-text('Took back')")).to_be_visible()
        await tab.wait_for_timeout(100)
    await tab.goto("/app/favourites")

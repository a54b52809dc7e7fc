"""A link or a magnet link is pasted, its progress is watched, and the film plays."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e import media as make
from tests.e2e.conftest import EMAIL, PASSWORD, holds, sign_in, title_href, until, visit
from tests.e2e.files import Files
from tests.e2e.running import Running
from tests.e2e.seed import Seed

FILM = "Paper.Lanterns.2022.720p.mp4"
OTHER = "Salt.Road.2019.1080p.mp4"
PACE = 60_000


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    folder = Path(tempfile.mkdtemp(prefix="seen-files-"))
    make.make_clip(folder / FILM, 30, seed=9)
    with Files(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def seed() -> Iterator[Seed]:
    with Seed() as running:
        yield running


@pytest.fixture(scope="module")
def place(files: Files) -> Iterator[Running]:
    """A server with an empty library folder, whose own engine may ask this machine."""
    folder = Path(tempfile.mkdtemp(prefix="seen-place-"))
    (folder / "media").mkdir()
    environ = {
        "SEEN_ADMIN_EMAIL": EMAIL, "SEEN_ADMIN_PASSWORD": PASSWORD,
        "SEEN_LIBRARY_ROOTS": str(folder / "media"), "SEEN_EGRESS_ALLOW": "127.0.0.1",
        "SEEN_DOWNLOAD_POLL_INTERVAL": "300ms", "SEEN_DOWNLOAD_DISK_RESERVE": "0",
        "SEEN_DOWNLOAD_MAX_ACTIVE": "1", "SEEN_CATALOG_SYNC": "false",
        "SEEN_ENGINE_LIBTORRENT_INTERFACE": "127.0.0.1", "SEEN_ENGINE_LIBTORRENT_PORT": "0",
    }  # fmt: skip
    running = Running(folder / "data", environ).wait()
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


async def paste(page: Page, link: str) -> None:
    """Paste a link anywhere on the page, as from the clipboard."""
    await page.evaluate(
        "(text) => { const data = new DataTransfer(); data.setData('text', text);"
        " document.body.dispatchEvent(new ClipboardEvent('paste',"
        " {clipboardData: data, bubbles: true, cancelable: true})); }",
        link,
    )


async def choose_folder(page: Page) -> None:
    """Let finished downloads go into the only library folder."""
    await page.goto("/app/admin/downloads")
    await page.select_option("#f-root_", index=1)
    await page.click("main button:text-is('Save')")
    await expect(page.locator(".form-message-ok")).to_have_text("Saved.")


async def watch_it_move(page: Page, row: Locator) -> None:
    """Nobody loads the page again: the figures come by themselves."""
    await page.evaluate("window.stayed = true")
    shares = set()
    for _ in range(60):
        shares.add(await row.locator("progress").evaluate("it => it.value"))
        if len(shares) > 4:
            break
        await page.wait_for_timeout(200)
    assert len(shares) > 4
    await expect(page.locator("[data-ring]")).to_be_visible()
    await expect(page.locator("#sidebar a:has-text('Downloads') .nav-count")).to_have_text("1")
    assert await row.locator(".spark polyline").get_attribute("points")


async def see_it_play(page: Page, title: str) -> None:
    """From the title's page into the player."""
    await page.goto(await title_href(page, title))
    await page.click(".hero-actions .button-main")
    await holds(page, "document.querySelector('video').currentTime > 0.5", 30)


async def test_a_pasted_link_becomes_a_film_that_plays(
    place: Running, files: Files, browser: Browser, faults: list[str]
) -> None:
    async with visit(browser, place.url, faults) as page:
        await sign_in(page)
        await choose_folder(page)
        files.pace = PACE
        await page.goto("/app/downloads")
        await expect(page.locator("#jobs")).to_contain_text("Nothing is being downloaded")
        await paste(page, f"{files.url}/{FILM}")
        await expect(page.locator(".toast")).to_contain_text("Added")
        row = page.locator(".job")
        await expect(row.locator(".job-name")).to_have_text(FILM)
        await expect(row.locator(".job-head")).to_contain_text("Downloading")
        await watch_it_move(page, row)
        files.pace = None
        await expect(row.locator(".job-head")).to_have_text("In the library", timeout=60_000)
        assert await page.evaluate("window.stayed")
        await expect(page.locator("[data-ring]")).to_be_hidden()

        await row.locator("h2 a").click()
        await expect(page.locator(".timeline")).to_contain_text("In the library: 1 file")
        await expect(page.locator(".timeline")).to_contain_text("Added")
        await see_it_play(page, "Paper Lanterns")


async def test_a_magnet_link_pasted_on_any_page_becomes_a_film_that_plays(
    place: Running, seed: Seed, browser: Browser, faults: list[str], tmp_path: Path
) -> None:
    film = make.make_clip(tmp_path / OTHER, 30, seed=4)
    torrent = seed.add({OTHER: film.read_bytes()})
    seed.set_pace(PACE)
    async with visit(browser, place.url, faults) as page:
        await sign_in(page)
        await choose_folder(page)
        await page.goto("/app/movies")
        await paste(page, torrent.magnet)
        await page.click(".toast a:text-is('Show')")
        row = page.locator(".job", has_text="Salt")
        await expect(row.locator(".job-head")).to_contain_text("Downloading")
        await watch_it_move(page, row)
        seed.set_pace(None)
        await expect(row.locator(".job-head")).to_have_text("In the library", timeout=60_000)
        assert await page.evaluate("window.stayed")
        await see_it_play(page, "Salt Road")


async def test_a_torrent_file_is_dropped_on_any_page(
    place: Running, seed: Seed, browser: Browser, faults: list[str]
) -> None:
    torrent = seed.add({"Low Tide.2018.mkv": b"low tide" * 40_000})
    seed.set_pace(PACE)
    async with visit(browser, place.url, faults) as page:
        await sign_in(page)
        await page.evaluate(
            "(bytes) => { const data = new DataTransfer();"
            " data.items.add(new File([new Uint8Array(bytes)], 'a.torrent'));"
            " for (const type of ['dragover', 'drop']) document.body.dispatchEvent("
            "  new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true})); }",
            list(torrent.encoded),
        )
        await page.click(".toast a:text-is('Show')")
        row = page.locator(".job", has_text="Low Tide")
        await expect(row.locator(".job-head")).to_contain_text("Downloading")
        await row.locator("button[aria-label^='Cancel']").click()
        await expect(row.locator(".job-head")).to_have_text("Cancelled")
        await row.locator("button[aria-label^='Take off']").click()
        await expect(row).to_have_count(0)


async def test_a_running_and_a_waiting_download_are_cancelled(
    place: Running, files: Files, browser: Browser, faults: list[str]
) -> None:
    files.pace = 20_000
    async with visit(browser, place.url, faults) as page:
        await sign_in(page)
        await page.goto("/app/downloads")
        await page.fill("#add-source", f"{files.url}/{FILM}?one")
        await page.click(".add button:text-is('Add')")
        await page.fill("#add-source", f"{files.url}/{FILM}?two")
        await page.click(".add button:text-is('Add')")
        running = page.locator(".job:has(.job-head:has-text('Downloading'))")
        waiting = page.locator(".job:has(.job-head:has-text('Queued'))")
        await expect(running).to_have_count(1)
        await expect(waiting).to_have_count(1)
        await waiting.locator("button[aria-label^='Cancel']").click()
        await expect(waiting).to_have_count(0)
        await running.locator("button[aria-label^='Pause']").click()
        paused = page.locator(".job:has(.job-head:has-text('Paused'))")
        await paused.locator("button[aria-label^='Resume']").click()
        await expect(running).to_have_count(1)
        await running.locator("button[aria-label^='Cancel']").click()
        await expect(running).to_have_count(0)
        await expect(page.locator(".job:has(.job-head:has-text('Cancelled'))")).to_have_count(2)
        await page.click("a:has-text('Finished')")
        await page.click("button:text-is('Clear the list')")
        await expect(page.locator(".job")).to_have_count(0)


async def test_what_cannot_be_added_is_said(
    place: Running, browser: Browser, faults: list[str]
) -> None:
    async with visit(browser, place.url, faults) as page:
        await sign_in(page)
        await page.goto("/app/downloads")
        await paste(page, "http://10.0.0.1/film.mkv")
        await expect(page.locator(".toast")).to_contain_text("is a private address")

        async def seen() -> bool:
            # The refusal is an answer of its own kind, which the browser's console mentions.
            return any("422" in each for each in faults)

        await until(seen)
        faults.clear()

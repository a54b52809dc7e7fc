"""One browser, one folder of media and one furnished server for each worker of the run."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    StorageState,
    async_playwright,
)

from tests.e2e import media as make
from tests.e2e.running import Running
from tests.e2e.service import Service

EMAIL, PASSWORD = "mara@home.lan", "a long evening"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
NewTab = Callable[..., Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="session")
def media() -> Iterator[Path]:
    """Films and a show, made once."""
    root = Path(tempfile.mkdtemp(prefix="seen-media-"))
    for at, (title, year, genre) in enumerate(
        (("Tidewater", 2024, "Drama"), ("Meridian", 2026, "Sci-fi"), ("Low Sun", 2021, "Western"))
    ):
        film = root / "films" / f"{title} ({year})" / f"{title} ({year}).mp4"
        make.make_clip(film, 180 if at == 0 else 20, seed=at)
        make.write_movie_facts(film, title, year, genre, plot="The sea keeps better records.")
        make.write_subtitles(film, "en", "There was never any water here.", "Not on the map.")
    old = root / "films" / "Old Reel (1961)" / "Old Reel (1961).avi"
    make.make_clip(old, 6, video="mpeg4", audio="mp3")
    make.write_movie_facts(old, "Old Reel", 1961, "Drama")
    for number, name in enumerate(("Departures", "The Survey", "Black Ice"), 1):
        episode = root / "series" / "Northline" / "Season 01" / f"Northline S01E0{number}.mp4"
        make.make_clip(episode, 20, seed=number)
        make.write_episode_facts(episode, 1, number, name, "The last train north.")
    make.write_show_facts(root / "series" / "Northline", "Northline", 2021, "A closed mine.")
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def unsure(media: Path) -> Path:
    """A folder with files whose names are not enough."""
    folder = media / "unsure"
    make.make_clip(folder / "The Slow Harbour.mp4", 6, seed=5)
    make.make_clip(folder / "capture-0412.mp4", 6, seed=6)
    return folder


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """The metadata service."""
    with Service() as running:
        yield running


def _environ(service: Service) -> dict[str, str]:
    return {
        "SEEN_METADATA_TMDB_BASE_URL": f"{service.url}/3",
        "SEEN_METADATA_TMDB_IMAGE_URL": f"{service.url}/pictures/",
        # It has no shows; nobody else is to be asked for them.
        "SEEN_METADATA_TVMAZE_BASE_URL": f"{service.url}/tvmaze",
    }


@pytest.fixture
def empty_server(service: Service, tmp_path: Path) -> Iterator[Running]:
    """A server that nobody has claimed."""
    running = Running(tmp_path / "data", _environ(service)).wait()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def home(service: Service, media: Path, unsure: Path) -> Iterator[Running]:
    """A server with an admin and a scanned library."""
    from tests.e2e.service import KEY

    folder = Path(tempfile.mkdtemp(prefix="seen-home-"))
    running = Running(
        folder,
        {
            **_environ(service),
            "SEEN_METADATA_TMDB_API_KEY": KEY,
            "SEEN_ADMIN_EMAIL": EMAIL,
            "SEEN_ADMIN_PASSWORD": PASSWORD,
            "SEEN_LIBRARY_ROOTS": f"{media / 'films'},{media / 'series'},{unsure}",
        },
    ).wait()
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    path = os.environ.get("SEEN_CHROMIUM") or shutil.which("chromium")
    assert path, "chromium is needed for these tests"
    async with async_playwright() as play:
        opened = await play.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        await opened.close()


@asynccontextmanager
async def visit(
    browser: Browser, url: str, faults: list[str], **options: Any
) -> AsyncIterator[Page]:
    """A browser of its own; whatever its console says is wrong ends up in ``faults``."""
    options.setdefault("viewport", {"width": 1440, "height": 900})
    context: BrowserContext = await browser.new_context(base_url=url, **options)
    context.set_default_timeout(15_000)

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"{message.text} ({message.location.get('url', '')})")

    def broke(error: Error) -> None:
        faults.append(str(error))

    page = await context.new_page()
    page.on("console", heard)
    page.on("pageerror", broke)
    yield page
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def faults() -> AsyncIterator[list[str]]:
    """What browsers complained about: broken policy, failed requests, errors in scripts."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


async def sign_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Come in by the door."""
    await page.goto("/app/login")
    await page.fill("#f-email", email)
    await page.fill("#f-password", password)
    await page.click("button:text-is('Sign in')")
    await page.wait_for_url("**/app/dashboard")


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.2)


async def holds(page: Page, condition: str, seconds: float = 15) -> None:
    """Wait until a condition is true in the page.

    Playwright's own way to wait needs eval, which the pages' policy does not allow.
    """

    async def check() -> bool:
        return bool(await page.evaluate(condition))

    await until(check, seconds)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def signed_in(home: Running, browser: Browser) -> StorageState:
    """The cookies of somebody at the furnished server, its scan done.

    Made once: the door counts how often somebody comes in.
    """
    async with visit(browser, home.url, []) as page:
        await sign_in(page)
        await scanned(page)
        return await page.context.storage_state()


@pytest_asyncio.fixture(loop_scope="session")
async def tab(
    home: Running, browser: Browser, signed_in: StorageState, faults: list[str]
) -> AsyncIterator[Page]:
    """A browser at the furnished server."""
    async with visit(browser, home.url, faults, storage_state=signed_in) as page:
        yield page


async def scanned(page: Page) -> None:
    """Wait until no scan is under way."""

    async def done() -> bool:
        answer = await page.request.get("/api/v1/library/scan")
        return answer.ok and (await answer.json())["state"] == "done"

    await until(done, 60)


async def title_href(page: Page, title: str) -> str:
    """The address of a title's page, found as people find it."""
    await page.goto(f"/app/search?q={title}")
    href = await page.get_attribute(f".card:has(.card-title:text-is('{title}'))", "href")
    assert href
    return href

"""Every page in a browser, both themes, both sizes: no axe finding, nothing blocked or cut off."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from functools import partial

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, ConsoleMessage, Error, async_playwright

from tests.pages.looking import look
from tests.pages.preview import application
from tests.pages.rendering import STATIC
from tests.pages.samples import PARTS, pages

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Parts of pages have no document of their own.
NAMES = [name for name in pages() if name not in {"grid_page", "scan", "suggestions", *PARTS}]

# Each has its own browser, and they may run at once.
PARTS_AT_ONCE = 4

pytestmark = [pytest.mark.timeout(300)]


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    assert (STATIC / "dist" / "app.css").is_file(), "run `node build.mjs` in frontend first"
    async with TestServer(application()) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = os.environ.get("SEEN_CHROMIUM") or shutil.which("chromium")
    assert path, "chromium is needed for these tests"
    async with async_playwright() as play:
        opened = await play.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        await opened.close()


@pytest.mark.parametrize("part", range(PARTS_AT_ONCE))
async def test_pages_are_accessible_and_obey_the_policy(
    server: TestServer, browser: Browser, part: int
) -> None:
    context = await browser.new_context(reduced_motion="reduce")
    faults: list[str] = []
    for name in NAMES[part::PARTS_AT_ONCE]:
        page = await context.new_page()
        page.on("console", partial(_note, faults, name))
        page.on("pageerror", partial(_broke, faults, name))
        await page.goto(str(server.make_url(f"/{name}")), wait_until="load")
        faults += [f"{name}: {each}" for each in await look(page)]
        await page.close()
    await context.close()
    assert not faults, "\n".join(faults)


def _broke(faults: list[str], name: str, error: Error) -> None:
    faults.append(f"{name}: {error}")


def _note(faults: list[str], name: str, message: ConsoleMessage) -> None:
    # The preview has no film to play.
    if message.type == "error" and "404" not in message.text:
        faults.append(f"{name}: {message.text}")

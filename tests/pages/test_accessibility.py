"""Every page in a browser, both themes, both sizes: no axe finding, nothing blocked or cut off."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from functools import partial

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, ConsoleMessage, Error, async_playwright

from tests.pages.preview import application
from tests.pages.rendering import ROOT, STATIC
from tests.pages.samples import PARTS, pages

AXE = ROOT / "frontend" / "node_modules" / ".seen-tests" / "axe.min.js"
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
RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
# Parts of pages have no document of their own.
NAMES = [name for name in pages() if name not in {"grid_page", "scan", "suggestions", *PARTS}]

pytestmark = [pytest.mark.timeout(300)]


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    assert AXE.is_file(), "run `npm ci --ignore-scripts && node build.mjs` in frontend first"
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


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
async def test_pages_are_accessible_and_obey_the_policy(
    server: TestServer, browser: Browser, theme: str, size: str
) -> None:
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    faults: list[str] = []
    for name in NAMES:
        page = await context.new_page()
        page.on("console", partial(_note, faults, name))
        page.on("pageerror", partial(_broke, faults, name))
        await page.goto(str(server.make_url(f"/{name}?theme={theme}")), wait_until="load")
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        result = await page.evaluate(RULES)
        faults += [
            f"{name}: {it['id']} {it['nodes'][0]['html'][:160]}" for it in result["violations"]
        ]
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{name}: wider than the window")
        await page.close()
    await context.close()
    assert not faults, "\n".join(faults)


def _broke(faults: list[str], name: str, error: Error) -> None:
    faults.append(f"{name}: {error}")


def _note(faults: list[str], name: str, message: ConsoleMessage) -> None:
    # The preview has no film to play.
    if message.type == "error" and "404" not in message.text:
        faults.append(f"{name}: {message.text}")

"""Somebody brings their Letterboxd history, looks at it, takes it in and takes it back."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.test_discover import discovered
from tests.imports.conftest import write_zip

HISTORY = {
    "diary.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2026-01-03,The Slow Harbour,1987,https://boxd.it/a,4.5,,,2026-01-02\n"
    "2026-01-04,A Film Of Nobody,1931,https://boxd.it/b,,,,2026-01-02\n",
    "ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n"
    "2026-01-03,The Slow Harbour,1987,https://boxd.it/c,4.5\n",
}


async def test_letterboxd_is_brought_looked_at_applied_and_taken_back(
    tab: Page, tmp_path: Path
) -> None:
    await discovered(tab)
    await tab.goto("/app/settings/import")
    await tab.click("a[aria-label='Import from Letterboxd']")
    await tab.set_input_files("#upload", write_zip(tmp_path / "letterboxd.zip", HISTORY))
    await tab.click("text=Read it")
    await expect(tab.locator("h2", has_text="What Letterboxd would bring")).to_be_visible(
        timeout=30_000
    )
    await expect(tab.locator(".import-bars")).to_contain_text("1 new viewing")
    await expect(tab.locator(".import-bars")).to_contain_text("1 new rating")
    await expect(tab.locator("text=Nobody here knows this title.")).to_be_visible()
    async with tab.expect_download() as download:
        await tab.click("text=Download the list")
    assert "A Film Of Nobody" in Path(await (await download.value).path()).read_text()

    await tab.click("#apply-button")
    await expect(tab.locator("h2", has_text="Imported from Letterboxd")).to_be_visible(
        timeout=30_000
    )
    await tab.click("#undo-import")
    await expect(tab.locator("h2", has_text="Taken back from Letterboxd")).to_be_visible()

    async with tab.expect_download() as export:
        await tab.goto("/app/settings/import")
        await tab.click("a[href='/app/settings/export']")
    assert (await export.value).suggested_filename.startswith("seen-export-")

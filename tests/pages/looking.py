"""Looks at an open page in both themes and both widths: what axe finds, and what does not fit."""

from __future__ import annotations

from playwright.async_api import Page

from tests.pages.rendering import ROOT

AXE = ROOT / "frontend" / "node_modules" / ".seen-tests" / "axe.min.js"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
# All rules for what a width shows; of the other theme what depends on colours.
_RULES = {
    "dark": "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}",
    "light": "{runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}",
}
_DRESS = """theme => {
  document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name=color-scheme]')?.setAttribute('content', theme);
  return new Promise(requestAnimationFrame);
}"""


async def look(page: Page) -> list[str]:
    """What is wrong with an open page, as sentences. Leaves it dark and wide."""
    assert AXE.is_file(), "run `npm ci --ignore-scripts && node build.mjs` in frontend first"
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = []
    for size in ("phone", "desktop"):
        width, height = SIZES[size]
        await page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            await page.evaluate(_DRESS, theme)
            result = await page.evaluate(f"axe.run(document, {_RULES[theme]})")
            faults += [
                f"{size}, {theme}: {it['id']} {it['nodes'][0]['html'][:160]}"
                for it in result["violations"]
            ]
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{size}: wider than the window")
    return faults

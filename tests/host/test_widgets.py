"""A widget and the templates it brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from seen.host import bridged
from seen.plugin.capabilities import Shelves, WidgetRequest
from seen.plugin.models import Card, MediaKind
from tests.host.workshop import HEAD, MakeHost, Workshop

WIDGET = HEAD + """
class Corner:
    id = "corner"
    features = {"data"}
    slot = "side"
    title = "Corner"
    size = "half"
    topics = frozenset({"library"})

    async def start(self): pass
    async def health(self): return Health()
    async def stop(self): pass

    async def data(self, request):
        cards = await request.shelves.next_up(limit=1)
        return WidgetData("corner/corner.html", {"cards": cards})

@hookimpl
def seen_widgets(ctx):
    yield Corner()

@hookimpl
def seen_template_dirs(ctx):
    return [Path(__file__).parent]
"""  # fmt: skip


class OneShelf:
    """A shelf of the server's."""

    async def next_up(self, limit: int) -> Sequence[Card]:
        return [Card("1", MediaKind.SHOW, "Dark", "/app/title/1")][:limit]


async def test_a_widget_is_described_by_facts_and_reaches_the_viewers_shelves(
    workshop: Workshop, make_host: MakeHost
) -> None:
    folder = workshop.plugin("corner", WIDGET, provides='["widgets"]')
    host = await make_host()
    assert await host.settled(5)
    (widget,) = host.widgets()
    facts = widget.facts
    assert (facts.slot, facts.title, facts.size, facts.topics) == (
        "side", "Corner", "half", {"library"})  # fmt: skip
    request = WidgetRequest("user", bridged(cast(Shelves, OneShelf())))
    shown = await widget.call(lambda w: w.data(request), timeout=2)
    assert [card.title for card in shown.data["cards"]] == ["Dark"]
    assert host.template_dirs() == (("corner", folder),)
    assert host.metadata_providers() == ()
    assert host.scanners() == ()
    assert host.download_engines() == ()
    assert host.recommenders() == ()
    await host.set_enabled("corner", False)
    assert host.template_dirs() == ()

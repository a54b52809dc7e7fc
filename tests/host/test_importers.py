"""An importer's rows come in batches, each checked, each in its time."""

from __future__ import annotations

from pathlib import Path

import pytest

from seen.host.errors import PluginFault, TimedOut
from seen.plugin.errors import PluginError
from seen.plugin.importing import ImportSource
from seen.plugin.models import ImportRow
from tests.host.workshop import HEAD, MakeHost, Workshop

IMPORTER = HEAD + """
class Diary:
    id = "diary"
    title = "Diary"
    instructions = "Write one."
    accepts = frozenset({".txt"})
    features = {"rows"}
    ended = 0

    async def start(self): pass
    async def health(self): return Health()
    async def stop(self): pass

    async def rows(self, source):
        with source.text(source.names[0]) as text:
            try:
                for at, line in enumerate(text.lines, start=1):
                    word = line.strip()
                    if word == "sleep":
                        await asyncio.sleep(60)
                    if word == "refuse":
                        raise PluginError("This is no diary")
                    yield 7 if word == "odd" else ImportRow(word, file=source.names[0], line=at)
            finally:
                Diary.ended += 1

    async def health(self):
        return Health("degraded", str(self.ended))

@hookimpl
def seen_importers(ctx):
    yield Diary()
"""  # fmt: skip


async def test_rows_come_in_batches_and_the_plugin_may_tidy_up(
    workshop: Workshop, make_host: MakeHost, tmp_path: Path
) -> None:
    workshop.plugin("diary", IMPORTER, provides='["importers"]')
    host = await make_host()
    assert await host.settled(5)
    (diary,) = host.importers()
    assert (diary.facts.title, diary.facts.accepts) == ("Diary", {".txt"})

    async def read(*words: str, leave_after: int = 99) -> list[list[ImportRow]]:
        path = tmp_path / "diary.txt"
        path.write_text("\n".join(words))
        source = ImportSource(path, path.name)
        found: list[list[ImportRow]] = []
        batches = diary.batches(lambda i: i.rows(source), size=2, timeout=0.3)
        async for batch in batches:
            found.append(batch)
            if len(found) == leave_after:
                break
        await batches.aclose()
        return found

    assert [len(each) for each in await read("a", "b", "c", "d", "e")] == [2, 2, 1]
    assert [len(each) for each in await read("a", "b", "c", leave_after=1)] == [2]
    with pytest.raises(PluginError, match="This is no diary"):
        await read("a", "refuse")
    with pytest.raises(PluginFault, match="rows answered wrongly"):
        await read("a", "b", "odd")
    with pytest.raises(TimedOut):
        await read("a", "sleep")
    ended = await diary.call(lambda i: i.health())
    assert ended.message == "5", "every reading was ended on the plugin's side"


async def test_a_method_that_must_give_its_answer_in_pieces_is_held_to_it(
    workshop: Workshop, make_host: MakeHost
) -> None:
    code = IMPORTER.replace("yield 7 if", "await asyncio.sleep(7) if")
    workshop.plugin("diary", code, provides='["importers"]')
    host = await make_host()
    assert await host.settled(5)
    view = await host.view("diary")
    assert (view.state, view.reason) == ("broken", "Diary.rows must be an async generator")

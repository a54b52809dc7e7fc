"""Settings, Import & export: choose a service, bring a file, look, apply, take back."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from seen.accounts.pages import SETTINGS, settings_sections
from seen.core import clock
from seen.core.errors import NotHere, SeenError
from seen.core.http import Call
from seen.core.pages import NO_FAULTS, Faults, Pages, Renderer, faults_of, read_fields, see_other
from seen.core.viewer import Viewer
from seen.core.wording import capital, counted, since
from seen.imports.api import send_export
from seen.imports.exporting import Exports
from seen.imports.model.changes import CONTESTED, WORDS, Tally, sentence, summary
from seen.imports.service import LARGEST, Imports, Preview
from seen.imports.store.runs import Run
from seen.imports.uploads import take_upload

IMPORT = f"{SETTINGS}/import"
_RECENT = 20
_SHOWN_LINES = 12
_LINES_AT_ONCE = 1000
# The width of a bar in the picture of counts, in units of its drawing.
_BAR = 100.0
_TAKE = "take"


@dataclass(frozen=True, slots=True)
class Bar:
    """A class of changes as a sentence and as shares of a bar."""

    text: str
    new: float
    same: float
    conflicts: float


@dataclass(frozen=True, slots=True)
class Contest:
    """A class in which the import says something else: what to choose, and some examples."""

    name: str
    question: str
    examples: tuple[Any, ...]
    more: int


def pages(imports: Imports, exports: Exports, render: Renderer) -> Pages:
    """The room's pages."""
    found = Pages()
    _add_choosing(found, imports, render)
    _add_run(found, imports, render)
    _add_deciding(found, imports)

    @found.get(f"{SETTINGS}/export")
    async def export(call: Call) -> web.StreamResponse:
        return await send_export(exports, call)

    return found


def _add_choosing(pages: Pages, imports: Imports, render: Renderer) -> None:
    async def show(call: Call, source: str, faults: Faults = NO_FAULTS) -> web.Response:
        sources = imports.sources()
        chosen = next((each for each in sources if each.id == source), None)
        runs = await imports.runs(call.viewer, _RECENT)
        return await render.page(
            call,
            "imports/import.html",
            status=faults.status if faults is not NO_FAULTS else 200,
            active=SETTINGS,
            sections=settings_sections("import"),
            error=faults.sentence or next(iter(faults.fields.values()), ""),
            sources=sources,
            chosen=chosen,
            largest=LARGEST // 2**20,
            runs=[_row(each) for each in runs],
        )

    @pages.get(IMPORT)
    async def choose(call: Call) -> web.StreamResponse:
        return await show(call, call.request.query.get("from", ""))

    @pages.post(IMPORT)
    async def bring(call: Call) -> web.StreamResponse:
        try:
            run = await take_upload(imports, call)
        except SeenError as error:
            return await show(call, call.request.query.get("from", ""), faults_of(error))
        return see_other(f"{IMPORT}/{run.id}")


def _add_run(pages: Pages, imports: Imports, render: Renderer) -> None:
    @pages.get(IMPORT + "/{id}")
    async def one(call: Call) -> web.StreamResponse:
        preview = await imports.preview(call.viewer, call.path_id("id"), _SHOWN_LINES)
        return await render.page(
            call,
            "imports/run.html",
            active=SETTINGS,
            sections=settings_sections("import"),
            **_facts(preview),
        )

    @pages.get(IMPORT + "/{id}/unmatched.csv")
    async def unmatched(call: Call) -> web.StreamResponse:
        return await _send_unmatched(imports, call, call.viewer, call.path_id("id"))


def _add_deciding(pages: Pages, imports: Imports) -> None:
    @pages.post(IMPORT + "/{id}/apply")
    async def apply(call: Call) -> web.StreamResponse:
        run_id, given = call.path_id("id"), await read_fields(call)
        take = [name for name in CONTESTED if given.get(name) == _TAKE]
        await imports.apply(call.viewer, run_id, take)
        return see_other(f"{IMPORT}/{run_id}")

    @pages.post(IMPORT + "/{id}/undo")
    async def undo(call: Call) -> web.StreamResponse:
        run_id = call.path_id("id")
        await imports.undo(call.viewer, run_id)
        return see_other(f"{IMPORT}/{run_id}")

    @pages.post(IMPORT + "/{id}/forget")
    async def forget(call: Call) -> web.StreamResponse:
        await imports.forget(call.viewer, call.path_id("id"))
        return see_other(IMPORT)


async def _send_unmatched(
    imports: Imports, call: Call, viewer: Viewer, run_id: UUID
) -> web.StreamResponse:
    """The lines that could not be used, as a table that spreadsheets open."""
    found, more = await imports.unmatched(viewer, run_id, _LINES_AT_ONCE)
    if not found:
        raise NotHere("Every line of this import was used.")
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="not-matched.csv"',
        }
    )
    await response.prepare(call.request)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("File", "Line", "Title", "Year", "Reason"))
    while True:
        table.writerows(
            (_harmless(each.file), each.line, _harmless(each.title), each.year or "",
             _harmless(each.reason))
            for each in found
        )  # fmt: skip
        await response.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
        if more is None:
            break
        found, more = await imports.unmatched(viewer, run_id, _LINES_AT_ONCE, more)
    await response.write_eof()
    return response


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def _facts(preview: Preview) -> dict[str, Any]:
    run = preview.run
    tallies = run.report.tallies
    widest = max((each.total for each in tallies.values()), default=0)
    return {
        "run": run,
        "home": IMPORT,
        "heading": _heading(run),
        "text": _text(run),
        "doing": _doing(run),
        "bars": [_bar(sentence(n, t), t, widest) for n, t in tallies.items()],
        "contests": _contests(preview),
        "changes": run.report.changes(frozenset(run.take)),
        "unmatched": preview.unmatched,
        "unmatched_more": run.report.unmatched - len(preview.unmatched),
    }


def _heading(run: Run) -> str:
    match run.state:
        case "reading":
            return f"Reading {run.file_name}"
        case "ready":
            return f"What {run.name} would bring"
        case "applying":
            return f"Importing from {run.name}"
        case "failed":
            return f"{run.file_name} could not be imported"
        case _:
            return f"Taken back from {run.name}" if run.undone else f"Imported from {run.name}"


def _text(run: Run) -> str:
    """One line below the heading."""
    match run.state:
        case "reading" | "applying":
            return "You may leave this page; it goes on by itself."
        case "failed":
            return run.message
        case "ready":
            return f"{summary(run.report)}. Nothing has been changed yet."
        case _:
            changes = counted(run.report.changes(frozenset(run.take)), "change")
            back = "all taken back" if run.undone else "one entry in your history"
            return f"{summary(run.report)}. {changes}, {back}."


def _doing(run: Run) -> dict[str, Any] | None:
    if run.state not in ("reading", "applying"):
        return None
    if not run.doing:
        return {"text": "It begins in a moment", "value": None}
    if run.total:
        return {
            "text": f"{run.doing}, {run.done:,} of {run.total:,}", "value": run.done / run.total
        }  # fmt: skip
    return {"text": f"{run.doing}, {counted(run.done, 'line')} so far", "value": None}


def _bar(text: str, tally: Tally, widest: int) -> Bar:
    """Shares of the widest bar, in units of the drawing."""
    unit = _BAR / widest if widest else 0
    return Bar(text, tally.new * unit, tally.same * unit, tally.conflicts * unit)


def _contests(preview: Preview) -> list[Contest]:
    found = []
    for name in CONTESTED:
        examples = tuple(each for each in preview.differences if each.change == name)
        if examples:
            tally = preview.run.report.tallies[name]
            one, many = WORDS[name]
            question = f"{counted(tally.conflicts, one, many)} that differ from yours"
            found.append(Contest(name, question, examples, tally.conflicts - len(examples)))
    return found


def _row(run: Run) -> dict[str, Any]:
    return {
        "href": f"{IMPORT}/{run.id}",
        "name": run.name,
        "file": run.file_name,
        "text": _heading(run) if run.state != "done" else _text(run),
        "when": capital(since(run.created_at, clock.now())),
        "tone": {"failed": "bad", "ready": "warn"}.get(run.state, ""),
    }

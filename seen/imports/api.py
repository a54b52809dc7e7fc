"""``/api/v1/imports`` and ``/api/v1/export``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from aiohttp import web

from seen.core import clock
from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.paging import decode_cursor, encode_cursor
from seen.imports.exporting import Exports
from seen.imports.model.changes import ChangeName, summary
from seen.imports.service import Imports, Preview
from seen.imports.store.runs import Run, State
from seen.imports.uploads import take_upload

FORM = "multipart/form-data"
_PIECE = 256 * 1024

Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]


class SourceAnswer(Answer):
    """A service to import from. ``id`` is the field ``source`` of an upload."""

    id: str
    title: str
    instructions: str
    accepts: list[str]


class SourceList(Answer):
    """The services, in the admin's order."""

    items: list[SourceAnswer]


class TallyAnswer(Answer):
    """How many changes of a class are new, there already, or say something else than what is."""

    change: ChangeName
    new: int
    same: int
    conflicts: int


class RunAnswer(Answer):
    """An import. ``done`` of ``total`` says how far the work on it is; ``actId`` is its entry in
    the history, which can be taken back as one."""

    id: UUID
    name: str
    file_name: str
    state: State
    message: str
    summary: str
    lines: int
    unmatched: int
    titles: int
    changes: list[TallyAnswer]
    take: list[str]
    act_id: UUID | None
    undone: bool
    done: int
    total: int
    created_at: datetime
    ended_at: datetime | None


class RunPage(Answer):
    """A page of imports, newest first."""

    items: list[RunAnswer]
    next_cursor: str | None


class DifferenceAnswer(Answer):
    """A title of which the import says something else than what is."""

    change: ChangeName
    media_id: UUID
    title: str
    mine: str
    theirs: str


class UnmatchedAnswer(Answer):
    """A line that could not be used, and why."""

    file: str
    line: int
    title: str
    year: int | None
    reason: str


class PreviewAnswer(RunAnswer):
    """An import with some of what lies in it."""

    differences: list[DifferenceAnswer]
    unmatched_lines: list[UnmatchedAnswer]


class UnmatchedPage(Answer):
    """A page of lines that could not be used, in order."""

    items: list[UnmatchedAnswer]
    next_cursor: str | None


class RunQuery(Query):
    """The page."""

    limit: Limit = 20
    cursor: str = ""


class Decision(Body):
    """In which classes the import's word replaces yours where they differ."""

    take: list[ChangeName] = msgspec.field(default_factory=list)


def run_facts(run: Run) -> dict[str, Any]:
    """A run as it is answered."""
    return {
        "id": run.id, "name": run.name, "file_name": run.file_name, "state": run.state,
        "message": run.message, "summary": summary(run.report), "lines": run.report.lines,
        "unmatched": run.report.unmatched, "titles": run.report.titles,
        "changes": [
            TallyAnswer(change=name, new=each.new, same=each.same, conflicts=each.conflicts)
            for name, each in run.report.tallies.items()
        ],
        "take": list(run.take), "act_id": run.act_id, "undone": run.undone, "done": run.done,
        "total": run.total, "created_at": run.created_at, "ended_at": run.ended_at,
    }  # fmt: skip


def _preview(preview: Preview) -> PreviewAnswer:
    return PreviewAnswer(
        **run_facts(preview.run),
        differences=[
            DifferenceAnswer(
                change=each.change, media_id=each.media_id, title=each.title, mine=each.mine,
                theirs=each.theirs,
            )
            for each in preview.differences
        ],
        unmatched_lines=[_unmatched(each) for each in preview.unmatched],
    )  # fmt: skip


def _unmatched(line: Any) -> UnmatchedAnswer:
    return UnmatchedAnswer(line.file, line.line, line.title, line.year, line.reason)


def routes(imports: Imports, exports: Exports) -> Api:
    """The room's routes."""
    api = Api("imports")
    _add_bringing(api, imports)
    _add_deciding(api, imports)

    @api.get("/export", produces="application/zip")
    async def export(call: Call) -> web.StreamResponse:
        """Everything the viewer keeps, as a zip file of JSON lines that another server reads."""
        return await send_export(exports, call)

    return api


def _add_bringing(api: Api, imports: Imports) -> None:
    @api.get("/imports/sources")
    async def sources(call: Call) -> SourceList:
        """The services that can be imported from."""
        return SourceList(
            [
                SourceAnswer(each.id, each.title, each.instructions, list(each.accepts))
                for each in imports.sources()
            ]
        )

    @api.post("/imports", status=201, accepts=FORM, also={413: "Larger than is taken"})
    async def upload(call: Call) -> RunAnswer:
        """Bring a file: a form with the field ``source`` and after it the file.

        It is read in the background and changes nothing: look at it, then apply it.
        """
        return RunAnswer(**run_facts(await take_upload(imports, call)))

    @api.get("/imports")
    async def listed(call: Call, query: RunQuery) -> RunPage:
        """The viewer's imports, newest first."""
        before = decode_cursor(query.cursor, tuple[datetime, UUID]) if query.cursor else None
        found = await imports.runs(call.viewer, query.limit + 1, before)
        page = found[: query.limit]
        more = len(found) > query.limit
        return RunPage(
            [RunAnswer(**run_facts(each)) for each in page],
            encode_cursor((page[-1].created_at, page[-1].id)) if more else None,
        )


def _add_deciding(api: Api, imports: Imports) -> None:
    @api.get("/imports/{run_id}")
    async def one(call: Call, run_id: UUID) -> PreviewAnswer:
        """What an import would change or has changed."""
        return _preview(await imports.preview(call.viewer, run_id))

    @api.get("/imports/{run_id}/unmatched")
    async def unmatched(call: Call, run_id: UUID, query: RunQuery) -> UnmatchedPage:
        """The lines that could not be used, in order."""
        after = decode_cursor(query.cursor, int) if query.cursor else -1
        found, more = await imports.unmatched(call.viewer, run_id, query.limit, after)
        return UnmatchedPage(
            [_unmatched(each) for each in found], encode_cursor(more) if more is not None else None
        )

    @api.post("/imports/{run_id}/apply", also={409: "Not ready, or applied already"})
    async def apply(call: Call, run_id: UUID, body: Decision) -> RunAnswer:
        """Make the changes, as one entry in the history. What differs from yours stays as it is,
        except in the classes that are named."""
        return RunAnswer(**run_facts(await imports.apply(call.viewer, run_id, body.take)))

    @api.post("/imports/{run_id}/undo", also={409: "Nothing to take back"})
    async def undo(call: Call, run_id: UUID) -> RunAnswer:
        """Take back everything that an import changed."""
        await imports.undo(call.viewer, run_id)
        return RunAnswer(**run_facts(await imports.run(call.viewer, run_id)))

    @api.delete("/imports/{run_id}", also={409: "It is being applied"})
    async def forget(call: Call, run_id: UUID) -> None:
        """Forget an import. What it changed stays."""
        await imports.forget(call.viewer, run_id)


async def send_export(exports: Exports, call: Call) -> web.StreamResponse:
    """The viewer's export as a download."""
    async with exports.everything(call.viewer) as path:
        name = f"seen-export-{clock.now():%Y-%m-%d}.zip"
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/zip",
                "Content-Disposition": f'attachment; filename="{name}"',
                "Content-Length": str(path.stat().st_size),
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(call.request)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                await response.write(piece)
        await response.write_eof()
        return response

"""Takes an upload piece by piece; never more of it in memory than one piece."""

from __future__ import annotations

from uuid import UUID

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import BodyPartReader

from seen.core.errors import Invalid, Malformed, TooLarge
from seen.core.http import Call
from seen.imports.service import LARGEST, Imports
from seen.imports.store.runs import Run

_PIECE = 1024 * 1024
_LONGEST_FIELD = 1000
_MOST_PARTS = 10


async def take_upload(imports: Imports, call: Call) -> Run:
    """A form with the field ``source`` and after it a file. Raises Invalid, Malformed, TooLarge.

    Nothing of an upload that breaks off is kept.
    """
    if call.request.content_type != "multipart/form-data":
        raise Malformed("Send a form with the field source and a file.")
    run_id: UUID | None = None
    try:
        reader = await call.request.multipart()
        source = ""
        for _ in range(_MOST_PARTS):
            part = await reader.next()
            if not isinstance(part, BodyPartReader):
                break
            if part.filename:
                run_id = await imports.begin(call.viewer, source, part.filename)
                await _take(imports, run_id, part)
                return await imports.submit(call.viewer, run_id)
            if part.name == "source":
                source = (await part.read_chunk(_LONGEST_FIELD)).decode("utf-8", "replace")
    except (HttpProcessingError, ValueError, AssertionError, RuntimeError) as error:
        await _forget(imports, call, run_id)
        raise Malformed("The upload cannot be read; send it again.") from error
    except BaseException:
        await _forget(imports, call, run_id)
        raise
    raise Invalid("Choose a file.")


async def _forget(imports: Imports, call: Call, run_id: UUID | None) -> None:
    if run_id is not None:
        await imports.abandon(run_id, call.viewer)


async def _take(imports: Imports, run_id: UUID, part: BodyPartReader) -> None:
    piece, number, size = bytearray(), 0, 0
    while chunk := await part.read_chunk(65_536):
        size += len(chunk)
        if size > LARGEST:
            raise TooLarge(f"A file may have {LARGEST // 2**20} MB at most.")
        piece += chunk
        if len(piece) >= _PIECE:
            await imports.add(run_id, number, bytes(piece))
            piece.clear()
            number += 1
    if piece:
        await imports.add(run_id, number, bytes(piece))
    if not size:
        raise Invalid("The file is empty.")

"""Forms with a torrent file in them, which may be larger than other forms."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import BodyPartReader

from seen.core.bencode import LARGEST
from seen.core.errors import Malformed, TooLarge
from seen.core.http import Call
from seen.core.pages import read_fields

_LONGEST_FIELD = 64 * 1024
_MOST_PARTS = 20


@dataclass(slots=True)
class Upload:
    """The fields of a form, and its torrent files that are not empty."""

    fields: dict[str, str] = field(default_factory=dict)
    torrents: list[bytes] = field(default_factory=list)


async def read_upload(call: Call) -> Upload:
    """A submitted form. Raises Malformed or TooLarge."""
    if call.request.content_type != "multipart/form-data":
        return Upload(await read_fields(call))
    found = Upload()
    try:
        reader = await call.request.multipart()
        for _ in range(_MOST_PARTS):
            part = await reader.next()
            if part is None:
                return found
            if not isinstance(part, BodyPartReader):
                raise Malformed("The form cannot be read; send it again.")
            await _take(part, found)
    except (HttpProcessingError, ValueError, AssertionError, RuntimeError) as error:
        raise Malformed("The form cannot be read; send it again.") from error
    raise TooLarge("Send fewer files at once.")


async def _take(part: BodyPartReader, found: Upload) -> None:
    limit = LARGEST if part.filename is not None else _LONGEST_FIELD
    data = bytearray()
    while chunk := await part.read_chunk(65_536):
        data += chunk
        if len(data) > limit:
            raise TooLarge(f"A torrent file may have {LARGEST // 2**20} MB at most.")
    if part.filename is not None:
        if data:
            found.torrents.append(bytes(data))
    elif part.name:
        found.fields[part.name] = data.decode("utf-8", "replace")

"""Writes everything that a person keeps into a zip file of JSON lines."""

from __future__ import annotations

import asyncio
import io
import tempfile
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from seen.core import clock
from seen.core.db import Database
from seen.core.viewer import Viewer
from seen.imports.store import export as store

FORMAT = "seen-export"
VERSION = 1
_ABOUT = "seen.json"


class Exports:
    """What people take away. It is the same format as one of the importers reads."""

    def __init__(self, db: Database, folder: Path) -> None:
        self._db = db
        self._folder = folder

    @asynccontextmanager
    async def everything(self, viewer: Viewer) -> AsyncIterator[Path]:
        """A file with everything of the viewer's, as of one moment, while the block lasts."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / "export.zip"
            # A slow reader of the file holds no connection and no snapshot.
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                about = {"format": FORMAT, "version": VERSION, "exportedAt": clock.now()}
                archive.writestr(_ABOUT, msgspec.json.encode(about))
                async with self._db.connection() as connection:
                    snapshot = connection.raw.transaction(
                        isolation="repeatable_read", readonly=True
                    )
                    async with snapshot:
                        for name in store.FILES:
                            lines = store.rows(connection, viewer.user_id, name)
                            await _write(archive, f"{name}.jsonl", lines)
            yield path


async def _write(
    archive: zipfile.ZipFile, name: str, batches: AsyncIterator[list[dict[str, Any]]]
) -> None:
    with archive.open(name, "w") as file:
        async for batch in batches:
            await asyncio.to_thread(file.write, _encoded(batch))


def _encoded(lines: Sequence[dict[str, Any]]) -> bytes:
    found = io.BytesIO()
    for line in lines:
        found.write(msgspec.json.encode({_camel(name): value for name, value in line.items()}))
        found.write(b"\n")
    return found.getvalue()


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.title() for each in others)

"""Our own scripts, styles, fonts and icons, under an address that changes when they do."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

from aiohttp import web

from seen.core.errors import NotHere

FOLDER = Path(__file__).resolve().parent / "static"
PREFIX = "/static"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2"}


class Assets:
    """The static folder. One digest of all of it stands in every address, so that modules which
    import each other by relative paths always come from one version."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                name = path.relative_to(folder).as_posix()
                self._files[name] = path
                digest.update(name.encode() + b"\0" + path.read_bytes())
        self._version = digest.hexdigest()[:12]

    @property
    def is_built(self) -> bool:
        """Whether the front-end files that come from packages are there."""
        return "dist/app.css" in self._files and "vendor/htmx.js" in self._files

    def url(self, name: str) -> str:
        """The address of a file, good for ever."""
        return f"{PREFIX}/{self._version}/{name}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file of the folder, found by its listed name, so no path leads out."""
        path = self._files.get(request.match_info["name"])
        if path is None:
            raise NotHere("There is no such file.")
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        response = web.FileResponse(path)
        response.content_type = kind or "application/octet-stream"
        fresh = request.match_info["version"] == self._version
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if fresh else "no-cache"
        )
        return response

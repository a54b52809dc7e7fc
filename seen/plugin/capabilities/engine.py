"""Download engines: who brings the bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from seen.plugin.capabilities.capability import Capability
from seen.plugin.models import DownloadSpec, EngineFile, EngineStatus


class DownloadEngine(Capability, Protocol):
    """Features: ``pause``, ``adopt``, ``shared``. ``schemes`` is a subset of magnet, torrent, http,
    https. ``shared`` says that jobs go on without this process, in a daemon that every process with
    the same settings sees; other engines' jobs live and die with their process.

    Files MUST end up inside the folder of the spec or not at all. An id of a job MUST belong to no
    other job of the plugin. Jobs MUST be known again after the engine, or the process it runs in,
    was stopped or killed and started again; they go on at the latest when ``status`` asks for them,
    and SHOULD keep the bytes that were there. ``pause``, ``resume`` and ``files`` MUST raise
    NotFound for an unknown id.
    """

    @property
    def schemes(self) -> frozenset[str]: ...

    async def add(self, spec: DownloadSpec) -> str:
        """Take a job and answer with the engine's own id for it.

        MUST be idempotent on ``spec.job_id``: adding a job twice is one download with one id, now
        and after a restart. Adding one that failed tries it again from the bytes it has. MUST
        return soon: what takes long is what ``status`` tells of.
        """
        ...

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        """How these jobs stand, in one call to the engine. An unknown id is left out.

        ``bytes_done`` of a job MUST NOT become less while it runs, and a job MUST NOT be called
        completed before its files have their names and all of their bytes.
        """
        ...

    async def pause(self, engine_job_id: str) -> None:
        """Hold a job and keep its bytes."""
        ...

    async def resume(self, engine_job_id: str) -> None:
        """Go on with a held job."""
        ...

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        """Forget a job. MUST be harmless for an unknown id.

        With its files kept, the job may go on elsewhere: an unfinished file of an HTTP source MUST
        then have its side-car beside it (:mod:`seen.plugin.partial`).
        """
        ...

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        """The files of a job as far as they are known; without side-cars."""
        ...

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        """Go on with a job from the bytes another engine left below ``path``, which is the folder
        of the spec or another one that is moved into it. What cannot be relied on is fetched
        again."""
        ...

"""Finds out what a finished file is, and gives it its name in the library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seen.catalog.model import Title
from seen.catalog.service import Catalog
from seen.core.errors import NotHere
from seen.downloads.model.naming import Known, Names, safe_name, target_name
from seen.downloads.model.records import Job
from seen.library.service import Foreseen, Library
from seen.plugin.models import MediaKind, ParsedName


@dataclass(frozen=True, slots=True)
class NewName:
    """Where a file goes, below a library folder for titles of its kind ("" for an unknown one)."""

    kind: str
    path: PurePosixPath


class NameGiver:
    """Asks the scanners and the providers, as a scan does."""

    def __init__(self, library: Library, catalog: Catalog) -> None:
        self._library = library
        self._catalog = catalog

    async def title_of(self, job: Job) -> Title | None:
        """The title that a download was added for, while the catalog has it."""
        if job.media_id is None:
            return None
        try:
            return await self._catalog.title(job.media_id)
        except NotHere:
            return None

    async def name(self, job: Job, title: Title | None, file: Path, names: Names) -> NewName:
        """The new name of a film or an episode.

        What nobody is sure about keeps its own name, so that the review can go by it.
        """
        foreseen = await self._foresee(job, title, file)
        found = title or foreseen.title
        parsed = foreseen.parsed
        if found is None:
            group = job.title or file.stem
            return NewName(
                parsed.kind.value if parsed else "",
                PurePosixPath(safe_name(group), safe_name(file.name)),
            )
        if found.kind is MediaKind.SHOW and not (parsed and parsed.episodes):
            # Which episode it is can be said in the review; a made up name would hide it.
            return NewName("show", PurePosixPath(safe_name(found.title), safe_name(file.name)))
        return NewName(
            found.kind.value, target_name(_known(found, parsed), names, file.suffix.lower())
        )

    async def _foresee(self, job: Job, title: Title | None, file: Path) -> Foreseen:
        kind = title.kind if title else None
        found = await self._library.foresee(file, kind)
        if found.title is None and job.title:
            # A file called "video.mp4" says nothing; the label it was asked for with may.
            labelled = await self._library.foresee(Path(f"/{job.title}{file.suffix}"), kind)
            if labelled.title is not None:
                return labelled
        return found


def _known(title: Title, parsed: ParsedName | None) -> Known:
    if parsed is None:
        return Known(title.kind.value, title.title, title.year)
    season = parsed.season if parsed.season is not None else 1
    return Known(
        title.kind.value, title.title, title.year, season, parsed.episodes, parsed.episode_title,
        parsed.edition, parsed.part, parsed.resolution,
    )  # fmt: skip

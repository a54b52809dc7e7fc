"""Importers: who reads what other services let people take away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from typing import Protocol

from seen.plugin.capabilities.capability import Capability
from seen.plugin.importing import ImportSource
from seen.plugin.models import ImportRow


class Importer(Capability, Protocol):
    """Feature: ``rows``. ``title`` is what people call the service; ``instructions`` say in a
    sentence or two where its export is found; ``accepts`` are the endings of file names."""

    @property
    def title(self) -> str: ...
    @property
    def instructions(self) -> str: ...
    @property
    def accepts(self) -> AbstractSet[str]: ...

    def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """What the upload says, one line after the other: an async generator.

        Each row MUST name its file and line. A line that cannot be used MUST come with a problem
        instead of ending the rest. MUST raise a PluginError that says what is wrong for a file
        that is another service's, or ends too early. MUST give the same rows for the same file,
        MUST NOT hold more than a few lines at a time, and MUST NOT change the file.
        """
        ...

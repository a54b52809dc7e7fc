"""Scanners: who can read a name, and who can look into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from seen.plugin.capabilities.capability import Capability
from seen.plugin.models import MediaProbe, ParsedName, ParseHints


class Scanner(Capability, Protocol):
    """Features: ``parse``, ``probe``. Both MUST leave the file as it is."""

    async def parse(self, path: Path, hints: ParseHints) -> ParsedName | None:
        """What the path says, or None when it says nothing. MUST NOT open the file.

        MUST answer every name, however odd, without raising; names hold surrogates where the file
        system's bytes are not UTF-8.
        """
        ...

    async def probe(self, path: Path) -> MediaProbe | None:
        """What the file holds, or None when it is not a media file this scanner reads.

        MUST raise a PluginError with a plain reason for a media file that is damaged.
        """
        ...

"""Importers for the files that other services let people take away."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen.plugin.capabilities import Importer
from seen_import_files.howlongtobeat import HowLongToBeat
from seen_import_files.imdb import Imdb
from seen_import_files.letterboxd import Letterboxd
from seen_import_files.netflix import Netflix
from seen_import_files.own import OwnExport
from seen_import_files.steam import Steam
from seen_import_files.tmdb import Tmdb
from seen_import_files.trakt import Trakt
from seen_import_files.yamtrack import Yamtrack


@hookimpl
def seen_importers(ctx: PluginContext) -> Iterable[Importer]:
    """One importer for each service."""
    return [
        Letterboxd(), Imdb(), Trakt(), Yamtrack(), Tmdb(), Netflix(), Steam(), HowLongToBeat(),
        OwnExport(),
    ]  # fmt: skip

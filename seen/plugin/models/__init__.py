"""What crosses the border between the host and a plugin: frozen, typed, plain data.

Times are timezone-aware UTC, durations seconds, sizes bytes, speeds bytes per second, ratings
integers from 0 to 100. Texts are plain text, never markup.
"""

from seen.plugin.models.basics import Health, MediaKind
from seen.plugin.models.downloads import DownloadSpec, EngineFile, EngineState, EngineStatus
from seen.plugin.models.importing import ImportList, ImportRow, TitleStatus, ViewingOrigin
from seen.plugin.models.metadata import (
    Artwork,
    BrowseOrder,
    BrowseQuery,
    Credit,
    DatePrecision,
    Episode,
    ExternalRef,
    FeedKind,
    FeedPage,
    KnownTitle,
    Offer,
    Refreshed,
    Related,
    Release,
    ReleaseKind,
    SearchHit,
    SearchQuery,
    Season,
    TimeToBeat,
    TitleDetails,
    Trailer,
    WhereToWatch,
)
from seen.plugin.models.recommending import PoolItem, Reason, Scored, Taste, TasteEntry
from seen.plugin.models.scanning import MediaProbe, ParsedName, ParseHints, StreamInfo
from seen.plugin.models.widgets import Card, DownloadLine, GameLine, Shelf, WidgetData

__all__ = [
    "Artwork", "BrowseOrder", "BrowseQuery", "Card", "Credit", "DatePrecision", "DownloadLine",
    "DownloadSpec", "EngineFile", "EngineState", "EngineStatus", "Episode", "ExternalRef",
    "FeedKind", "FeedPage", "GameLine", "Health", "ImportList", "ImportRow", "KnownTitle",
    "MediaKind", "MediaProbe", "Offer", "ParseHints", "ParsedName", "PoolItem", "Reason",
    "Refreshed", "Related", "Release", "ReleaseKind", "Scored", "SearchHit", "SearchQuery",
    "Season", "Shelf", "StreamInfo", "Taste", "TasteEntry", "TimeToBeat", "TitleDetails",
    "TitleStatus", "Trailer", "ViewingOrigin", "WhereToWatch", "WidgetData",
]  # fmt: skip

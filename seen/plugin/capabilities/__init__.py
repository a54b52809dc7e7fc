"""One file per capability: what the objects that hooks return must be able to do.

The words MUST and MAY mean what they mean in a contract. ``seen.plugin.testing`` holds a
conformance suite for each, which checks every MUST.
"""

from seen.plugin.capabilities.capability import Capability
from seen.plugin.capabilities.engine import DownloadEngine
from seen.plugin.capabilities.importer import Importer
from seen.plugin.capabilities.metadata import MetadataProvider
from seen.plugin.capabilities.recommender import Recommender
from seen.plugin.capabilities.scanner import Scanner
from seen.plugin.capabilities.widget import ShelfKind, Shelves, Widget, WidgetRequest

__all__ = [
    "Capability",
    "DownloadEngine",
    "Importer",
    "MetadataProvider",
    "Recommender",
    "Scanner",
    "ShelfKind",
    "Shelves",
    "Widget",
    "WidgetRequest",
]

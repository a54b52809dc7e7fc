"""What importers read: an upload with limits, and its tables and documents piece by piece."""

from seen.plugin.importing.source import Damaged, ImportSource, SourceLimits
from seen.plugin.importing.tables import TableRow

__all__ = ["Damaged", "ImportSource", "SourceLimits", "TableRow"]

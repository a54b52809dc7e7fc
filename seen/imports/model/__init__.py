"""Pure rules of imports: how a line is kept, which changes there are, and how they are told."""

from seen.imports.model.changes import CHANGES, ChangeName, Report, Tally
from seen.imports.model.rows import COLUMNS, record_of

__all__ = ["CHANGES", "COLUMNS", "ChangeName", "Report", "Tally", "record_of"]

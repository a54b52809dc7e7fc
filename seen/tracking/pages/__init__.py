"""What people keep, as pages; and what buttons on every page do with a title."""

from seen.tracking.pages.marks import (
    done,
    history_path,
    marks_path,
    rating_path,
    seen_path,
    title_act_path,
    undo_path,
)

__all__ = [
    "done",
    "history_path",
    "marks_path",
    "rating_path",
    "seen_path",
    "title_act_path",
    "undo_path",
]

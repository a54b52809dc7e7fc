"""Pure rules of tracking: when something counts as watched, what people think, what they did."""

from seen.tracking.model.watching import (
    EpisodeOrder,
    Mark,
    NextEpisode,
    ProgressRow,
    Verdict,
    WatchRules,
    card_of,
    is_same_viewing,
    judge,
    left,
    next_after,
)

__all__ = [
    "EpisodeOrder",
    "Mark",
    "NextEpisode",
    "ProgressRow",
    "Verdict",
    "WatchRules",
    "card_of",
    "is_same_viewing",
    "judge",
    "left",
    "next_after",
]

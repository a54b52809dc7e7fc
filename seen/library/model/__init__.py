"""Pure rules of the library: what a file is, without looking at anything but the evidence."""

from seen.library.model.decision import Candidate, Decision, FileFacts, Ranked, decide
from seen.library.model.plan import SearchStep, search_plan
from seen.library.model.titles import Likeness, likeness, normalise

__all__ = [
    "Candidate",
    "Decision",
    "FileFacts",
    "Likeness",
    "Ranked",
    "SearchStep",
    "decide",
    "likeness",
    "normalise",
    "search_plan",
]

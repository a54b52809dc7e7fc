"""Pure rules of the library: what a file is, without looking at anything but the evidence."""

from seen.library.model.decision import Candidate, Decision, FileFacts, Ranked, decide
from seen.library.model.files import is_extra, kind_of_file
from seen.library.model.plan import SearchStep, follow_ids, search_plan
from seen.library.model.subtitles import SideCar, belongs_to, read_sidecar
from seen.library.model.titles import Likeness, likeness, normalise

__all__ = [
    "Candidate",
    "Decision",
    "FileFacts",
    "Likeness",
    "Ranked",
    "SearchStep",
    "SideCar",
    "belongs_to",
    "decide",
    "follow_ids",
    "is_extra",
    "kind_of_file",
    "likeness",
    "normalise",
    "read_sidecar",
    "search_plan",
]

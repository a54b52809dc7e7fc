"""Invented imports for the pages that show them."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any

Context = dict[str, Any]
_SECTIONS = [
    It(label="Account", href="/settings_account", active=False),
    It(label="Import & export", href="/import", active=True),
]


def start(*, chosen: bool = False, error: str = "", sources: bool = True) -> Context:
    """Where to bring things from."""
    letterboxd = It(
        id="import_files/letterboxd", title="Letterboxd", accepts=(".csv", ".zip"),
        instructions="On letterboxd.com: Settings, Data, Export your data. Upload the zip file.",
    )  # fmt: skip
    steam = It(
        id="import_files/steam", title="Steam", accepts=(".json",),
        instructions="Save the answer of Steam's web API as a JSON file, and upload that.",
    )  # fmt: skip
    runs = [
        It(href="/import_ready", name="Letterboxd", file="letterboxd-mara.zip",
           text="What Letterboxd would bring", when="2 minutes ago", tone="warn"),
        It(href="/import_done", name="Trakt", file="trakt.zip", when="Yesterday", tone="",
           text="1,204 lines, 12 of which could not be used. 1,180 changes, one entry in your"
           " history."),
        It(href="/import_failed", name="IMDb", file="ratings.csv", when="On 3 May", tone="bad",
           text="ratings.csv could not be imported"),
    ]  # fmt: skip
    return {
        "sections": _SECTIONS, "error": error, "largest": 128,
        "sources": [letterboxd, steam] if sources else [],
        "chosen": letterboxd if chosen else None, "runs": runs if sources else [],
    }  # fmt: skip


def run(state: str, *, undone: bool = False) -> Context:
    """An import in one state or another."""
    lost = [
        It(file="watched.csv", line=44, title="Nobody Knows It", year=1999,
           reason="Nobody here knows this title."),
        It(file="diary.csv", line=9, title="", year=None, reason="No film is named here."),
    ]  # fmt: skip
    differ = It(
        name="ratings", question="2 ratings that differ from yours", more=1,
        examples=(It(title="Low Tide", mine="20", theirs="90"),),
    )  # fmt: skip
    bars = [
        It(text="212 new viewings, 12 are there already", new=88.0, same=12.0, conflicts=0.0),
        It(text="96 new ratings, 2 differ from yours", new=41.0, same=0.0, conflicts=2.0),
        It(text="14 new titles for later", new=6.0, same=0.0, conflicts=0.0),
    ]
    words = {
        "reading": ("Reading letterboxd.zip", "You may leave this page; it goes on by itself."),
        "ready": ("What Letterboxd would bring",
                  "338 lines, 2 of which could not be used. Nothing has been changed yet."),
        "done": ("Imported from Letterboxd",
                 "338 lines, 2 of which could not be used. 322 changes, one entry in your"
                 " history."),
        "failed": ("letterboxd.zip could not be imported",
                   "This is no export of Letterboxd: none of its tables is there."),
    }  # fmt: skip
    quiet = state in ("reading", "failed")
    return {
        "sections": _SECTIONS, "home": "/app/settings/import",
        "run": It(id="1", name="Letterboxd", file_name="letterboxd.zip", state=state,
                  act_id="2" if state == "done" else None, undone=undone,
                  plugin="import_files", importer="letterboxd"),
        "heading": words[state][0], "text": words[state][1],
        "doing": It(text="Looking up titles, 12 of 40", value=0.3) if state == "reading" else None,
        "bars": [] if quiet else bars, "changes": 322,
        "contests": [differ] if state == "ready" else [],
        "unmatched": [] if quiet else lost, "unmatched_more": 0 if quiet else 7,
    }  # fmt: skip

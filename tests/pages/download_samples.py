"""Invented downloads for the pages that show them."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any

from seen.artwork.model import accent
from seen.downloads.model.sentences import speed_line

Context = dict[str, Any]
SPEEDS = (9, 14, 22, 21, 17, 16, 24, 28, 27, 23, 21, 25, 30, 31, 28, 27, 28)


def row(title: str, name: str, engine: str, head: str, detail: str, tone: str, **more: Any) -> It:
    """A download in the list; the last word of ``more`` decides what can be done with it."""
    base: Context = {
        "id": title.lower().replace(" ", "-"), "href": "/download_job", "title": title,
        "name": name, "engine": engine, "kind": "movie",
        "poster": f"/artwork/poster/movie/{title}.svg", "art": accent(title), "drawn": True,
        "share": 0.0, "tone": tone, "head": head, "detail": detail, "points": "", "speeds": "",
        "pause_action": None, "resume_action": None, "retry_action": None, "first_action": None,
        "cancel_action": "/app/x", "remove_action": None,
    }  # fmt: skip
    return It(**(base | more))


def rows() -> list[It]:
    """A download in every state that people meet."""
    moves = {"pause_action": "/app/x", "points": speed_line(SPEEDS), "speeds": "1,2"}
    return [
        row("Meridian", "Meridian.2026.2160p.WEB-DL.DV.HEVC.mkv", "libtorrent",
            "Downloading 84%", "28.1 MB/s · 2 min left", "live", share=0.84, **moves),
        row("Glasshouse", "Glasshouse.2024.1080p.BluRay.x265.mkv", "libtorrent",
            "Downloading 37%", "14.5 MB/s · 11 min left", "live", share=0.37, **moves),
        row("The Understudy", "The.Understudy.S01E04.1080p.WEB.h264.mkv", "transmission",
            "Stalled", "No peers for 4 min · retry 1 of 3 in 12 s", "warn", share=0.61,
            retry_action="/app/x"),
        row("Low Sun", "Low.Sun.2021.1080p.mkv", "aria2", "Paused 12%", "0.9 of 7.4 GB", "idle",
            share=0.12, resume_action="/app/x"),
        row("Saltmarch", "saltmarch-1.4.2-linux.tar.zst", "", "Queued", "Next in line · 9.8 GB",
            "idle", first_action="/app/x", kind="game"),
        row("Kestrel", "Kestrel.2023.mkv", "aria2", "In the library", "6 minutes ago", "ok",
            share=1.0, cancel_action=None, remove_action="/app/x"),
        row("Salt & Static", "Salt.and.Static.2026.1080p.mkv", "aria2", "Failed",
            "Disk quota reached on /media/movies", "bad", share=0.23, retry_action="/app/x",
            cancel_action=None, remove_action="/app/x"),
    ]  # fmt: skip


def _list(**more: Any) -> Context:
    counts = {"All": 7, "Active": 4, "Queued": 1, "Finished": 1, "Failed": 1}
    base: Context = {
        "jobs": rows(), "more": "/downloads?cursor=a", "here": "/downloads", "show": "all",
        "everyone": False, "all_href": "/downloads?everyone=true", "media": None, "given": "",
        "error": "", "blank": It(heading="", text=""),
        "figures": [It(value="42.6", unit="MB/s", label="Down", wide=False),
                    It(value="13", unit="min", label="All done in", wide=True),
                    It(value="4.9", unit="TB", label="Free", wide=True)],
        "tabs_downloads": [It(label=label, href="/downloads", active=label == "All", count=count)
                 for label, count in counts.items()],
        "for_all": [It(action="pause", label="Pause all"), It(action="resume", label="Resume all")],
    }  # fmt: skip
    return base | more


def _job() -> Context:
    said = [
        ("Second goes on with it", "2 minutes ago", "live"),
        ("Moving away from First", "2 minutes ago", "live"),
        ("Trying again, 1 of 3", "6 minutes ago", "warn"),
        ("No peers for 3 min", "6 minutes ago", "warn"),
        ("libtorrent has begun", "12 minutes ago", "live"), ("Added", "12 minutes ago", "live"),
    ]  # fmt: skip
    moments = [It(text=t, when=w, tone=tone, iso="2026-03-01T12:00:00Z") for t, w, tone in said]
    files = [
        It(name="Meridian/Meridian.2026.2160p.mkv", size="18.4 GB", note="", tone="idle"),
        It(name="Meridian/codec.exe", size="2 MB",
           note="Kept out: files that end in .exe can do harm", tone="warn"),
    ]  # fmt: skip
    return {
        "job": rows()[0], "title_href": "/title_movie", "back": "/downloads", "moments": moments,
        "facts": [("Source", "magnet:?xt=urn:btih:" + "ab" * 20), ("Engine", "libtorrent")],
        "files": files, "more_files": "3 files more",
    }  # fmt: skip


def _settings() -> Context:
    options = [It(value="", label="Not chosen", chosen=False),
               It(value="1", label="/media/movies", chosen=True)]  # fmt: skip
    return {
        "folders": [It(name=f"root_{kind}", label=label, options=options)
                    for kind, label in (("movie", "Movies"), ("", "Everything else"))],
        "way": It(name="way", label="How files get there", options=options), "has_roots": True,
        "movie_name": "{title} ({year})/{title} ({year})", "show_name": "{title}/{season}",
        "quota_jobs": 0, "quota_gigabytes": 0, "error": "", "saved": True,
        "people": [It(id="1", name="Mara", jobs="", gigabytes="50", action="/app/x")],
    }  # fmt: skip


def download_pages() -> dict[str, tuple[str, Context]]:
    """Every page by name: template and what it needs besides the shell."""
    nothing = It(heading="Nothing is being downloaded", text="Paste a link to something of yours.")
    film = It(id="1", name="Tidewater (2024)")
    return {
        "downloads": ("downloads/downloads.html", _list()),
        "downloads_empty": (
            "downloads/downloads.html",
            _list(jobs=[], more=None, for_all=[], blank=nothing, media=film, given="10.0.0.1",
                  error="This is not a link."),
        ),
        "download_job": ("downloads/job.html", _job()),
        "download_settings": ("downloads/settings.html", _settings()),
    }  # fmt: skip


def widget() -> It:
    """The downloads on the dashboard."""
    return It(
        id="downloads", slot="main", template="dashboard/widget_downloads.html",
        title="Downloads", error="", data={"downloads": rows()[:4], "href": "/downloads"},
    )  # fmt: skip

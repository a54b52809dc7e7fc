# ruff: noqa: E501
"""Invented titles and people for every page, in the shape the templates ask for."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any
from urllib.parse import quote

from seen.artwork.model import accent, lettering
from tests.pages import import_samples
from tests.pages.download_samples import download_pages
from tests.pages.download_samples import widget as download_widget
from tests.pages.track_samples import game_widget, mine, track_pages

Context = dict[str, Any]

TITLES = [
    ("Northline", "show", 2021, "Drama"),
    ("Tidewater", "movie", 2024, "Drama"),
    ("Second Shift", "show", 2025, "Thriller"),
    ("Meridian", "movie", 2026, "Sci-fi"),
    ("Hollow Coast", "show", 2024, "Mystery"),
    ("Night Ferry", "movie", 2025, "Noir"),
    ("Afterglow", "show", 2026, "Drama"),
    ("The Long Quiet", "movie", 2023, "Thriller"),
    ("Lumen Street", "show", 2019, "Comedy"),
    ("Low Sun", "movie", 2021, "Western"),
    ("The Cartographer", "movie", 2020, "Period"),
    ("An Ordinary Comet", "movie", 2025, "Comedy"),
    ("Paper Lanterns", "movie", 2022, "Romance"),
    ("Glasshouse", "movie", 2024, "Thriller"),
    ("Salt & Static", "movie", 2026, "Horror"),
    ("The Understudy", "show", 2022, "Drama"),
    ("Kestrel", "movie", 2023, "Adventure"),
    ("Emberfall", "game", 2025, "Action RPG"),
    ("Orbital Garden", "game", 2026, "Strategy"),
    ("Driftwood", "game", 2024, "Exploration"),
    ("Farlight", "game", 2026, "Adventure"),
    ("Vanta", "game", 2026, "Roguelike"),
    ("Saltmarch", "game", 2023, "Tactics"),
    ("Quiet Engines", "game", 2026, "Puzzle"),
]


KINDS = [
    It(label="Everything", href="?", active=True, count=None),
    It(label="Movies", href="?type=movie", active=False, count=None),
    It(label="Shows", href="?type=show", active=False, count=None),
    It(label="Games", href="?type=game", active=False, count=None),
]
PARTS = frozenset({"list_page", "games_page", "part_panel", "year_picture"})
"""Templates that are a part of a page."""
# Two titles with the scenes their names ask for.
SEEDS = {"Northline": "Northline 133", "Tidewater": "Tidewater 98"}


def picture(shape: str, title: str, kind: str = "movie", seed: str = "") -> str:
    return f"/artwork/{shape}/{kind}/{quote(seed or SEEDS.get(title, title), safe='')}.svg"


def card(index: int, **more: Any) -> It:
    title, kind, year, genre = TITLES[index % len(TITLES)]
    base: Context = {
        "id": str(index),
        "kind": kind,
        "title": title,
        "year": year,
        "caption": f"{year} · {genre}",
        "href": f"/title_{'movie' if kind == 'game' else kind}",
        "poster": picture("poster", title, kind),
        "backdrop": picture("backdrop", title, kind),
        "art": accent(SEEDS.get(title, title)),
        "seen": False,
        "progress": None,
        "lettering": lettering(title),
        "drawn": True,
        "detail": "",
        "play_href": "",
        "position_seconds": None,
        "episode_id": "",
        "badge": "",
    }
    return It(**(base | more))


def nav(active: str) -> list[It]:
    def item(icon: str, label: str, href: str, count: object = None) -> It:
        return It(icon=icon, label=label, href=href, count=count, active=label == active)

    return [
        It(
            label="",
            items=[
                item("house", "Home", "/dashboard"),
                item("compass", "Discover", "/discover"),
            ],
        ),
        It(
            label="Library",
            items=[
                item("library", "Everything", "/library"),
                item("film", "Movies", "/grid", 412),
                item("tv", "Shows", "/grid", 86),
                item("scan-search", "Review", "/review", 7),
            ],
        ),
        It(
            label="Server",
            items=[
                item("download", "Downloads", "/downloads", 3),
                item("shield", "Admin", "/admin"),
                item("puzzle", "Plugins", "/plugins"),
                item("settings", "Settings", "/settings_appearance"),
            ],
        ),
    ]


def shell(active: str = "", theme: str = "dark", query: str = "") -> Context:
    groups = nav(active)
    tabs = [
        groups[0].items[0],
        groups[1].items[1],
        groups[1].items[2],
        groups[1].items[0],
        groups[2].items[2],
    ]
    return {
        "theme": theme,
        "nav": groups,
        "tabs": tabs,
        "user": It(name="Mara", email="mara@home.lan", initial="M", is_admin=True),
        "search": It(action="/search", suggestions="/suggestions", query=query),
        "storage": It(text="3.1 of 8 TB used", share=0.39),
        "notices": [],
        "ring": It(count=3, percent=61, href="/downloads"),
        "events": None,
    }


def gate(theme: str = "dark") -> Context:
    def tile(index: int) -> It:
        title, kind, _, _ = TITLES[index % len(TITLES)]
        return It(
            poster=picture("poster", title, kind),
            title=title,
            lettering=lettering(title),
            art=accent(title),
        )

    return {
        "theme": theme,
        "wall": [[tile(column * 4 + row + 2) for row in range(4)] for column in range(5)],
    }


def widgets() -> list[It]:
    in_progress = [
        card(
            0,
            caption="S2 E4 · The Thaw",
            detail="18 min left",
            position_seconds=1872.0,
            progress=0.62,
            play_href="/player",
            episode_id="e4",
        ),
        card(1, caption="Movie", detail="52 min left", progress=0.38, play_href="/player"),
        card(2, caption="S1 E7", detail="9 min left", progress=0.8, play_href="/player"),
        card(3, caption="Movie", detail="1 h 40 min left", progress=0.22, play_href="/player"),
    ]
    next_up = [
        card(4, caption="S2 E1", detail="New today", play_href="/player"),
        card(5, caption="S3 E2", detail="1 h 12 min left", progress=0.26, play_href="/player"),
        card(6, caption="S1 E3", detail="41 min", play_href="/player"),
        card(7, caption="S2 E8", detail="22 min left", progress=0.81, play_href="/player"),
        card(8, caption="S4 E2", detail="48 min", play_href="/player"),
        card(9, caption="S1 E5", detail="1 h 58 min left", progress=0.09, play_href="/player"),
    ]
    return [
        It(
            id="continue",
            slot="hero",
            template="dashboard/widget_continue_watching.html",
            title="Continue watching",
            error="",
            data={"cards": in_progress},
        ),
        It(
            id="next",
            slot="main",
            template="dashboard/widget_next_up.html",
            title="Next up",
            error="",
            data={"cards": next_up},
        ),
        download_widget(),
        It(
            id="added",
            slot="main",
            template="dashboard/widget_recently_added.html",
            title="Recently added",
            error="",
            data={
                "cards": [card(index, seen=index == 13) for index in range(10, 23)],
                "href": "/library",
            },
        ),
        game_widget(),
        It(
            id="recommendations",
            slot="main",
            template="dashboard/widget_row.html",
            title="For you",
            error="",
            data={
                "cards": [card(index) for index in range(4, 12)],
                "heading": "Because you finished Kestrel",
                "href": "",
            },
        ),
        It(
            id="weather",
            slot="side",
            template="dashboard/widget_next_up.html",
            title="From friends",
            error="The plugin did not answer within 5 seconds.",
            data={},
        ),
    ]


def episode(number: int, title: str, overview: str, caption: str, **more: Any) -> It:
    base: Context = {
        "number": number,
        "title": title,
        "overview": overview,
        "caption": caption,
        "still": picture("still", title, "show", f"Northline {number}"),
        "art": accent(f"Northline {number}"),
        "play_href": "/player",
        "reason": "",
        "seen": False,
        "progress": None,
        "current": False,
        "seen_action": "/app/x",
        "rating": It(icon="star", text="4.5", words="4.5 stars") if number == 1 else None,
        "marks_path": f"/part?episode={number}",
    }
    return It(**(base | more))


EPISODES = [
    episode(
        1,
        "Departures",
        "Ilse takes the last train north before the line closes.",
        "52 min · seen 2 November",
        seen=True,
    ),
    episode(2, "The Survey", "An old map, a new fence.", "47 min · seen 9 November", seen=True),
    episode(
        3,
        "Black Ice",
        "The rescue train stalls outside Vik, and the passenger list is one name short.",
        "48 min · seen 12 November",
        seen=True,
    ),
    episode(
        4,
        "The Thaw",
        "A body surfaces where the survey said there was no water. Ilse asks for the old maps.",
        "18 min left",
        progress=0.62,
        current=True,
    ),
    episode(
        5,
        "Signal House",
        "Night shift. Three lamps, two operators, and a message repeating every eleven minutes.",
        "51 min",
    ),
    episode(
        6,
        "Half a Mile of Rope",
        "The search moves underground, and Anders finally says what he saw.",
        "49 min",
    ),
    episode(
        7,
        "Whiteout",
        "",
        "Airs Tuesday 24 November",
        play_href=None,
        reason="not in your library yet",
    ),
]


def title_page(kind: str) -> Context:
    show = kind == "show"
    base = card(0 if show else 1)
    people = [
        ("Maren Holt", "Elin"),
        ("Teo Abara", "Father"),
        ("Priya Vane", "Harbour master"),
        ("Jonas Reed", "Sam"),
        ("Lio Castellan", "The surveyor"),
        ("Ada Finch", "Young Elin"),
        ("Oskar Lind", "Priest"),
    ]
    overview = (
        "A border constable, a closed mine and a railway that only runs in winter. Every season follows one journey and one disappearance."
        if show
        else "A harbour pilot returns to the island that raised her to settle her father's estate, and finds forty years of tide tables in which one night has been erased. The sea keeps better records than people do."
    )
    return {
        "title": It(
            id=base.id,
            kind=kind,
            title=base.title,
            lettering=base.lettering,
            eyebrow=["Show", "2021 to now", "3 seasons"]
            if show
            else ["Movie", "2024", "2 h 08 m", "12+"],
            facts=[] if show else ["8.1 on TMDB", "Drama, Mystery", "Directed by Ines Okafor"],
            overview=overview,
            poster=base.poster,
            backdrop=base.backdrop,
            art=base.art,
            drawn=True,
            progress=None if show else 0.38,
            left="" if show else "52 min left",
            seen=False,
        ),
        "play": It(label="Resume S2 E4" if show else "Resume", href="/player"),
        "unplayable": "",
        "actions": It(
            seen=None if show else "/app/x",
            watch_later="/app/x",
            in_watch_later=not show,
            fix_match="/review",
        ),
        "mine": mine(given=-1 if show else 80),
        "seasons": [
            It(label="Season 1", href="?season=1", active=False, note="", seen=True),
            It(label="Season 2", href="?season=2", active=True, note="3 of 8", seen=False),
            It(label="Season 3", href="?season=3", active=False, note="", seen=False),
        ]
        if show
        else [],
        "season": It(
            label="Season 2",
            episodes=EPISODES,
            mark_action="/app/x",
            all_seen=False,
            rating=None,
            marks_path="/part?season=2",
        )
        if show
        else None,
        "cast": [
            It(
                name=name,
                role=role,
                photo="",
                initials="".join(part[0] for part in name.split()),
                art=accent(name),
            )
            for name, role in people
        ],
        "files": []
        if show
        else [
            It(
                label="",
                rows=[
                    It(name="File", text="2160p HEVC · 18.4 GB"),
                    It(name="Audio", text="English 5.1, Portuguese"),
                    It(name="Subtitles", text="English, Deutsch, 4 more"),
                ],
                path="",
                plays="Directly in this browser",
                plays_tone="ok",
            )
        ],
        "links": [
            It(label="TMDB", href="https://example.org/1"),
            It(label="IMDb", href="https://example.org/2"),
        ],
        "absent": "",
        "download": None,
        "add_download": "/downloads",
        "way": [
            It(label="Wanted", state="done"),
            It(label="Downloading", state="now"),
            It(label="In the library", state="stuck"),
            It(label="Watched", state="ahead"),
            It(label="Rated", state="ahead"),
        ],
        "trailers": [It(label="Trailer", href="https://example.org/3")],
        "watch": It(
            offers=[It(way="Stream", names="Lantern, Harbour"), It(way="Rent", names="Kiosk")],
            credit="JustWatch",
            link="https://example.org/4",
        ),
        "hours": [],
        "screenshots": [],
        "groups": [
            It(
                id="similar",
                heading="More like this",
                cards=[card(index) for index in range(4, 16)],
            )
        ],
        "source": "From TMDB, looked at 3 hours ago.",
        "coming": False,
    }


def game_page() -> Context:
    """A game, shown where a movie would be: what only games have, and none of the rest."""
    base = card(17)
    movie = title_page("movie")
    head = It(**(vars(movie["title"]) | vars(base)))
    head.eyebrow = ["Game", "2025", "Action RPG", "PC, PS5, Xbox"]
    head.facts = ["8.9 on IGDB", "Northlight Forge"]
    head.progress = None
    return movie | {
        "title": head,
        "play": None,
        "actions": It(**(vars(movie["actions"]) | {"seen": None, "fix_match": None})),
        "mine": mine(game=True, scale="ten"),
        "cast": [],
        "files": [],
        "trailers": [],
        "watch": None,
        "hours": [
            It(label="Main story", text="31 h", share=0.48),
            It(label="With extras", text="46 h", share=0.71),
            It(label="Everything", text="65 h", share=1.0),
        ],
        "screenshots": [f"{picture('backdrop', each)}?v=1" for each in ("Emberfall", "Vanta")],
    }


def discover_page(narrow: bool) -> Context:
    """Every list as a rail, or one as a grid."""

    def choice(label: str, active: bool = False) -> It:
        return It(label=label, href="?", active=active, count=None)

    rails = [
        ("Trending movies", "movie-trending", 0, ""),
        ("Airing today", "show-airing_today", 6, "As of 9 h ago."),
        ("Most anticipated games", "game-most_anticipated", 17, ""),
    ]
    return {
        "kinds": KINDS,
        "sections": [
            choice("Trending", narrow),
            choice("Popular"),
            choice("Top rated"),
            choice("Upcoming"),
            choice("In cinemas"),
            choice("Airing today"),
        ],
        "filters": [
            It(
                label="Genre",
                chosen="",
                clear="?",
                choices=[choice("Drama"), choice("Mystery"), choice("Noir")],
            ),
            It(label="Year", chosen="2026", clear="?", choices=[choice("2026"), choice("2025")]),
            It(label="Seen", chosen="Not seen", clear="?", choices=[choice("Not seen", True)]),
        ],
        "narrow": narrow,
        "filling": False,
        "rails": []
        if narrow
        else [
            It(
                id=id,
                heading=heading,
                cards=[card(first + at, badge="In library" if at == 3 else "") for at in range(12)],
                note=note,
                more="?",
            )
            for heading, id, first, note in rails
        ],
        "items": [card(at, badge="20 November" if at == 4 else "") for at in range(24)]
        if narrow
        else [],
        "more": None,
        "clear": "?",
        "hint": None
        if narrow
        else It(
            text="Some of these lists hold the small catalog that comes along. With a free key of TMDB they hold everything there is.",
            action=It(label="Enter a key", href="/plugins"),
        ),
        "credits": ["This product uses the TMDB API but is not endorsed or certified by TMDB."],
    }


def library_head(active: str) -> Context:
    return {
        "summary": "412 movies and 86 shows. Last scan 6 minutes ago.",
        "can_scan": True,
        "scan": None,
        "tabs_library": [
            It(label=label, href=href, active=label == active, count=count)
            for label, href, count in [
                ("Everything", "/library", None),
                ("Recently added", "/library", None),
                ("Needs review", "/review", 7),
                ("Ignored", "/library_ignored", None),
            ]
        ],
    }


def review_file(searched: bool = False) -> It:
    def candidate(index: int, title: str, reason: str, confidence: float | None) -> It:
        it = card(index)
        return It(
            id=it.id,
            title=title,
            reason=reason,
            confidence=confidence,
            poster=it.poster,
            lettering=it.lettering,
            drawn=True,
            art=it.art,
            season=None if index == 8 else 1,
            episode=None if index == 8 else 7,
            asks_episode=index == 8,
            whole=index == 2,
        )

    found = [
        candidate(2, "Second Shift, S1 E7", "Name and length agree", 0.86),
        candidate(8, "Lumen Street, S1 E7", "Length agrees, name does not", 0.41),
        candidate(15, "The Understudy, S1 E7", "Only the numbering fits", 0.19),
    ]
    return It(
        id="f1",
        path="/media/incoming/second.shift.0107.web.mkv",
        facts="1.2 GB · 47 min · 1080p",
        question="Is it one of these?",
        candidates=[] if searched else found,
        match_action="/app/x",
        ignore_action="/app/x",
        search_href="/review",
        query="second shift" if searched else "",
        kind="any",
        searched=searched,
        error="",
        companions=7,
    )


REVIEW_FILES = [
    It(id=f"f{index}", name=name, note=note, href="/review", active=index == 1)
    for index, (name, note) in enumerate(
        [
            ("second.shift.0107.web.mkv", "Three close matches"),
            ("The Cartographer (Directors).mkv", "Two editions"),
            ("kestrel_FINAL_v2.mp4", "One match, wrong length"),
            ("VTS_01_1.VOB", "No idea"),
            ("afterglow s01e03 [grp].mkv", "Show found, episode unclear"),
            ("Paper.Lanterns.cd2.avi", "Second half of a split file"),
            ("untitled-capture-0412.mp4", "No idea"),
        ],
        start=1,
    )
]


def field(name: str, kind: str, label: str, value: object = "", **more: Any) -> It:
    return It(
        **(
            {
                "name": name,
                "type": kind,
                "label": label,
                "help": "",
                "value": value,
                "required": True,
                "choices": [],
                "error": "",
                "stored": False,
            }
            | more
        )
    )


PROVIDER_FIELDS = [
    field("api_key", "secret", "API key", help="Also called the read access token."),
    field(
        "language",
        "choice",
        "Language",
        "en",
        choices=[It(value="en", label="English"), It(value="de", label="Deutsch")],
    ),
]


def plugin(
    name: str, icon: str, art: str, description: str, status: str, tone: str, **more: Any
) -> It:
    base: Context = {
        "id": name.lower(),
        "name": name,
        "version": "1.0",
        "description": description,
        "icon": icon,
        "art": art,
        "enabled": tone != "off",
        "status": status,
        "tone": tone,
        "first": False,
        "toggle_action": "/app/x",
        "up_action": None,
        "down_action": None,
        "fields": [],
        "setup_action": None,
        "setup_open": False,
        "error": "",
        "question": "",
    }
    return It(**(base | more))


def plugin_groups() -> list[It]:
    every = [
        field("host", "url", "Address", "http://127.0.0.1:9091", help="Where the daemon listens."),
        field("folder", "folder", "Folder", "/media/incoming"),
        field("limit", "int", "Most at once", 3),
        field("key", "secret", "Secret", stored=True, error="The daemon refused this secret."),
        field("verify", "bool", "Check files when done", True, help="Slower, but sure."),
    ]
    return [
        It(
            id="engines",
            label="Download engines",
            note="First healthy engine in this order takes the job",
            ordered=True,
            plugins=[
                plugin(
                    "libtorrent",
                    "magnet",
                    "#00b7ff",
                    "Magnet links and torrents, in process",
                    "Healthy · 2 active",
                    "ok",
                    first=True,
                    down_action="/app/x",
                ),
                plugin(
                    "aria2",
                    "gauge",
                    "#b07cff",
                    "HTTP, FTP and metalinks over JSON-RPC",
                    "Healthy · 1 queued",
                    "ok",
                    up_action="/app/x",
                    down_action="/app/x",
                    question="1 download under way with it: let it finish first, or move it.",
                ),
                plugin(
                    "Transmission",
                    "server",
                    "#4ade9c",
                    "Hands torrents to a Transmission server you already run",
                    "Not reachable at localhost:9091",
                    "warn",
                    up_action="/app/x",
                    fields=every,
                    setup_action="/app/x",
                    setup_open=True,
                    error="The daemon refused this secret.",
                ),
            ],
        ),
        It(
            id="metadata",
            label="Metadata",
            note="",
            ordered=False,
            plugins=[
                plugin(
                    "TMDB",
                    "film",
                    "#ffb35c",
                    "Movies and shows",
                    "Healthy · 38 requests today",
                    "ok",
                ),
                plugin(
                    "IGDB",
                    "gamepad-2",
                    "#ff7bac",
                    "Games, through Twitch sign-in",
                    "Needs a client id",
                    "warn",
                    fields=PROVIDER_FIELDS,
                    setup_action="/app/x",
                ),
            ],
        ),
        It(
            id="recommenders",
            label="Recommenders",
            note="",
            ordered=False,
            plugins=[
                plugin(
                    "Basic",
                    "sparkles",
                    "#8fd0ff",
                    "Genres, similarity and your own ratings",
                    "Off",
                    "off",
                )
            ],
        ),
    ]


def player(**more: Any) -> Context:
    base: Context = {
        "video": It(
            src="/sample/video",
            mime="video/webm",
            poster=picture("backdrop", "Northline", "show"),
            title="Northline",
            line="S2 E4 · The Thaw",
            back_href="/title_show",
            media_id="m1",
            episode_id="e4",
            library_item_id="l1",
            start_seconds=0.0,
            duration_seconds=2940.0,
        ),
        "subtitles": [
            It(
                label="English",
                language="en",
                src="/sample/captions.vtt",
                format="WebVTT",
                default=True,
            ),
            It(
                label="Deutsch",
                language="de",
                src="/sample/captions.vtt",
                format="SRT",
                default=False,
            ),
        ],
        "under": It(heading="The Thaw", text="Northline, season 2, episode 4"),
        "seen": It(action="/app/x", value=False),
        "next": It(
            href="/player",
            title="Signal House",
            line="S2 E5 · 51 min",
            still=picture("still", "Signal House", "show", "Northline 5"),
            art="#1f86c4",
        ),
        "autoplay_next": True,
        "cannot": None,
        "lane": It(
            label="Season 2",
            episodes=[
                It(
                    number=it.number,
                    title=it.title,
                    caption="Seen" if it.seen else it.caption,
                    still=it.still,
                    art=it.art,
                    href="/player",
                    seen=it.seen,
                    progress=it.progress,
                    current=it.current,
                )
                for it in EPISODES
            ],
        ),
    }
    return base | more


def settings(section: str) -> Context:
    none = It(name="", email="", current="", password="")
    return {
        "section": section,
        "sections": [
            It(label=label, href=f"/settings_{label.lower()}", active=label.lower() == section)
            for label in ("Appearance", "Playback", "Account", "Sessions")
        ],
        "message": None,
        "appearance": It(
            scale="stars",
            scales=[("stars", "Stars, with halves"), ("ten", "1 to 10")],
            theme="dark",
        ),
        "playback": It(
            autoplay_next=True,
            watched_percent=92,
            subtitle_language="en",
            languages=[It(value="", label="As the file says"), It(value="en", label="English")],
        ),
        "account": It(name="Mara", email="mara@home.lan", errors=none),
        "secret": "seen_c2FtcGxlLXRva2VuLW9mLW5vYm9keS1hdC1hbGw",
        "scopes": [
            It(name="read", label="Read", help="What you see, and what you keep"),
            It(name="scrobble", label="Scrobble", help="Tell what you watch in another player"),
        ],
        "lives": [It(value="", label="Until you take it back"), It(value="30", label="30 days")],
        "tokens": [
            It(
                id="7",
                name="Living room",
                what="Read and scrobble",
                when="Used 6 minutes ago, ends on 12 November",
                revoke_action="/app/x",
            ),
        ],
        "sessions": [
            It(
                id="1",
                device="Firefox on Linux",
                icon="monitor",
                where="192.168.1.20",
                when="Active now",
                current=True,
                revoke_action="/app/x",
            ),
            It(
                id="2",
                device="Safari on iPhone",
                icon="smartphone",
                where="192.168.1.31",
                when="Yesterday at 21:40",
                current=False,
                revoke_action="/app/x",
            ),
        ],
    }


def setup(step: str) -> Context:
    empty = It(name="", email="", password="")
    return {
        "step": step,
        "error": "",
        "admin": It(values=It(name="", email=""), errors=empty, demo=True),
        "folders": It(
            roots=[
                It(path="/media/movies", note="418 files found", ok=True, remove_action="/app/x"),
                It(path="/media/shows", note="2,204 files found", ok=True, remove_action="/app/x"),
            ],
            suggestion="/media/games",
            error="",
            demo=True,
        ),
        "metadata": It(
            providers=[
                It(
                    id="tmdb",
                    name="TMDB",
                    help="The key is free for personal use.",
                    help_href="https://example.org/key",
                    fields=PROVIDER_FIELDS,
                    ready=False,
                    status="",
                )
            ]
        ),
        "done": It(
            sentence="2,622 files are being read. You can start looking around.",
            scanning=It(text="Reading /media/shows, 1,204 of 2,204 files", value=0.55),
        ),
    }


def pages(theme: str = "dark") -> dict[str, tuple[str, Context]]:
    """Every page by name: template and context."""
    grid = {
        "heading": "Movies",
        "summary": "412 movies, 131 of them seen.",
        "filters": [
            It(label=label, href="/grid", active=label == "All")
            for label in ("All", "Not seen", "In progress", "Seen", "Drama", "Sci-fi", "Thriller")
        ],
        "sort": [],
        "items": [
            card(index, seen=index == 3, progress=0.4 if index == 5 else None)
            for index in range(24)
        ],
        "more": "/grid?cursor=a",
        "blank_text": "",
        "blank_action": None,
    }
    fields_empty = It(path="")
    roots = [
        It(
            id="1",
            path="/media/movies",
            kind="movies",
            kind_label="Movies",
            online=True,
            status="Online, 418 files, last scan 6 minutes ago",
            scan_action="/app/x",
            remove_action="/app/x",
        ),
        It(
            id="2",
            path="/mnt/attic/shows",
            kind="shows",
            kind_label="Shows",
            online=False,
            status="Offline since 09:12. Nothing was removed; it comes back when the disk does.",
            scan_action="/app/x",
            remove_action="/app/x",
        ),
    ]
    doors = [
        It(
            icon="folder",
            label="Library folders",
            text="2 folders, one offline",
            href="/roots",
            tone="warn",
        ),
        It(icon="puzzle", label="Plugins", text="7 on, all healthy", href="/plugins", tone="ok"),
        It(
            icon="users",
            label="People",
            text="3 accounts, one invitation open",
            href="/users",
            tone="",
        ),
        It(icon="activity", label="Jobs", text="Nothing waiting", href="/admin", tone=""),
    ]
    people = [
        It(
            id="1",
            name="Mara",
            email="mara@home.lan",
            initial="M",
            role="admin",
            seen_when="Active now",
            is_self=True,
            active=True,
            role_action="/app/x",
            active_action="/app/x",
        ),
        It(
            id="2",
            name="Jonas",
            email="jonas@home.lan",
            initial="J",
            role="user",
            seen_when="Yesterday",
            is_self=False,
            active=True,
            role_action="/app/x",
            active_action="/app/x",
        ),
        It(
            id="3",
            name="Ada",
            email="ada@home.lan",
            initial="A",
            role="user",
            seen_when="In March",
            is_self=False,
            active=False,
            role_action="/app/x",
            active_action="/app/x",
        ),
    ]
    invitation = {
        "invitation": It(token="abc", from_name="Mara", valid=True, reason=""),
        "values": It(name="", email=""),
        "errors": It(name="", email="That does not look like an address.", password=""),
        "error": "",
    }
    scan = It(text="Reading /media/shows, 1,204 of 2,204 files", value=0.55)

    def inside(active: str, more: Context, **shell_more: Any) -> Context:
        return shell(active, theme) | shell_more | more

    downloads = {
        name: (template, inside("Downloads", context))
        for name, (template, context) in download_pages().items()
    }
    kept = {
        name: (template, context if name in PARTS else inside("Watch later", context))
        for name, (template, context) in track_pages([card(at) for at in range(24)]).items()
    }
    return (
        downloads
        | kept
        | {
            "dashboard": (
                "dashboard/dashboard.html",
                inside(
                    "Home",
                    {"widgets": widgets(), "scan": scan, "empty": False, "arrange": "/arrange"},
                ),
            ),
            "arrange": (
                "dashboard/arrange.html",
                inside(
                    "Home",
                    {
                        "path": "/arrange",
                        "rows": [
                            It(id=each, title=each, hidden=each == "Trending")
                            for each in ("Next up", "Downloads", "Trending")
                        ],
                    },
                ),
            ),
            "dashboard_empty": (
                "dashboard/dashboard.html",
                inside(
                    "Home",
                    {
                        "widgets": [
                            It(
                                id="c",
                                slot="hero",
                                template="dashboard/widget_continue_watching.html",
                                title="Continue watching",
                                error="",
                                data={"cards": []},
                            ),
                            It(
                                id="added",
                                slot="main",
                                template="dashboard/widget_recently_added.html",
                                title="Recently added",
                                error="",
                                data={"cards": [], "href": "/library"},
                            ),
                        ],
                        "scan": None,
                        "empty": True,
                        "arrange": "/arrange",
                    },
                ),
            ),
            "dashboard_fresh": (
                "dashboard/dashboard.html",
                inside(
                    "Home",
                    {"widgets": widgets()[2:], "scan": None, "empty": False, "arrange": "/arrange"},
                ),
            ),
            "grid": ("library/grid.html", inside("Movies", grid)),
            "grid_empty": (
                "library/grid.html",
                inside(
                    "Movies",
                    grid
                    | {
                        "items": [],
                        "more": None,
                        "blank_text": "No movie matches these filters.",
                        "blank_action": It(label="Show all", href="/grid"),
                    },
                ),
            ),
            "grid_page": ("library/grid_page.html", {"items": grid["items"], "more": None}),
            "search": (
                "discover/search.html",
                inside(
                    "",
                    {"items": [], "more": None, "kinds": KINDS, "mended": ""},
                    search=It(action="/search", suggestions="/suggestions", query="meridain"),
                ),
            ),
            "search_found": (
                "discover/search.html",
                inside(
                    "",
                    {"items": [card(3)], "more": None, "kinds": KINDS, "mended": "meridian"},
                    search=It(action="/search", suggestions="/suggestions", query="meridain"),
                ),
            ),
            "jobs": (
                "admin/jobs.html",
                inside(
                    "Admin",
                    {
                        "jobs": [
                            It(
                                name="scan",
                                title="Look through the library folders",
                                status="Running",
                                tone="ok",
                                detail="120 of 400 files",
                                next="Next in 4 h",
                                progress=0.3,
                                run_action="/app/x",
                            ),
                            It(
                                name="lists",
                                title="Lists of Discover",
                                status="Failed 6 minutes ago",
                                tone="bad",
                                detail="TMDB does not answer.",
                                next="Next in 4 min",
                                progress=None,
                                run_action="/app/x",
                            ),
                        ]
                    },
                ),
            ),
            "discover": ("discover/discover.html", inside("Discover", discover_page(False))),
            "discover_list": ("discover/discover.html", inside("Discover", discover_page(True))),
            "suggestions": (
                "discover/suggestions.html",
                {
                    "query": "nort",
                    "all_href": "/search",
                    "items": [
                        It(
                            title="Northline",
                            caption="Show · 2021",
                            href="?",
                            poster=card(0).poster,
                        )
                    ],
                    "people": [It(name="Nora Tveit", href="?")],
                    "mended": "",
                },
            ),
            "title_game": ("discover/title.html", inside("Games", game_page())),
            "title_movie": ("discover/title.html", inside("Movies", title_page("movie"))),
            "title_show": ("discover/title.html", inside("Shows", title_page("show"))),
            "title_unplayable": (
                "discover/title.html",
                inside(
                    "Movies",
                    title_page("movie")
                    | {
                        "play": None,
                        "unplayable": "The folder with this file is offline. It plays again when /mnt/attic is back.",
                    },
                ),
            ),
            "library": (
                "library/library.html",
                inside(
                    "Everything",
                    library_head("Everything")
                    | {
                        "scan": scan,
                        "view": "everything",
                        "filters": grid["filters"],
                        "items": grid["items"],
                        "more": None,
                        "ignored": [],
                        "blank_text": "",
                        "blank_action": None,
                    },
                ),
            ),
            "library_ignored": (
                "library/library.html",
                inside(
                    "Everything",
                    library_head("Ignored")
                    | {
                        "view": "ignored",
                        "filters": [],
                        "items": [],
                        "more": None,
                        "ignored": [
                            It(
                                name="sample.mkv",
                                path="/media/incoming/sample.mkv",
                                note="12 MB",
                                restore_action="/app/x",
                            )
                        ],
                        "blank_text": "",
                        "blank_action": None,
                    },
                ),
            ),
            "review": (
                "library/review.html",
                inside(
                    "Review",
                    library_head("Needs review")
                    | {
                        "files": REVIEW_FILES,
                        "more_href": "/review?cursor=b",
                        "file": review_file(),
                    },
                ),
            ),
            "review_by_hand": (
                "library/review.html",
                inside(
                    "Review",
                    library_head("Needs review")
                    | {
                        "files": REVIEW_FILES,
                        "more_href": None,
                        "file": review_file(searched=True),
                    },
                ),
            ),
            "review_sorted": (
                "library/review.html",
                inside(
                    "Review",
                    library_head("Needs review") | {"files": [], "more_href": None, "file": None},
                ),
            ),
            "scan": ("library/scan.html", {"scan": scan}),
            "player": ("playback/player.html", {"theme": theme} | player()),
            "player_cannot": (
                "playback/player.html",
                {"theme": theme}
                | player(
                    cannot=It(
                        text="The film is in HEVC with 7.1 sound, and no transcoder is set up on this server.",
                        action=It(label="Back to the title", href="/title_show"),
                    ),
                    lane=None,
                    next=None,
                ),
            ),
            "login": (
                "accounts/login.html",
                gate(theme)
                | {
                    "greeting": "Good evening.",
                    "email": "",
                    "error": "",
                    "next": "",
                    "help": "Lost access? Your server admin can reset it.",
                    "demo_note": "",
                },
            ),
            "login_wrong": (
                "accounts/login.html",
                gate(theme)
                | {
                    "greeting": "Good evening.",
                    "email": "mara@home.lan",
                    "error": "Email and password do not go together.",
                    "next": "/app/library",
                    "help": "Lost access? Your server admin can reset it.",
                    "demo_note": "",
                },
            ),
            "register": ("accounts/register.html", gate(theme) | invitation),
            "register_ended": (
                "accounts/register.html",
                gate(theme)
                | invitation
                | {
                    "invitation": It(
                        token="abc",
                        from_name="Mara",
                        valid=False,
                        reason="It was used already, or seven days have passed. Ask for a new one.",
                    )
                },
            ),
            **{
                f"setup_{step}": ("accounts/setup.html", gate(theme) | setup(step))
                for step in ("admin", "folders", "metadata", "done")
            },
            **{
                f"settings_{part}": ("accounts/settings.html", inside("Settings", settings(part)))
                for part in ("appearance", "playback", "account", "sessions", "tokens")
            },
            "import": ("imports/import.html", inside("Settings", import_samples.start())),
            "import_file": (
                "imports/import.html",
                inside(
                    "Settings",
                    import_samples.start(
                        chosen=True, error="Letterboxd needs a file that ends in .csv or .zip."
                    ),
                ),
            ),
            "import_none": (
                "imports/import.html",
                inside("Settings", import_samples.start(sources=False)),
            ),
            **{
                f"import_{state}": (
                    "imports/run.html",
                    inside("Settings", import_samples.run(state)),
                )
                for state in ("reading", "ready", "done", "failed")
            },
            "import_undone": (
                "imports/run.html",
                inside("Settings", import_samples.run("done", undone=True)),
            ),
            "admin": (
                "admin/admin.html",
                inside(
                    "Admin",
                    {
                        "doors": doors,
                        "trouble": [
                            It(
                                text="/mnt/attic/shows is offline since 09:12.",
                                href="/roots",
                                label="Look",
                            )
                        ],
                    },
                ),
            ),
            "roots": (
                "admin/roots.html",
                inside(
                    "Admin",
                    {
                        "roots": roots,
                        "values": It(path="", kind="mixed"),
                        "errors": fields_empty,
                        "suggestion": "/media/games",
                        "scan": None,
                    },
                ),
            ),
            "roots_empty": (
                "admin/roots.html",
                inside(
                    "Admin",
                    {
                        "roots": [],
                        "values": It(path="/nowhere", kind="mixed"),
                        "errors": It(path="This folder does not exist on the server."),
                        "suggestion": "/media/movies",
                        "scan": scan,
                    },
                ),
            ),
            "plugins": ("admin/plugins.html", inside("Plugins", {"groups": plugin_groups()})),
            "users": (
                "admin/users.html",
                inside(
                    "Admin",
                    {
                        "users": people,
                        "invitations": [
                            It(id="1", note="For a user, ends in 6 days", revoke_action="/app/x")
                        ],
                        "fresh_link": "http://192.168.1.10:8686/app/register/3f9c1e",
                    },
                ),
            ),
            "error": (
                "web/error.html",
                inside(
                    "",
                    {
                        "error": It(
                            code=404,
                            heading="There is nothing here",
                            text="The address may be old, or the title has left the library.",
                            action=It(label="Go home", href="/dashboard"),
                        )
                    },
                ),
            ),
            "error_bare": (
                "web/error_bare.html",
                gate(theme)
                | {
                    "error": It(
                        code=500,
                        heading="Something broke here",
                        text="It was written down for the admin. Try again in a moment.",
                        action=It(label="Try again", href="/login"),
                    )
                },
            ),
        }
    )

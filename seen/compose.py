"""The one place where concrete things are wired together."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from seen.accounts import api as accounts_api
from seen.accounts import pages as accounts_pages
from seen.accounts.service import Accounts
from seen.admin import api as admin_api
from seen.admin.pages import folders, overview, people, setup
from seen.admin.pages import jobs as job_pages
from seen.admin.pages import plugins as plugin_pages
from seen.admin.service import PluginAdmin
from seen.artwork.service import Artwork
from seen.catalog import api as catalog_api
from seen.catalog.jobs import CatalogJobs
from seen.catalog.search import Search
from seen.catalog.service import Catalog
from seen.core.cache import Cache, open_cache
from seen.core.db import Database
from seen.core.egress import Allowlist
from seen.core.errors import Conflict, SettingsError
from seen.core.events import Event, Events
from seen.core.http import Api
from seen.core.jobs import Job, JobContext, JobEngine
from seen.core.log import get_log
from seen.core.migrate import migrate
from seen.core.pages import Pages
from seen.core.rates import RateLimits
from seen.core.secrets import derive, server_secret
from seen.core.settings import Settings
from seen.core.upstream import read_upstream
from seen.dashboard import api as dashboard_api
from seen.dashboard import pages as dashboard_pages
from seen.dashboard.service import Dashboard
from seen.demo.service import Demo
from seen.discover import api as discover_api
from seen.discover.pages import browse, search, title
from seen.discover.service import Discover
from seen.discover.titles import Titles
from seen.downloads import api as downloads_api
from seen.downloads.administration import DownloadAdmin
from seen.downloads.handover import HandOver
from seen.downloads.model.steps import Rules
from seen.downloads.namegiving import NameGiver
from seen.downloads.pages import job as download_page
from seen.downloads.pages import listing as download_list
from seen.downloads.pages import settings as download_settings
from seen.downloads.pages.rows import Rows
from seen.downloads.preparing import Preparer
from seen.downloads.service import Downloads
from seen.downloads.worker import Downloader
from seen.host import PluginHost
from seen.imports import api as imports_api
from seen.imports import pages as import_pages
from seen.imports.exporting import Exports
from seen.imports.service import Imports
from seen.library import api as library_api
from seen.library.pages import grids, review, scanning
from seen.library.pages import overview as library_overview
from seen.library.service import Library
from seen.playback import api as playback_api
from seen.playback.pages import watch
from seen.playback.service import Playback
from seen.scrobble import api as scrobble_api
from seen.scrobble.service import Scrobbles
from seen.stack.embedded import EmbeddedPostgres
from seen.tracking.api import collections as collections_api
from seen.tracking.api import history as history_api
from seen.tracking.api import later as later_api
from seen.tracking.api import opinions as opinions_api
from seen.tracking.api import states as states_api
from seen.tracking.api import stats as stats_api
from seen.tracking.api import watching as watching_api
from seen.tracking.pages import collections, games, history, lists, marks, parts, privacy, stats
from seen.tracking.service import Acts, Tracking
from seen.tracking.service.tracks import Tracks
from seen.web import health
from seen.web.app import make_app
from seen.web.assets import Assets
from seen.web.kept import KeptPages
from seen.web.shell import Shell
from seen.web.stream import Streams
from seen.web.templating import make_environment

log = get_log(__name__)
Say = Callable[[str], None]

# Which capabilities a role calls. Only workers run engines; only workers scan and recommend.
_CAPABILITIES = {
    "api": ("metadata_providers", "widgets", "importers"),
    "pages": ("metadata_providers", "widgets", "importers"),
    "worker": ("metadata_providers", "scanners", "recommenders", "importers"),
    "downloader": ("download_engines",),
}


@dataclass(frozen=True, slots=True)
class Server:
    """Everything that runs in this process, by name."""

    settings: Settings
    db: Database
    cache: Cache
    events: Events
    jobs: JobEngine
    host: PluginHost
    accounts: Accounts
    catalog: Catalog
    tracks: Tracks
    tracking: Tracking
    imports: Imports
    library: Library
    playback: Playback
    downloads: Downloads
    downloader: Downloader
    dashboard: Dashboard
    artwork: Artwork
    app: web.Application


@asynccontextmanager
async def open_database(settings: Settings, say: Say) -> AsyncIterator[str]:
    """The address of a database that has all tables; the embedded one runs while the block does."""
    async with AsyncExitStack() as stack:
        dsn = settings.database_url
        if not dsn:
            embedded = EmbeddedPostgres(settings.data_dir / "postgresql")
            stack.push_async_callback(embedded.stop)
            await embedded.start(say)
            dsn = embedded.dsn
        try:
            applied = await asyncio.to_thread(migrate, dsn)
        except OSError as error:
            raise SettingsError(f"SEEN_DATABASE_URL: cannot connect: {error}.") from error
        if applied:
            say(f"Brought the database up to date ({applied} steps)")
        yield dsn


@asynccontextmanager
async def open_server(
    settings: Settings, say: Say = lambda _: None, *, works: bool = True
) -> AsyncIterator[Server]:
    """Start everything in order, and stop it in the opposite one.

    ``works=False`` leaves the job queue to others, for commands that do one thing and end. Raises
    SettingsError when something that the settings name cannot be used.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(
            f"SEEN_DATA_DIR: cannot make {settings.data_dir}: {error.strerror}."
        ) from error
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(open_database(settings, say))
        db = Database(dsn)
        await db.open()
        stack.push_async_callback(db.close)
        cache = open_cache(settings.cache_url)
        stack.push_async_callback(cache.close)
        events = Events(db)
        await events.start()
        stack.push_async_callback(events.stop)
        # Downloads are written by a pool of their own, so that many of them keep no page waiting.
        written = Database(dsn, size=4)
        await written.open()
        stack.push_async_callback(written.close)
        server = _assemble(settings, db, written, cache, events)
        stack.push_async_callback(server.artwork.close)
        await _prepare(server)
        downloads_here = works and "downloader" in settings.roles
        if downloads_here:
            # After the engines have stopped, so that no other process begins beside them.
            stack.push_async_callback(server.downloader.let_go)
        await server.host.start()
        stack.push_async_callback(server.host.stop)
        if works and "worker" in settings.roles:
            await server.jobs.start()
            stack.push_async_callback(server.jobs.stop)
        if downloads_here:
            await server.downloader.start()
            stack.push_async_callback(server.downloader.stop)
        yield server


def _assemble(
    settings: Settings, db: Database, written: Database, cache: Cache, events: Events
) -> Server:
    secret = server_secret(settings.secret_key, settings.data_dir)
    process = _process_name(settings)
    host = PluginHost(
        db=db,
        cache=cache,
        events=events,
        settings=settings,
        secret=secret,
        process=process,
        capabilities=_capabilities(settings),
    )
    jobs = JobEngine(db, events)
    rates = RateLimits()
    roots = Roots()
    accounts = Accounts(db, events, derive(secret, "access tokens"))
    artwork = Artwork(
        settings.data_dir / "artwork",
        host.allowed_hosts,
        roots.paths,
        read_upstream(settings.egress_proxy),
    )
    catalog = Catalog(db, events)
    tracks = Tracks.over(db, cache, events)
    tracking = tracks.watching
    library = Library(db, events, jobs, host, catalog, tracking)
    roots.follow(library, events)
    playback = Playback(
        library, events, derive(secret, "stream addresses"), settings.data_dir / "subtitles"
    )
    downloads = Downloads(db, events, Allowlist(settings.egress_allow), settings.downloads)
    download_admin = DownloadAdmin(db, events)
    downloader = _downloader(settings, written, events, jobs, host, process)
    hand_over = HandOver(
        db,
        events,
        library,
        NameGiver(library, catalog),
        settings.downloads,
        settings.download_disk_reserve,
    )
    jobs.register(hand_over.job())
    download_rows = Rows(downloads, catalog, host)
    catalog_jobs = CatalogJobs(db, events, jobs, host, catalog, library.absorb)
    if settings.catalog_sync:
        catalog_jobs.begin()
    discover = Discover(db, cache, events, host, catalog, library, Search(db))
    dashboard = Dashboard(
        db, accounts, host, cache, events, catalog, tracks, library, download_rows, discover
    )
    titles = Titles(discover, catalog, tracks, library, playback, catalog_jobs.hurry)
    imports = Imports(db, events, jobs, host, catalog, tracks.acts, settings.data_dir / "imports")
    exports = Exports(db, settings.data_dir / "exports")
    jobs.register(imports.job())
    jobs.register(library.job())
    jobs.register(_cleanup(accounts, jobs, imports, tracks.acts))
    demo = Demo(settings.data_dir / "demo", library, jobs)
    jobs.register(demo.job())
    library.follow(demo.job().name)
    assets = Assets()
    shell = Shell(
        make_environment(assets.url, host.template_dirs),
        library,
        downloads,
        tracks.acts,
        lambda: next(iter(roots.paths()), None),
    )
    plugins = PluginAdmin(host, download_admin)
    apis: list[Api] = [
        health.routes({"database": lambda: db.fetchval("select 1")}),
        accounts_api.routes(accounts, rates),
        catalog_api.routes(catalog, artwork),
        watching_api.routes(tracking, tracks.history, discover),
        later_api.routes(tracks.later, discover),
        opinions_api.routes(tracks.opinions, discover),
        states_api.routes(tracks.states, discover),
        collections_api.routes(tracks.collections, discover),
        history_api.routes(tracks.history, tracks.acts),
        stats_api.routes(tracks.statistics),
        imports_api.routes(imports, exports),
        scrobble_api.routes(Scrobbles(db, host, catalog, tracks), accounts.tokens),
        discover_api.routes(discover, titles),
        library_api.routes(library, catalog, tracking),
        playback_api.routes(playback),
        downloads_api.routes(downloads, download_admin),
        dashboard_api.routes(dashboard),
        admin_api.routes(plugins, jobs),
    ]
    pages: list[Pages] = [
        setup.pages(accounts, library, plugins, rates, demo.start, shell),
        accounts_pages.pages(accounts, rates, shell),
        dashboard_pages.pages(dashboard, library, shell),
        scanning.pages(library, shell),
        review.pages(library, artwork, shell),
        library_overview.pages(library, tracking, shell),
        grids.pages(library, tracking, shell),
        browse.pages(discover, shell),
        search.pages(discover, shell),
        title.pages(discover, titles, downloads, shell),
        watch.pages(catalog, tracking, library, playback, shell),
        marks.pages(tracks),
        parts.pages(tracks, shell),
        lists.pages(tracks, discover, shell),
        games.pages(tracks, discover, shell),
        collections.pages(tracks, discover, shell),
        history.pages(tracks, shell),
        stats.pages(tracks.statistics, shell),
        privacy.pages(tracks, accounts, shell),
        import_pages.pages(imports, exports, shell),
        overview.pages(accounts, library, plugins, jobs, shell),
        folders.pages(library, shell),
        download_list.pages(downloads, catalog, download_rows, shell),
        download_page.pages(downloads, download_rows, shell),
        download_settings.pages(download_admin, library, accounts, shell),
        plugin_pages.pages(plugins, shell),
        people.pages(accounts, shell),
        job_pages.pages(jobs, shell),
    ]
    app = make_app(
        settings, accounts, apis, pages, shell, assets, Streams(events), KeptPages(events)
    )
    return Server(
        settings,
        db,
        cache,
        events,
        jobs,
        host,
        accounts,
        catalog,
        tracks,
        tracking,
        imports,
        library,
        playback,
        downloads,
        downloader,
        dashboard,
        artwork,
        app,
    )


def _downloader(
    settings: Settings,
    db: Database,
    events: Events,
    jobs: JobEngine,
    host: PluginHost,
    process: str,
) -> Downloader:
    return Downloader(
        db=db,
        events=events,
        jobs=jobs,
        host=host,
        preparer=Preparer(db, settings.downloads, settings.egress_allow),
        rules=Rules(settings.download_retry_backoff, settings.download_stall_after),
        owner=process,
        places=settings.download_max_active,
        poll_interval=settings.download_poll_interval,
        reserve=settings.download_disk_reserve,
    )


def _capabilities(settings: Settings) -> list[str]:
    wanted = {name for role in settings.roles for name in _CAPABILITIES[role]}
    return sorted(wanted)


def _process_name(settings: Settings) -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"


class Roots:
    """The library folders as pictures are checked against; follows what the library says."""

    def __init__(self) -> None:
        self._paths: tuple[Path, ...] = ()

    def paths(self) -> tuple[Path, ...]:
        return self._paths

    def follow(self, library: Library, events: Events) -> None:
        """Ask again after every change of the library."""

        async def refresh(_: Event) -> None:
            self._paths = tuple(Path(root.path) for root in await library.roots())

        events.on("library", refresh)
        events.on("reconnected", refresh)


def _cleanup(accounts: Accounts, jobs: JobEngine, imports: Imports, acts: Acts) -> Job:
    async def run(_: JobContext) -> str:
        sessions = await accounts.forget_expired()
        await imports.forget_old()
        await acts.forget_old()
        return f"{sessions} ended sessions and {await jobs.forget_runs(30)} old runs forgotten."

    return Job("cleanup", "Forget what has ended", run, schedule="41 3 * * *")


async def _prepare(server: Server) -> None:
    """What the settings ask for at the start: an admin, folders."""
    settings = server.settings
    if settings.admin_email and settings.admin_password and not await server.accounts.is_claimed():
        await server.accounts.create_first_admin(settings.admin_email, settings.admin_password)
        log.info("made the first admin", email=settings.admin_email)
    known = {root.path for root in await server.library.roots()}
    for path in settings.library_roots:
        if path in known:
            continue
        try:
            await server.library.add_root(path)
        except Conflict:
            continue
        except Exception as error:
            raise SettingsError(f"SEEN_LIBRARY_ROOTS: {error}") from error
        await server.library.rescan()

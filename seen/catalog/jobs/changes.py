"""What changed at the providers since last time."""

from __future__ import annotations

from datetime import timedelta

from seen.catalog.jobs.sections import Providers
from seen.catalog.store import refreshing as store
from seen.core import clock
from seen.core.db import Database
from seen.core.jobs import JobContext
from seen.core.log import get_log
from seen.core.wording import counted
from seen.host.registry import Handle
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import PluginError
from seen.plugin.models import MediaKind

log = get_log(__name__)
CHANGES_JOB = "catalog_changes"
_SECONDS = 120.0
_AT_ONCE = 5_000
# A clock that differs from the provider's must not open a gap.
_OVERLAP = timedelta(minutes=10)


class Changes:
    """Makes titles due that their providers say have changed."""

    def __init__(self, db: Database, providers: Providers) -> None:
        self._db = db
        self._providers = providers

    async def run(self, context: JobContext) -> str:
        """Follow every provider's changes from where it was left."""
        able = [
            (each, kind)
            for each in self._providers()
            if "changes" in each.features
            for kind in sorted(each.facts.kinds)
        ]
        due, problems = 0, []
        for at, (provider, kind) in enumerate(able):
            await context.progress(at, len(able), provider.title)
            try:
                due += await self._follow(provider, kind)
            except PluginError as error:
                log.warning("catalog: no changes", provider=provider.title, reason=str(error))
                problems.append(f"{provider.title}: {error}.")
        said = f"{counted(due, 'title')} changed and due." if due else "Nothing here changed."
        return " ".join(dict.fromkeys((said, *problems)))

    async def _follow(self, provider: Handle[MetadataProvider], kind: MediaKind) -> int:
        begun = clock.now()
        since = await store.changes_seen(self._db, provider.instance_id, kind)
        if since is None:
            # All there is was just fetched, or is due anyway.
            await store.set_changes_seen(self._db, provider.instance_id, kind, begun)
            return 0
        refs = await provider.call(lambda p: p.changes(since - _OVERLAP, kind), timeout=_SECONDS)
        due = 0
        for start in range(0, len(refs), _AT_ONCE):
            due += await store.make_due(self._db, refs[start : start + _AT_ONCE])
        await store.set_changes_seen(self._db, provider.instance_id, kind, begun)
        return due

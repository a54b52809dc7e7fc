"""The promises of a metadata provider, a file for each kind of question."""

from __future__ import annotations

from seen.plugin.testing.conformance.metadata.lists import ListChecks
from seen.plugin.testing.conformance.metadata.refreshing import RefreshChecks
from seen.plugin.testing.conformance.metadata.searching import SearchChecks
from seen.plugin.testing.conformance.metadata.titles import TitleChecks


class MetadataProviderSuite(SearchChecks, TitleChecks, ListChecks, RefreshChecks):
    """Besides ``subject``: ``known_title`` (and ``known_kind``) of a title the service has.

    ``unknown_id`` is an id in the service's own form that stands for nothing. A provider that asks
    a service gives the fixture ``away``, too: one whose service cannot be reached, not started.
    """

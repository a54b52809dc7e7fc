"""Titles that somebody gathered, by hand or by a rule. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from seen.plugin.models import MediaKind

CollectionKind = Literal["manual", "smart"]


class Filter(msgspec.Struct, frozen=True, rename="camel"):
    """The rule of a smart collection: what a title must be. Empty fields ask for nothing."""

    types: tuple[MediaKind, ...] = ()
    genre: str = ""
    platform: str = ""
    year: int | None = None
    unseen: bool = False
    sort: Literal["popular", "newest", "top_rated", "title"] = "popular"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as a viewer sees it. ``count`` is of a manual one's titles; ``cover_id`` the
    title whose picture it wears; ``mine`` whether the viewer may change it."""

    id: UUID
    kind: CollectionKind
    name: str
    description: str
    filter: Filter
    shared: bool
    cover_id: UUID | None
    created_at: datetime
    count: int
    mine: bool
    owner: str


@dataclass(frozen=True, slots=True)
class Franchise:
    """Titles of one series among those a person keeps or has."""

    name: str
    count: int
    cover_id: UUID

"""Who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

Role = Literal["user", "admin"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person behind a request. ``settings`` are the person's own choices.

    ``scopes`` is what a token may do that a program brought; None for the person's own session.
    """

    user_id: UUID
    session_id: UUID
    email: str
    display_name: str
    role: Role
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    scopes: frozenset[str] | None = None

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

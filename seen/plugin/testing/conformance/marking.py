"""Lets the suites run whatever mode a project's pytest-asyncio is in."""

from __future__ import annotations

import inspect
from typing import TypeVar

import pytest

T = TypeVar("T", bound=type)


def asynchronous(suite: T) -> T:
    """Mark the asynchronous tests of a suite, and only those: a plain one must not be marked."""
    for name, member in vars(suite).items():
        if name.startswith("test_") and inspect.iscoroutinefunction(member):
            setattr(suite, name, pytest.mark.asyncio(member))
    return suite

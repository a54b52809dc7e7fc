"""Tries a check of a suite on something broken."""

from __future__ import annotations

from typing import Any

import pytest


async def fails(suite: Any, check: str, *given: Any) -> None:
    """The check must fail, and by an assertion or an error of the broken object itself."""
    with pytest.raises((AssertionError, pytest.fail.Exception, TypeError, ValueError, KeyError)):
        await getattr(suite, check)(*given)

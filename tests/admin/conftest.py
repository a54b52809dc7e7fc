"""Fixtures of the admin room's tests."""

from tests.host.workshop import events, make_host, settings, workshop

__all__ = ["events", "make_host", "settings", "workshop"]

"""Fixtures of the plugin host's tests."""

from tests.host.workshop import events, make_host, settings, workshop

__all__ = ["events", "make_host", "settings", "workshop"]

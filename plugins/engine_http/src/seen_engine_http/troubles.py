"""What can go wrong with a download, in sentences for people."""

from __future__ import annotations

import asyncio
import errno
import ssl

import aiohttp

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Trouble(Exception):
    """It did not work this time; trying again may help. ``pause`` is how long the server asks to
    wait, in seconds."""

    def __init__(self, sentence: str, pause: float | None = None) -> None:
        super().__init__(sentence)
        self.pause = pause


class Hopeless(Exception):
    """Trying again at once will not help. ``final`` says that it never will, because the source is
    gone or wrong; otherwise somebody has to make room, for instance."""

    def __init__(self, sentence: str, *, final: bool = True) -> None:
        super().__init__(sentence)
        self.final = final


class Changed(Exception):
    """The server has another version of the file than the one that was begun."""


class Alone(Exception):
    """The server gives the file on one connection only."""


def trouble_of(error: Exception) -> Trouble | Hopeless:
    """What an error of the client or the system means."""
    if isinstance(error, aiohttp.NonHttpUrlClientError | aiohttp.InvalidURL):
        return Hopeless("The address leads to something that is not HTTP")
    if isinstance(error, aiohttp.TooManyRedirects):
        return Hopeless("The server sends from one address to the next without an end")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Trouble(f"The name {error.host} cannot be found")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return Hopeless("The server's certificate cannot be trusted")
    if isinstance(error, asyncio.TimeoutError):
        return Trouble("The server does not answer")
    if isinstance(error, aiohttp.ClientConnectorError):
        return _connecting(error.os_error)
    if isinstance(error, aiohttp.ClientError):
        return Trouble("The connection broke off")
    if isinstance(error, OSError):
        return _storing(error)
    raise error


def _connecting(error: OSError) -> Trouble | Hopeless:
    if error.errno == errno.EACCES:
        # The egress guard's own sentence says what may be done.
        return Hopeless(error.strerror or "The address may not be reached")
    return Trouble(f"The server cannot be reached: {error.strerror or type(error).__name__}")


def _storing(error: OSError) -> Trouble | Hopeless:
    if isinstance(error, ConnectionError):
        return Trouble("The connection broke off")
    if error.errno in _NO_ROOM:
        return Hopeless("The disk is full", final=False)
    reason = error.strerror or type(error).__name__
    return Hopeless(f"The file cannot be written: {reason}", final=False)

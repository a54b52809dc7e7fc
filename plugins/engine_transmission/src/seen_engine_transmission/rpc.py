"""Talks to Transmission over RPC, with transmission-rpc in the plugin's threads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from transmission_rpc import (
    Client,
    TransmissionAuthError,
    TransmissionConnectError,
    TransmissionError,
)

from seen.plugin import AuthFailed, NotReady, PluginContext

T = TypeVar("T")
_TIMEOUT = 15.0
FIELDS = ("hashString", "status", "error", "errorString", "sizeWhenDone", "leftUntilDone",
          "haveValid", "haveUnchecked", "rateDownload", "peersConnected",
          "metadataPercentComplete", "downloadDir")  # fmt: skip
# The library logs whole answers at every trouble; ours says what is the matter.
_quiet = logging.getLogger("seen_engine_transmission.rpc")
_quiet.setLevel(logging.CRITICAL + 1)


class Refused(Exception):
    """Transmission understood the question and said no; the text is its own."""


class Rpc:
    """Raises NotReady while nobody answers, or not Transmission; AuthFailed for a wrong name or
    password; Refused."""

    def __init__(self, ctx: PluginContext, url: str, username: str, password: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        self._where: dict[str, Any] = {
            "protocol": parts.scheme,
            "host": f"[{host}]" if ":" in host else host,
            "port": parts.port or (443 if parts.scheme == "https" else 80),
            "path": parts.path.rstrip("/") or "/transmission/rpc",
            "username": username or None,
            "password": password or None,
        }
        self._url = url
        self._ctx = ctx
        self._client: Client | None = None

    async def torrents(
        self, hashes: Sequence[str], fields: Sequence[str] = FIELDS
    ) -> Mapping[str, Mapping[str, Any]]:
        """What Transmission knows of some torrents, by hash; one it does not have is left out."""
        if not hashes:
            return {}
        found = await self.ask(lambda client: client.get_torrents(list(hashes), fields))
        return {each.hash_string: each.fields for each in found}

    async def ask(self, work: Callable[[Client], T]) -> T:
        """The answer to whatever ``work`` asks the client for."""
        return await self._ctx.run_blocking(self._asked, work)

    def _asked(self, work: Callable[[Client], T]) -> T:
        try:
            if self._client is None:
                # Making one asks for the session, and so finds out who answers.
                self._client = Client(timeout=_TIMEOUT, logger=_quiet, **self._where)
            return work(self._client)
        except TransmissionAuthError as error:
            raise AuthFailed("Transmission refuses the name or the password") from error
        except TransmissionConnectError as error:
            raise NotReady("Transmission does not answer") from error
        except TransmissionError as error:
            raise self._trouble(error) from error
        except (
            requests.RequestException,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
        ) as error:
            raise NotReady(f"What answers at {self._url} is not Transmission") from error

    def _trouble(self, error: TransmissionError) -> Refused | NotReady:
        said = error.response.get("result") if isinstance(error.response, dict) else None
        if isinstance(said, str) and said:
            return Refused(said)
        return NotReady(f"What answers at {self._url} is not Transmission")

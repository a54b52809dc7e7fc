"""Talks to aria2 over JSON-RPC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from aria2p import Client, ClientException

from seen.plugin import AuthFailed, NotReady, PluginContext

_TIMEOUT = 10.0


class Refused(Exception):
    """aria2 understood the question and said no; the text is its own."""


class _Client(Client):
    """aria2p's client over a connection that stays open, past any proxy of the environment."""

    def __init__(self, host: str, port: int, secret: str) -> None:
        super().__init__(host, port, secret, _TIMEOUT)
        self._session = requests.Session()
        self._session.trust_env = False

    def post(self, payload: str) -> Any:
        """Send a question. Raises requests' errors and ValueError."""
        answer = self._session.post(
            self.server, data=payload, timeout=self.timeout, allow_redirects=False
        )
        return answer.json()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


class Rpc:
    """Raises NotReady while nobody answers, or not aria2; AuthFailed for a wrong secret."""

    def __init__(self, ctx: PluginContext, url: str, secret: str) -> None:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self._ctx = ctx
        self._client = _Client(f"{parts.scheme}://{host}", port, secret)

    async def call(self, method: str, *params: Any) -> Any:
        """The answer to one question. Raises Refused too."""
        found = await self.many([(method, params)])
        if isinstance(found[0], Refused):
            raise found[0]
        return found[0]

    async def many(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> Sequence[Any]:
        """The answers to several questions in one request; a Refused in place of each that aria2
        says no to."""
        if not calls:
            return []
        asked = [(f"aria2.{method}", list(params)) for method, params in calls]
        answers = await self._ctx.run_blocking(self._ask, asked)
        return [_read(each) for each in answers]

    async def close(self) -> None:
        """Close the connection."""
        await self._ctx.run_blocking(self._client.close)

    def _ask(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        try:
            answers: Any = self._client.multicall2(calls)
        except requests.RequestException as error:
            raise NotReady("aria2 does not answer") from error
        except ClientException as error:
            raise _refusal(error.message) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotReady(f"What answers at {self._client.server} is not aria2") from error
        if not isinstance(answers, list) or len(answers) != len(calls):
            raise NotReady(f"What answers at {self._client.server} is not aria2")
        return answers


def _read(answer: Any) -> Any:
    if isinstance(answer, list) and len(answer) == 1:
        return answer[0]
    if isinstance(answer, dict) and isinstance(answer.get("message"), str):
        trouble = _refusal(answer["message"])
        if isinstance(trouble, Refused):
            return trouble
        raise trouble
    raise NotReady("aria2 gives answers that cannot be read")


def _refusal(message: str) -> Refused | AuthFailed:
    if "unauthorized" in message.lower():
        return AuthFailed("aria2 refuses the secret")
    return Refused(message)

"""What admins decide about downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import web

from seen.accounts.service import Accounts
from seen.core.errors import Invalid, SeenError
from seen.core.http import Call
from seen.core.pages import NO_FAULTS, Faults, Pages, Renderer, faults_of, read_fields, see_other
from seen.downloads.administration import DownloadAdmin
from seen.downloads.model.preferences import Preferences
from seen.library.service import Library

SETTINGS = "/app/admin/downloads"
_GIGABYTE = 10**9
_KINDS = (("movie", "Movies"), ("show", "Shows"), ("", "Everything else"))
_WAYS = (
    ("link", "Without a copy where the disk allows it"),
    ("copy", "As a copy"),
    ("in_place", "Not at all: downloads lie in a library folder"),
)
_NUMBER = range(0, 10**9)


@dataclass(frozen=True, slots=True)
class Option:
    """One of a few values."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to choose."""

    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody may have; "" is as usual."""

    id: str
    name: str
    jobs: str
    gigabytes: str
    action: str


def pages(admin: DownloadAdmin, library: Library, accounts: Accounts, render: Renderer) -> Pages:
    """``/app/admin/downloads``."""
    found = Pages()

    async def show(call: Call, faults: Faults = NO_FAULTS, saved: bool = False) -> web.Response:
        preferences = await admin.preferences()
        roots = [(str(each.id), each.path) for each in await library.roots()]
        own = await admin.quotas()
        return await render.page(
            call, "downloads/settings.html", status=faults.status if faults.sentence else 200,
            active="/app/admin", folders=[_folder(preferences, each, roots) for each in _KINDS],
            way=Choice("way", "How files get there",
                       [Option(v, text, v == preferences.way) for v, text in _WAYS]),
            movie_name=preferences.movie_name, show_name=preferences.show_name,
            quota_jobs=preferences.quota_jobs,
            quota_gigabytes=preferences.quota_bytes // _GIGABYTE,
            people=[_person(each.id, each.display_name, own) for each in await accounts.users()],
            error=faults.sentence, saved=saved, has_roots=bool(roots),
        )  # fmt: skip

    @found.get(SETTINGS, access="admin")
    async def settings(call: Call) -> web.StreamResponse:
        return await show(call, saved=call.request.query.get("saved") == "1")

    @found.post(SETTINGS, access="admin")
    async def change(call: Call) -> web.StreamResponse:
        given = await read_fields(call)
        try:
            await admin.set_preferences(_changes(given))
        except SeenError as error:
            return await show(call, Faults(faults_of(error).fields, error.detail))
        return see_other(f"{SETTINGS}?saved=1")

    @found.post(SETTINGS + "/people/{id}", access="admin")
    async def quota(call: Call) -> web.StreamResponse:
        given = await read_fields(call)
        jobs, gigabytes = _number(given, "jobs"), _number(given, "gigabytes")
        amount = None if gigabytes is None else gigabytes * _GIGABYTE
        await admin.set_quota(call.path_id("id"), jobs, amount)
        return see_other(f"{SETTINGS}?saved=1")

    return found


def _folder(
    preferences: Preferences, kind: tuple[str, str], roots: list[tuple[str, str]]
) -> Choice:
    name, label = kind
    chosen = str(preferences.roots.get(name) or "")
    nobody = "Not chosen" if name == "" else "As everything else"
    options = [Option("", nobody, not chosen)]
    options += [Option(root, path, root == chosen) for root, path in roots]
    return Choice(f"root_{name}", label, options)


def _person(user_id: UUID, name: str, own: Mapping[UUID, tuple[int | None, int | None]]) -> Person:
    jobs, amount = own.get(user_id, (None, None))
    return Person(
        str(user_id), name, "" if jobs is None else str(jobs),
        "" if amount is None else str(amount // _GIGABYTE), f"{SETTINGS}/people/{user_id}",
    )  # fmt: skip


def _changes(given: Mapping[str, str]) -> dict[str, Any]:
    """The form as preferences. Raises Invalid."""
    roots = {}
    for kind, _ in _KINDS:
        if text := given.get(f"root_{kind}", "").strip():
            try:
                roots[kind] = UUID(text)
            except ValueError as error:
                raise Invalid("There is no such library folder.") from error
    if given.get("way") not in {value for value, _ in _WAYS}:
        raise Invalid("Choose how files get into the library.")
    return {
        "roots": roots,
        "way": given["way"],
        "movie_name": given.get("movie_name", "").strip(),
        "show_name": given.get("show_name", "").strip(),
        "quota_jobs": _number(given, "quota_jobs") or 0,
        "quota_bytes": (_number(given, "quota_gigabytes") or 0) * _GIGABYTE,
    }


def _number(given: Mapping[str, str], name: str) -> int | None:
    """A whole number from a form; None where nothing was typed. Raises Invalid."""
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        number = msgspec.convert(text, int, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"{text[:20]} is not a whole number.") from error
    if number not in _NUMBER:
        raise Invalid(f"{text[:20]} is not a number that can be used here.")
    return number

"""``/app/settings/privacy``: what others here see, what is kept, and how to be rid of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import msgspec
from aiohttp import web

from seen.accounts.pages import SETTINGS, settings_sections
from seen.accounts.service import Accounts
from seen.core import clock
from seen.core.http import Call
from seen.core.pages import Pages, Renderer, read_form, see_other
from seen.core.wording import counted
from seen.tracking.model import WatchRules
from seen.tracking.pages.collections import COLLECTIONS
from seen.tracking.pages.marks import done
from seen.tracking.service import Tracks

PRIVACY = f"{SETTINGS}/privacy"
_SPANS = {
    "day": ("The last 24 hours", timedelta(days=1)),
    "week": ("The last 7 days", timedelta(days=7)),
    "month": ("The last 30 days", timedelta(days=30)),
    "all": ("Everything", None),
}


class PrivacyForm(msgspec.Struct):
    """What is on. An unchecked box is not in the form."""

    share_statistics: bool = False
    keep_history: bool = False


class ClearForm(msgspec.Struct):
    """How far back."""

    span: Literal["day", "week", "month", "all"]


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A collection that the household sees."""

    name: str
    note: str
    href: str
    unshare: str


def pages(tracks: Tracks, accounts: Accounts, render: Renderer) -> Pages:
    """The part of the settings about privacy."""
    found = Pages()

    @found.get(PRIVACY)
    async def show(call: Call) -> web.StreamResponse:
        collections = await tracks.collections.listed(call.viewer)
        return await render.page(
            call,
            "tracking/privacy.html",
            active=SETTINGS,
            sections=settings_sections("privacy"),
            path=PRIVACY,
            saved="saved" in call.request.query,
            share_statistics=call.viewer.settings.get("shareStatistics") is True,
            keep_history=WatchRules.of(call.viewer.settings).keep,
            shared=[
                SharedRow(
                    each.name,
                    "Fills itself" if each.kind == "smart" else counted(each.count, "title"),
                    f"{COLLECTIONS}/{each.id}",
                    f"{PRIVACY}/collections/{each.id}/unshare",
                )
                for each in collections
                if each.mine and each.shared
            ],
            spans=[{"value": value, "label": label} for value, (label, _) in _SPANS.items()],
        )

    @found.post(PRIVACY)
    async def save(call: Call) -> web.StreamResponse:
        form = await read_form(call, PrivacyForm)
        await accounts.change_settings(
            call.viewer,
            {"shareStatistics": form.share_statistics, "keepHistory": form.keep_history},
        )
        return see_other(f"{PRIVACY}?saved=1")

    @found.post(PRIVACY + "/collections/{id}/unshare")
    async def unshare(call: Call) -> web.StreamResponse:
        await tracks.collections.change(call.viewer, call.path_id("id"), shared=False)
        return done(call, PRIVACY)

    @found.post(PRIVACY + "/clear")
    async def clear(call: Call) -> web.StreamResponse:
        _, span = _SPANS[(await read_form(call, ClearForm)).span]
        await tracks.history.clear(call.viewer, clock.now() - span if span else None)
        return done(call, PRIVACY)

    @found.post(PRIVACY + "/forget")
    async def forget(call: Call) -> web.StreamResponse:
        await tracks.acts.forget(call.viewer)
        return see_other(f"{PRIVACY}?saved=1")

    return found

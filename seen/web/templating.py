"""Templates: each room has its own folder, and plugins add theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from seen.artwork.model import accent, lettering
from seen.plugin.models import Card

ROOMS = Path(__file__).resolve().parent.parent
_NAME = re.compile(r"(?P<room>[a-z_][a-z0-9_]*)/(?P<file>[a-z0-9_]+(?:/[a-z0-9_]+)*\.html)")

# About 2 kB each.
_KEPT_CARDS = 8_192
Folders = Callable[[], Sequence[tuple[str, Path]]]


def load_template(name: str, folders: Folders = tuple) -> str | None:
    """The source of "library/review.html": ``seen/library/templates/review.html``, or the file of
    a plugin's folder whose name stands in front. None when there is no such template."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    places = [ROOMS / found["room"] / "templates"]
    places += [folder for plugin, folder in folders() if plugin == found["room"]]
    for place in places:
        path = place / found["file"]
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None


def make_environment(static: Callable[[str], str], folders: Folders = tuple) -> Environment:
    """Jinja2 with escaping everywhere, and an error for whatever a template lacks."""
    environment = Environment(
        loader=FunctionLoader(lambda name: load_template(name, folders)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        enable_async=False,
    )
    environment.globals["static"] = static
    environment.filters["lettering"] = lettering
    environment.filters["accent"] = accent
    environment.filters["playtime"] = playtime
    environment.globals["kept_card"] = _card_keeper(environment)
    return environment


def _card_keeper(environment: Environment) -> Callable[..., Markup]:
    """Draws cards through their macro, and remembers them: a page shows hundreds, and most are
    the same the next time. A card is its own key, so marks that change make another one."""

    def draw(card: object, wide: bool = False, play: bool = False) -> Markup:
        macros: Any = environment.get_template("web/macros/card.html").module
        return Markup(macros.card(card, wide=wide, play=play))  # noqa: S704 - the macro escapes

    kept = lru_cache(maxsize=_KEPT_CARDS)(draw)

    def card(card: object, wide: bool = False, play: bool = False) -> Markup:
        # What tests and plugins hand over may not be hashable.
        return kept(card, wide, play) if isinstance(card, Card) else draw(card, wide, play)

    return card


def playtime(seconds: float | None) -> str:
    """A position as a clock shows it: 31:12, 1:02:03."""
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"

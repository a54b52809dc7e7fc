"""Finds installed plugins without running a line of their code.

A plugin is a distribution with an entry point in the group ``seen.plugins``. Its ``plugin.toml``
lies in the package that the entry point names. Whatever is wrong with one plugin is a named status
of that plugin and hides no other.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import Literal

from seen.core.log import get_log
from seen.host.errors import ManifestError
from seen.host.faults import named
from seen.host.manifest import ID, Manifest, read_manifest
from seen.plugin import API_VERSION, ENTRY_POINT_GROUP

log = get_log(__name__)

# The distributions that come with the server, which safe mode loads. A list, not a mark in the
# package: a stranger must not be able to call himself bundled. Of those that do the same, the one
# named first is asked first until an admin says otherwise: engines inside this process before
# daemons, which are there for who has one already.
BUNDLED = (
    "seen-engine-http",
    "seen-engine-libtorrent",
    "seen-engine-transmission",
    "seen-engine-aria2",
    "seen-metadata-local",
    "seen-metadata-tmdb",
    "seen-metadata-igdb",
    "seen-metadata-tvmaze",
    # Last of its kind: its lists are for those who have no other.
    "seen-metadata-starter",
    "seen-scanner-guessit",
    "seen-widgets-home",
    "seen-import-files",
)


@dataclass(frozen=True, slots=True)
class Found:
    """An installed plugin, usable or not.

    ``target`` is what to import ("package.module:attribute"); ``folder`` the package's folder, for
    naming places in it. ``state`` is "" for a plugin that may be started; otherwise ``problem``
    says in one sentence why not.
    """

    name: str
    target: str
    distribution: str
    version: str
    folder: Path | None = None
    manifest: Manifest | None = None
    state: Literal["", "broken", "incompatible"] = ""
    problem: str = ""

    @property
    def bundled(self) -> bool:
        return self.distribution in BUNDLED

    @property
    def preference(self) -> int:
        """Its place among plugins of the same kind that nobody has sorted; bundled ones first."""
        return BUNDLED.index(self.distribution) if self.bundled else len(BUNDLED)

    @property
    def title(self) -> str:
        return self.manifest.title if self.manifest else self.name


def discover() -> dict[str, Found]:
    """Every installed plugin by name. Reads files, so call it off the loop."""
    importlib.invalidate_caches()
    found: dict[str, Found] = {}
    for each in sorted(_installed(), key=lambda f: (not f.bundled, f.distribution, f.name)):
        if each.name not in found:
            found[each.name] = each
            continue
        first = found[each.name]
        twin = f"{each.name[:30]}_{re.sub('[^a-z0-9]+', '_', each.distribution)}"[:60]
        found[twin] = Found(
            twin, each.target, each.distribution, each.version, state="broken",
            problem=f"Has the same name as the plugin of {first.distribution}; uninstall one",
        )  # fmt: skip
    return dict(sorted(found.items()))


def _installed() -> Iterator[Found]:
    known: set[str] = set()
    for distribution in distributions():
        try:
            text = distribution.read_text("entry_points.txt") or ""
        except Exception as error:
            log.warning("plugins: unreadable installation", error=named(error))
            continue
        # Parsing every installed distribution would cost more than all else at the start.
        if f"[{ENTRY_POINT_GROUP}]" not in text:
            continue
        name, version = _identity(distribution)
        if name in known:
            # Shadowed by the same distribution earlier on the path, as imports are.
            continue
        known.add(name)
        try:
            points = [e for e in distribution.entry_points if e.group == ENTRY_POINT_GROUP]
        except Exception as error:
            yield Found(
                _safe_id(name), "", name, version, state="broken",
                problem=f"Its entry points cannot be read: {named(error)}",
            )  # fmt: skip
            continue
        for point in points:
            yield _examine(point, name, version)


def _identity(distribution: Distribution) -> tuple[str, str]:
    try:
        name = re.sub(r"[-_.]+", "-", str(distribution.metadata["Name"] or "")).lower()
        return name or "unknown", str(distribution.version or "")
    except Exception:
        return "unknown", ""


def _examine(point: EntryPoint, distribution: str, version: str) -> Found:
    """One entry point, with its manifest or with what is wrong."""
    folder: Path | None = None
    manifest: Manifest | None = None
    state: Literal["", "broken", "incompatible"] = ""
    problem = ""
    try:
        if not ID.fullmatch(point.name):
            raise ManifestError(f"Its name {point.name!r} must be lower snake case")
        folder, file = _find_manifest(point)
        manifest = read_manifest(file.read_bytes(), point.name)
        if not manifest.compatible:
            state = "incompatible"
            problem = f"Needs API {manifest.api}; this server speaks {API_VERSION}"
    except ManifestError as error:
        state, problem = "broken", str(error)
    except Exception as error:
        state, problem = "broken", f"plugin.toml cannot be read: {named(error)}"
    return Found(
        _safe_id(point.name), point.value, distribution, version, folder, manifest, state, problem
    )


def _find_manifest(point: EntryPoint) -> tuple[Path, Path]:
    """The package's folder and its ``plugin.toml``. Raises ManifestError.

    Only the top-level package is asked for: finding a submodule would import its parents.
    """
    top, *inner = point.module.split(".")
    spec = importlib.util.find_spec(top)
    if spec is None:
        raise ManifestError(f"Cannot be found: there is no package {top}")
    for location in spec.submodule_search_locations or ():
        root = Path(location).absolute()
        for folder in (root.joinpath(*inner), root):
            file = folder / "plugin.toml"
            if file.is_file():
                return root, file
    raise ManifestError(f"plugin.toml is missing in the package {point.module}")


def _safe_id(name: str) -> str:
    """A name that can be stored and shown for a plugin whose own name cannot."""
    if ID.fullmatch(name):
        return name
    return ("plugin_" + re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"))[:63]

"""Makes of a job what libtorrent can add, and leaves out what nobody should dial."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import libtorrent as lt

from seen.plugin import PluginError
from seen.plugin.models import DownloadSpec

_TRACKERS = ("http://", "https://", "udp://")
_WEB_SEEDS = ("http://", "https://")
_FLAGS = lt.torrent_flags


def params_of(spec: DownloadSpec) -> lt.add_torrent_params:
    """What to add for a new job. Raises PluginError with a sentence."""
    try:
        if spec.torrent is not None:
            params = lt.load_torrent_buffer(spec.torrent)
        else:
            params = lt.parse_magnet_uri(spec.source)
    except RuntimeError as error:
        raise PluginError(f"The torrent cannot be read: {_plain(error)}") from error
    if params.ti is not None:
        check_files(params.ti)
    return params


def fit(params: lt.add_torrent_params, folder: Path, *, dht: bool) -> lt.add_torrent_params:
    """Set everything about a torrent that is not its content, whatever it says itself."""
    trackers = list(params.trackers)
    tiers = list(params.tracker_tiers) or [0] * len(trackers)
    kept = [(url, tier) for url, tier in zip(trackers, tiers, strict=False)
            if url.lower().startswith(_TRACKERS)]  # fmt: skip
    params.trackers = [url for url, _ in kept]
    params.tracker_tiers = [tier for _, tier in kept]
    params.url_seeds = [each for each in params.url_seeds if each.lower().startswith(_WEB_SEEDS)]
    params.dht_nodes = []
    params.save_path = str(folder)
    params.storage_mode = lt.storage_mode_t.storage_mode_sparse
    params.flags |= _FLAGS.apply_ip_filter | _FLAGS.update_subscribe | _FLAGS.duplicate_is_error
    params.flags |= _FLAGS.override_trackers | _FLAGS.override_web_seeds
    params.flags &= ~(_FLAGS.auto_managed | _FLAGS.paused | _FLAGS.seed_mode | _FLAGS.upload_mode)
    if not dht:
        params.flags |= _FLAGS.disable_dht
    return params


def check_files(info: lt.torrent_info) -> None:
    """Raise PluginError for a torrent with files that lead elsewhere."""
    layout = info.layout()
    for at in range(layout.num_files()):
        path = Path(layout.file_path(at))
        if layout.file_flags(at) & lt.file_flags_t.flag_symlink:
            raise PluginError("The torrent holds links to other files, which is not safe")
        if path.is_absolute() or ".." in path.parts:
            raise PluginError("The torrent names files outside of its folder")


def files_of(info: lt.torrent_info) -> Iterator[tuple[int, str, int]]:
    """Index, path and size of each file that is not mere padding."""
    layout = info.layout()
    for at in range(layout.num_files()):
        if not layout.file_flags(at) & lt.file_flags_t.flag_pad_file:
            yield at, layout.file_path(at), layout.file_size(at)


def _plain(error: RuntimeError) -> str:
    """libtorrent's message without its number: "invalid info-hash [libtorrent:39]"."""
    return str(error).partition(" [")[0]

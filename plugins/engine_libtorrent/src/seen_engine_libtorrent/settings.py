"""What libtorrent is told: from the plugin's fields and the server's gate."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import libtorrent as lt

_BLOCKED = 1
_PREFER_TCP = 0
_KB = 1000
_CATEGORIES = lt.alert_category
_ALERTS = (
    _CATEGORIES.error | _CATEGORIES.status | _CATEGORIES.storage | _CATEGORIES.tracker
)  # fmt: skip


def settings_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """libtorrent's settings. What is not a field here is private, quiet and without a router."""
    utp, mapping = bool(config.get("utp")), bool(config.get("open_port"))
    return {
        "alert_mask": _ALERTS,
        "alert_queue_size": 20_000,
        "listen_interfaces": _listen(
            str(config.get("interface") or ""), int(config.get("port", 0))
        ),
        "outgoing_interfaces": str(config.get("interface") or ""),
        "enable_dht": bool(config.get("dht")),
        "enable_lsd": bool(config.get("local_peers")),
        "enable_upnp": mapping,
        "enable_natpmp": mapping,
        "enable_outgoing_utp": utp,
        "enable_incoming_utp": utp,
        "mixed_mode_algorithm": _PREFER_TCP,
        "webtorrent_stun_server": "",
        "download_rate_limit": int(config.get("download_limit", 0)) * _KB,
        "upload_rate_limit": int(config.get("upload_limit", 0)) * _KB,
        "connections_limit": int(config.get("connections", 200)),
        # The server decides how many downloads run; peers share an address behind one router.
        "allow_multiple_connections_per_ip": True,
        "ssrf_mitigation": True,
        "apply_ip_filter_to_trackers": True,
        "validate_https_trackers": True,
        "announce_to_all_tiers": True,
        "max_metadata_size": 10_000_000,
        # The host gives a plugin a few seconds to stop.
        "stop_tracker_timeout": 1,
        "aio_threads": 4,
    }


def filter_of(networks: Iterable[IPv4Network | IPv6Network]) -> lt.ip_filter:
    """Keeps peers, trackers and web seeds out of these networks."""
    made = lt.ip_filter()
    for each in networks:
        made.add_rule(str(each[0]), str(each[-1]), _BLOCKED)
    return made


def use_system_certificates() -> None:
    """Tell libtorrent's own OpenSSL where this system keeps its certificates.

    It was built elsewhere and looks in a place that exists only there; trackers over HTTPS would
    all fail. The variables name what Python uses anyway.
    """
    found = ssl.get_default_verify_paths()
    for variable, path in (("SSL_CERT_FILE", found.cafile), ("SSL_CERT_DIR", found.capath)):
        if path:
            os.environ.setdefault(variable, path)


def _listen(interface: str, port: int) -> str:
    if not interface:
        return f"0.0.0.0:{port},[::]:{port}"
    return f"[{interface}]:{port}" if ":" in interface else f"{interface}:{port}"

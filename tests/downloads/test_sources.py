"""What somebody pastes is read strictly; nothing in it leads into a private network."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.core.egress import Allowlist, refusal
from seen.core.errors import Invalid
from seen.downloads.model.sources import kind_of, read_source
from tests.downloads.test_torrents import PRIVATE

NOBODY = Allowlist()
HASH = "c9e15763f722f23e98a29decdfae341b98d53056"
MAGNET = f"magnet:?xt=urn:btih:{HASH}"


@pytest.mark.parametrize("kind", ["http", "direct", "torrent"])
@pytest.mark.parametrize("link", PRIVATE)
def test_a_link_into_a_private_network_is_refused(kind: str, link: str) -> None:
    with pytest.raises(Invalid):
        read_source(kind, link, NOBODY)  # type: ignore[arg-type]  # the kinds are given above


def test_a_link_is_taken_as_it_is() -> None:
    link = "https://example.org/a/Film%20(2020).mkv?key=1&x=%2f"
    found = read_source("http", f"  {link}\n", NOBODY)
    assert (found.text, found.scheme, found.title) == (link, "https", "Film (2020).mkv")
    assert read_source("direct", "http://8.8.8.8/x", NOBODY).scheme == "http"
    assert read_source("torrent", "https://example.org/x.torrent", NOBODY).scheme == "torrent"


@pytest.mark.parametrize(
    "link",
    [
        "", "film", "ftp://example.org/x", "javascript:alert(1)", "http://", "http://exa mple.org/",
        "http://example.org\\@10.0.0.1/", "http://example.org:99999/", "http://[::1", "\x00",
        "magnet:?xt=urn:btih:" + "a" * 40, "http://" + "a" * 17_000 + ".org/",
    ],
)  # fmt: skip
def test_what_is_no_web_link_is_refused(link: str) -> None:
    with pytest.raises(Invalid):
        read_source("http", link, NOBODY)


@pytest.mark.parametrize("link", PRIVATE)
def test_a_magnet_link_loses_what_is_private(link: str) -> None:
    public = "https://tracker.example.org/announce"
    text = MAGNET + "".join(
        f"&{name}={quote(link, safe='')}" for name in ("tr", "tr.1", "ws", "as", "xs")
    )
    found = read_source("magnet", f"{text}&tr.2={quote(public)}&dn=Film", NOBODY)
    given = parse_qs(urlsplit(found.text).query)
    assert given == {"xt": [f"urn:btih:{HASH}"], "tr": [public], "dn": ["Film"]}
    assert len(found.left_out) == 5


@pytest.mark.parametrize(
    ("peer", "stays"),
    [
        ("1.1.1.1:6881", True), ("127.0.0.1:6881", False), ("[::1]:6881", False),
        ("[2606:4700::1]:6881", True), ("10.0.0.1:1", False), ("box:99", False), ("1.1.1.1", False),
    ],
)  # fmt: skip
def test_a_peer_in_a_private_network_is_left_out(peer: str, stays: bool) -> None:
    found = read_source("magnet", f"{MAGNET}&x.pe={quote(peer)}", NOBODY)
    assert ("x.pe" in found.text) is stays


def test_what_an_engine_need_not_know_is_left_out() -> None:
    found = read_source("magnet", f"{MAGNET}&out=../../x&so=1&mt=http://10.0.0.1/&xl=5", NOBODY)
    assert found.text == f"{MAGNET}&xl=5"


def test_both_spellings_of_a_digest_are_one_content() -> None:
    assert read_source("magnet", MAGNET.upper().replace("MAGNET", "magnet"), NOBODY).content_key
    other = "magnet:?xt=urn:btih:ZHQVOY7XELZD5GFCTXWN7LRUDOMNKMCW"
    keys = {read_source("magnet", each, NOBODY).content_key for each in (MAGNET, other)}
    assert keys == {f"urn:btih:{HASH}"}


@pytest.mark.parametrize(
    "link", ["magnet:", "magnet:?dn=x", "magnet:?xt=urn:btih:xyz", "magnet:?xt=urn:sha1:" + HASH]
)
def test_a_magnet_link_without_content_is_refused(link: str) -> None:
    with pytest.raises(Invalid):
        read_source("magnet", link, NOBODY)


@given(st.text(max_size=300))
def test_nothing_but_a_reason_comes_of_any_text(text: str) -> None:
    kind_of(text)
    for kind in ("magnet", "torrent", "http"):
        for paste in (text, f"magnet:?xt={text}", f"http://{text}", f"{MAGNET}&tr={text}"):
            try:
                read_source(kind, paste, NOBODY)  # type: ignore[arg-type]  # given above
            except Invalid as error:
                assert error.detail.endswith(".")


def test_the_kind_is_guessed() -> None:
    assert kind_of(" MAGNET:?xt=1") == "magnet"
    assert kind_of("https://example.org/x.torrent?key=1") == "torrent"
    assert kind_of("https://example.org/x.mkv") == "http"


def test_the_admin_may_allow_a_host() -> None:
    allow = Allowlist(["192.168.1.0/24", "nas:8080", "media.lan"])
    assert not refusal("192.168.1.9", 80, allow) and not refusal("media.lan.", 1, allow)
    assert not refusal("nas", 8080, allow) and refusal("nas", 80, allow)
    assert not refusal("example.org", 80, NOBODY) and not refusal("8.8.8.8", 80, NOBODY)

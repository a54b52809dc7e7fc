"""Torrent files are checked before an engine sees one, and cleaned of what it must not dial."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seen.core.bencode import BencodeError, Raw, encode, read_document
from seen.core.egress import Allowlist
from seen.core.errors import Invalid
from seen.downloads.model.paths import UnsafePath, check_relative
from seen.downloads.model.torrents import read_torrent
from tests.downloads.torrents import folder_info, info_of, torrent

NOBODY = Allowlist()

# --- bencode -------------------------------------------------------------------------------------

_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers(-(10**18), 10**18) | st.binary(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.binary(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.binary(max_size=8), _VALUES, max_size=5))
def test_what_is_written_is_read_again(values: dict[bytes, Any]) -> None:
    data = encode(values)
    document = read_document(data)
    assert document.values == values
    for key in values:
        assert encode(values[key]) == document.raw(key)
    assert encode({key: Raw(document.raw(key)) for key in values}) == data


@given(st.binary(max_size=200))
@example(b"d" * 100_000)
@example(b"d1:al" + b"l" * 5000)
@example(b"d1:a" + b"9" * 50 + b":")
@example(b"d1:ai" + b"9" * 5000 + b"ee")
def test_nothing_but_bencode_errors_come_of_anything(data: bytes) -> None:
    with contextlib.suppress(BencodeError):
        read_document(data)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"i1e", b"le", b"d", b"d1:ae", b"d1:ai1e", b"di1ei1ee", b"d1:ai01ee", b"d1:ai-0ee",
        b"d1:aiee", b"d01:ai1ee", b"d1:ai1e1:ai2ee", b"dex", b"d1:a5:abce", b"d1:a-1:e",
        b"d1:a" + b"l" * 100 + b"e" * 100 + b"e",
    ],
)  # fmt: skip
def test_what_is_not_strictly_bencode_is_refused(data: bytes) -> None:
    with pytest.raises(BencodeError):
        read_document(data)


# --- what a torrent may be -----------------------------------------------------------------------


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read_torrent(data, NOBODY)
    assert caught.value.code == "bad_torrent"
    return caught.value.detail


def test_a_right_torrent_keeps_its_digest() -> None:
    info = info_of(b"Film (2020).mkv", private=1, source=b"here")
    found = read_torrent(torrent(info, comment=b"hello"), NOBODY)
    digest = hashlib.sha1(encode(info), usedforsecurity=False).hexdigest()
    assert found.content_key == f"urn:btih:{digest}"
    assert read_document(found.metainfo).raw(b"info") == encode(info)
    assert (found.name, found.total) == ("Film (2020).mkv", 50_000)
    assert found.files == (("Film (2020).mkv", 50_000),)


def test_a_folder_keeps_its_files() -> None:
    found = read_torrent(torrent(folder_info(([b"a", b"b.mkv"], 10), ([b"c.srt"], 5))), NOBODY)
    assert found.files == (("a/b.mkv", 10), ("c.srt", 5))


@pytest.mark.parametrize("length", [0, -1, 1, 16_383, 2**40, b"16384", None])
def test_the_length_of_pieces_must_be_possible(length: Any) -> None:
    info = info_of()
    info[b"piece length"] = length
    if length is None:
        del info[b"piece length"]
    assert "pieces" in refused(torrent(info))


@pytest.mark.parametrize("pieces", [b"", b"x" * 19, b"x" * 20, b"x" * 100, 7, [b"x" * 20]])
def test_the_number_of_digests_must_be_right(pieces: Any) -> None:
    assert "pieces" in refused(torrent(info_of(pieces=pieces)))


@pytest.mark.parametrize("size", [-1, 2**63, b"5", [], 0])
def test_sizes_must_be_possible(size: Any) -> None:
    assert "size" in refused(torrent(info_of(length=size)))


@pytest.mark.parametrize(
    "path",
    [
        [b".."], [b"..", b"x"], [b"a", b"..", b"b"], [b"."], [b""], [], [b"/etc/passwd"],
        [b"a/b"], [b"..\\x"], [b"C:\\x"], [b"a\x00b"], [b"a\nb"], [b"x" * 256], [b"d"] * 50,
        [b"x" * 200] * 20,
    ],
)  # fmt: skip
def test_no_name_leads_anywhere_else(path: list[bytes]) -> None:
    for bad in (
        folder_info((path, 10)),
        folder_info(([b"ok"], 10)) | {b"files": [{b"path": [b"ok"], b"path.utf-8": path,
                                                  b"length": 10}]},
    ):  # fmt: skip
        assert "not safe" in refused(torrent(bad))


@pytest.mark.parametrize("name", [b"..", b".", b"", b"a/b", b"/x", b"a\\b", b"a\x00", b"x" * 300])
def test_the_name_of_all_is_one_name(name: bytes) -> None:
    assert "not safe" in refused(torrent(info_of(name)))
    assert "not safe" in refused(torrent(info_of() | {b"name.utf-8": name}))
    assert "not safe" in refused(torrent(folder_info(([b"ok"], 5), name=name)))


@pytest.mark.parametrize(
    "files",
    [
        [([b"a"], 1), ([b"a"], 2)],
        [([b"A.mkv"], 1), ([b"a.MKV"], 2)],
        [(["é".encode()], 1), (["é".encode()], 2)],
        [([b"a"], 1), ([b"a", b"b"], 2)],
    ],
)
def test_no_two_files_are_one(files: list[tuple[list[bytes], int]]) -> None:
    assert "not safe" in refused(torrent(folder_info(*files)))


def test_links_are_refused() -> None:
    for mark in ({b"attr": b"l"}, {b"symlink path": [b"etc", b"passwd"]}):
        entry = {b"path": [b"a"], b"length": 10} | mark
        assert "link" in refused(torrent(folder_info(([b"a"], 10)) | {b"files": [entry]}))


def test_padding_may_repeat_its_name() -> None:
    pad = {b"path": [b".pad", b"10"], b"length": 10, b"attr": b"p"}
    real = {b"path": [b"a.mkv"], b"length": 10}
    info = folder_info(([b"x"], 30)) | {b"files": [real, pad, pad]}
    assert read_torrent(torrent(info), NOBODY).total == 30


def test_a_torrent_of_the_second_kind_is_checked_in_its_own_way() -> None:
    leaf = {b"": {b"length": 10, b"pieces root": b"r" * 32}}
    good = {b"name": b"film", b"piece length": 16_384, b"meta version": 2,
            b"file tree": {b"a": {b"b.mkv": leaf}}}  # fmt: skip
    found = read_torrent(encode({b"info": good, b"piece layers": {}}), NOBODY)
    assert found.files == (("a/b.mkv", 10),) and found.content_key.startswith("urn:btmh:1220")
    bad = good | {b"file tree": {b"..": {b"b.mkv": leaf}}}
    assert "not safe" in refused(encode({b"info": bad}))


@given(st.data())
def test_a_broken_torrent_never_gets_through_with_a_bad_name(data: st.DataObject) -> None:
    whole = torrent(folder_info(([b"a", b"b.mkv"], 10), ([b"c"], 5)), announce=b"http://1.1.1.1/")
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_torrent(bytes(broken), NOBODY)
    except Invalid:
        return
    for path, size in found.files:
        check_relative(path)
        assert size >= 0


@given(st.text(max_size=60))
@example("../x")
@example("a/../../x")
@example("/x")
@example("a//b")
def test_a_relative_path_stays_below(path: str) -> None:
    try:
        check_relative(path)
    except UnsafePath:
        return
    assert not path.startswith("/") and ".." not in path.split("/") and "" not in path.split("/")


# --- whom it would call --------------------------------------------------------------------------

PRIVATE = [
    "http://127.0.0.1/a", "http://127.1/a", "http://2130706433/a", "http://0x7f000001/a",
    "http://0177.0.0.1/a", "http://localhost/a", "http://localhost./a", "http://[::1]/a",
    "http://[::ffff:10.0.0.1]/a", "http://[64:ff9b::a00:1]/a", "http://10.0.0.1:80/a",
    "http://192.168.1.1/a", "http://169.254.169.254/a", "http://user:word@127.0.0.1/a",
    "http://127.0.0.1./a", "udp://10.1.2.3:6969", "http://router/a", "http://nas.local/a",
    "http://%31%32%37.0.0.1/a", "http://①②⑦.0.0.1/a", "http://１２７.0.0.1/a",
    "file:///etc/passwd", "http:///a", "http://a\\@127.0.0.1/", "ws://172.16.0.1/", "http://0/",
    "http://[fe80::1%25eth0]/a", "http://[fd00::1]/", "http://metadata.google.internal/",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_tracker_or_seed_in_a_private_network_is_left(address: str) -> None:
    private, public = address.encode(), b"https://tracker.example.org/announce"
    found = read_torrent(
        torrent(
            announce=private, announce_list=[[private, public], [private]],
            url_list=[private, b"https://seed.example.org/"], httpseeds=[private],
        ),
        NOBODY,
    )  # fmt: skip
    kept = read_document(found.metainfo).values
    assert kept[b"announce"] == public and kept[b"announce-list"] == [[public]]
    assert kept[b"url-list"] == [b"https://seed.example.org/"] and b"httpseeds" not in kept
    assert private.decode() in found.left_out


def test_nodes_and_unknown_parts_are_left_out() -> None:
    found = read_torrent(
        torrent(nodes=[[b"10.0.0.1", 80], [b"1.1.1.1", 80], [b"router", 1], [b"::1", 9], 5],
                comment=b"x", script=b"rm"),
        NOBODY,
    )  # fmt: skip
    kept = read_document(found.metainfo).values
    assert kept[b"nodes"] == [[b"1.1.1.1", 80]]
    assert set(kept) == {b"info", b"nodes"}


def test_what_an_admin_allows_stays() -> None:
    allow = Allowlist(["127.0.0.1", "tracker.lan:6969"])
    found = read_torrent(
        torrent(announce_list=[[b"http://127.0.0.1:9/a", b"udp://tracker.lan:6969",
                                b"udp://tracker.lan:7000"]]),
        allow,
    )  # fmt: skip
    assert found.left_out == ("udp://tracker.lan:7000",)

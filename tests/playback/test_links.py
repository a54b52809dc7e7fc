"""Addresses of streams: made here, ending, and of use to one session."""

from __future__ import annotations

import base64
import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.playback.links import LIFETIME_SECONDS, StreamLink, seal, unseal

KEY = b"k" * 32
LINK = StreamLink(UUID(int=1), UUID(int=2), 1_000_000)
SEALED = seal(LINK, KEY)


@given(st.uuids(), st.uuids(), st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=64))
def test_a_link_comes_back_as_it_was_made(
    item: UUID, session: UUID, expires: int, key: bytes
) -> None:
    link = StreamLink(item, session, expires)
    assert unseal(seal(link, key), key, expires) == link


def test_a_link_ends() -> None:
    assert unseal(SEALED, KEY, LINK.expires) == LINK
    assert unseal(SEALED, KEY, LINK.expires + 0.001) is None
    assert LIFETIME_SECONDS <= 24 * 3600


def test_no_other_spelling_of_a_link_is_one() -> None:
    """Every letter changed to every other, which covers every bit of body and signature."""
    letters = string.ascii_letters + string.digits + "-_+/=. "
    for at in range(len(SEALED)):
        for letter in letters:
            changed = SEALED[:at] + letter + SEALED[at + 1 :]
            assert changed == SEALED or unseal(changed, KEY, 0) is None


@pytest.mark.parametrize("other", [b"", b"K" * 32, KEY + b"k", KEY[:-1]])
def test_a_link_of_another_server_is_none(other: bytes) -> None:
    assert unseal(SEALED, other, 0) is None


def test_a_link_cut_short_made_longer_or_put_together_is_none() -> None:
    other = seal(StreamLink(UUID(int=3), UUID(int=4), 2_000_000), KEY)
    body, mac = base64.urlsafe_b64decode(SEALED + "==")[:36], base64.urlsafe_b64decode(other + "==")
    joined = base64.urlsafe_b64encode(body + mac[36:]).decode().rstrip("=")
    for text in (*(SEALED[:length] for length in range(len(SEALED))), joined,
                 SEALED + "A", SEALED + "=", SEALED * 2, f" {SEALED}", f"{SEALED}\n"):  # fmt: skip
        assert unseal(text, KEY, 0) is None


@given(st.text(max_size=100))
def test_rubbish_is_no_link(text: str) -> None:
    assert unseal(text, KEY, 0) is None

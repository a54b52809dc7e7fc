"""What the server can be told, and the one sentence for what it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seen.core.errors import SettingsError
from seen.core.settings import PREFIX, Settings, load_settings

WRONG = {
    "SEEN_PORT": ["abc", "-1", "65536", "", "80.5"],
    "SEEN_DATABASE_URL": ["mysql://x/y", "x", "sqlite:///x", "http://x"],
    "SEEN_CACHE_URL": ["memcached://x", "localhost:6379", "http://x"],
    "SEEN_ROLES": ["", "server", "api,pagse", ","],
    "SEEN_LIBRARY_ROOTS": ["films", "/films,./shows", "~/films"],
    "SEEN_SECRET_KEY": ["short", "x" * 31],
    "SEEN_ADMIN_PASSWORD": ["short"],
    "SEEN_EGRESS_ALLOW": ["a b", "nas:port", "10.0.0.0/33"],
    "SEEN_TRUSTED_PROXIES": ["nginx", "10.0.0.0/33", "10.0.0.1:80"],
    "SEEN_ALLOWED_HOSTS": ["https://seen.example", "seen.example/app", "a b", "*"],
    "SEEN_LOG_FORMAT": ["xml", "JSON"],
    "SEEN_LOG_LEVEL": ["loud", ""],
    "SEEN_SAFE_MODE": ["perhaps", ""],
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_one_sentence_that_names_its_variable(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in WRONG[name]:
        monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError) as caught:
            load_settings()
        said = str(caught.value)
        assert said.startswith(f"{name}: "), said
        assert said.endswith(".")
        assert "\n" not in said


def test_a_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEN_SECRET_KEY", "my secret")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "my secret" not in str(caught.value)


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEN_ROLES", " api, pages ,")
    monkeypatch.setenv("SEEN_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    monkeypatch.setenv("SEEN_ALLOWED_HOSTS", "seen.example,other.example:8443,[::1]:80")
    monkeypatch.setenv("SEEN_LIBRARY_ROOTS", "/films,/tv shows")
    settings = load_settings()
    assert settings.roles == ("api", "pages")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.allowed_hosts[1] == "other.example:8443"
    assert settings.library_roots == ("/films", "/tv shows")


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    monkeypatch.setenv("SEEN_SECRET_KEY_FILE", str(file))
    assert load_settings().secret_key == "k" * 40
    file.write_text("short\n")
    with pytest.raises(SettingsError, match=r"^SEEN_SECRET_KEY: must have 32"):
        load_settings()


@pytest.mark.parametrize("kind", ["missing", "folder", "binary"])
def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "key"
    if kind == "folder":
        file.mkdir()
    elif kind == "binary":
        file.write_bytes(b"\xff\xfe\xff")
    monkeypatch.setenv("SEEN_ADMIN_PASSWORD_FILE", str(file))
    with pytest.raises(SettingsError, match=r"^SEEN_ADMIN_PASSWORD_FILE: cannot read .*\.$"):
        load_settings()


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert Settings.model_fields.keys() >= {"host", "port"}


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        ("serve", "SEEN_PORT", "abc"),
        ("serve", "SEEN_DATA_DIR", "/dev/null/seen"),
        ("migrate", "SEEN_DATABASE_URL", "postgresql://127.0.0.1:1/seen"),
        ("plugins list", "SEEN_ROLES", "server"),
    ],
)
def test_a_command_says_it_and_ends_with_2(
    tmp_path: Path, command: str, name: str, value: str
) -> None:
    kept = {key: each for key, each in os.environ.items() if not key.startswith(PREFIX)}
    done = subprocess.run(
        [Path(sys.executable).with_name("seen"), *command.split()],
        env={**kept, "SEEN_DATA_DIR": str(tmp_path), "SEEN_PORT": "0", name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done
    assert done.stderr.startswith(f"{name}: "), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr

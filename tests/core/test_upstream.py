"""Requests leave through the admin's proxy, and only such as could be public."""

from __future__ import annotations

import asyncio
import base64
import datetime
import ipaddress
import logging
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from seen.artwork.service import Artwork, Subject
from seen.compose import open_server
from seen.core.egress import EgressRefused, guarded_session
from seen.core.errors import SettingsError
from seen.core.settings import Settings, load_settings
from seen.core.upstream import read_upstream
from seen.plugin.testing.webserver import Served, WebServer, web_server
from tests.core.forward_proxy import ForwardProxy, forward_proxy

PASSWORD = "p@ss word"
WRONG = base64.b64encode(b"me:wrongsecret").decode()
LOGIN = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()
NAME = "pictures.example.org"
BODY = b"a picture" * 1000


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        running.files["/picture"] = Served(BODY)
        yield running


@pytest.fixture
async def proxy(server: WebServer) -> AsyncIterator[ForwardProxy]:
    async with forward_proxy() as running:
        running.plain_port = server.port
        yield running


def url_of(proxy: ForwardProxy, login: str = "") -> str:
    return f"http://{login}127.0.0.1:{proxy.port}"


async def fetch(proxy: ForwardProxy, url: str, *allow: str, login: str = "") -> bytes:
    upstream = read_upstream(url_of(proxy, login))
    async with (
        guarded_session(allow, timeout_seconds=5, proxy=upstream) as session,
        session.get(url, ssl=False) as answer,
    ):
        answer.raise_for_status()
        return await answer.read()


async def test_plain_requests_are_handed_over_whole(proxy: ForwardProxy, server: WebServer) -> None:
    assert await fetch(proxy, f"http://{NAME}/picture") == BODY
    assert proxy.asked == [f"GET http://{NAME}/picture HTTP/1.1"]
    assert server.files["/picture"].requests[0]["Host"] == NAME


def certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


async def test_secret_requests_go_through_a_tunnel(proxy: ForwardProxy, tmp_path: Path) -> None:
    app = web.Application()

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.path} {request.headers.get('Proxy-Authorization')}")

    app.router.add_get("/{path}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate(tmp_path)).start()
    proxy.tls_port, proxy.credentials = runner.addresses[0][1], LOGIN
    login = "me:p%40ss%20word@"
    # What the proxy gets to know is the name; the password is for the proxy alone.
    assert await fetch(proxy, f"https://{NAME}/secret", login=login) == b"/secret None"
    assert proxy.asked == [f"CONNECT {NAME}:443 HTTP/1.1"]
    assert proxy.authorizations == [LOGIN]
    await runner.cleanup()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:10.0.0.1]",
     "169.254.169.254",
     "localhost", "nas", "router.lan", "db.internal", "x.localhost"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_proxy_hears_nothing_of_private_addresses(
    proxy: ForwardProxy, scheme: str, host: str
) -> None:
    with pytest.raises(aiohttp.ClientConnectorError) as refused:
        await fetch(proxy, f"{scheme}://{host}/picture")
    assert isinstance(refused.value.os_error, EgressRefused)
    assert "SEEN_EGRESS_ALLOW" in str(refused.value)
    assert proxy.asked == []


async def test_no_redirect_leads_inside_or_to_the_proxy_itself(
    proxy: ForwardProxy, server: WebServer
) -> None:
    for place in (server.url("/picture"), url_of(proxy) + "/", "http://nas/", "https://10.0.0.1/"):
        server.files["/away"] = Served(b"", location=place)
        with pytest.raises(aiohttp.ClientConnectorError):
            await fetch(proxy, f"http://{NAME}/away")
    assert proxy.asked == [f"GET http://{NAME}/away HTTP/1.1"] * 4
    # To another public name it leads through the proxy again.
    server.files["/away"] = Served(b"", location="http://other.example.org/picture")
    assert await fetch(proxy, f"http://{NAME}/away") == BODY
    assert proxy.asked[-1] == "GET http://other.example.org/picture HTTP/1.1"


async def test_what_an_admin_allowed_inside_is_asked_directly(
    proxy: ForwardProxy, server: WebServer
) -> None:
    assert await fetch(proxy, server.url("/picture"), f"127.0.0.1:{server.port}") == BODY
    assert proxy.asked == []


async def test_a_proxy_that_does_not_answer_or_refuses_is_an_error_like_any_other(
    proxy: ForwardProxy, caplog: pytest.LogCaptureFixture
) -> None:
    proxy.credentials = LOGIN
    for scheme in ("http", "https"):
        with pytest.raises(aiohttp.ClientError) as wrong:
            await fetch(proxy, f"{scheme}://{NAME}/picture", login="me:wrongsecret@")
        said = str(wrong.value) + repr(wrong.value)
        assert "407" in said and "wrongsecret" not in said and WRONG not in said
    nobody = read_upstream("http://me:wrongsecret@127.0.0.1:9")
    assert "wrongsecret" not in repr(nobody)
    async with guarded_session(timeout_seconds=5, proxy=nobody) as session:
        with pytest.raises(aiohttp.ClientError) as away:
            await session.get(f"http://{NAME}/picture")
    assert "wrongsecret" not in str(away.value) + repr(away.value)
    assert "wrongsecret" not in caplog.text


async def test_pictures_come_through_the_proxy(
    proxy: ForwardProxy, server: WebServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    proxy.credentials = LOGIN
    artwork = Artwork(
        tmp_path / "artwork", tuple, tuple, read_upstream(url_of(proxy, "me:p%40ss%20word@"))
    )
    from PIL import Image

    path = tmp_path / "poster.png"
    Image.new("RGB", (600, 900), "#204060").save(path)
    server.files["/poster.png"] = Served(path.read_bytes())
    for scheme, kind in (("http", "image/webp"), ("https", "image/svg+xml")):
        subject = Subject("Tidewater", "movie", "seed", f"{scheme}://{NAME}/poster.png")
        picture = await artwork.picture(subject, "poster", 320)
        assert picture.content_type == kind
    assert proxy.asked[0] == f"GET http://{NAME}/poster.png HTTP/1.1"
    assert set(proxy.asked[1:]) == {f"CONNECT {NAME}:443 HTTP/1.1"}
    await artwork.close()
    said = capfd.readouterr()
    assert "p%40ss" not in said.out + said.err and PASSWORD not in said.out + said.err


async def test_a_provider_asks_through_the_proxy_and_nobody_is_told_its_password(
    settings: Settings, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("SEEN_METADATA_TMDB_API_KEY", "k" * 32)
    monkeypatch.setenv("SEEN_METADATA_TMDB_BASE_URL", "http://tmdb.example.org/3")
    given = settings.model_copy(update={"egress_proxy": url_of(proxy, "me:p%40ss%20word@")})
    async with open_server(given) as server:
        async with asyncio.timeout(20):
            while not any("tmdb.example.org" in each for each in proxy.asked):
                await asyncio.sleep(0.05)
        admin = await server.accounts.create_first_admin("a@example.org", "a password for tests")
        assert admin.role == "admin"
        views = str(await server.host.overview())
    assert proxy.asked[0].startswith("GET http://tmdb.example.org/3/")
    assert LOGIN in proxy.authorizations
    said = capfd.readouterr()
    for text in (views, said.out, said.err, "\n".join(logging.root.manager.loggerDict)):
        assert PASSWORD not in text and "p%40ss" not in text and LOGIN not in text


@pytest.mark.parametrize(
    "text",
    ["https://proxy.lan", "socks5://proxy.lan", "proxy.lan:3128", "http://", "http://a:secret@h:x",
     "http://a:secret@h/path", "http://a:secret@h?q", "http://[::1", "ftp://a:secret@h"],
)  # fmt: skip
def test_an_address_that_is_no_proxy_is_named_without_its_password(text: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        load_settings(egress_proxy=text)
    assert "SEEN_EGRESS_PROXY" in str(wrong.value) and "secret" not in str(wrong.value)


def test_a_proxy_is_read_with_its_port_and_who_may_use_it() -> None:
    found = read_upstream("http://me:a%3Ab@proxy:8888/")
    assert found is not None and found.host == "proxy:8888"
    assert found.authorization == aiohttp.encode_basic_auth("me", "a:b")
    assert found.authorization not in repr(found) and "a%3Ab" not in repr(found)
    plain = read_upstream("http://[fd00::1]")
    assert plain is not None and plain.host == "[fd00::1]:3128" and plain.authorization == ""
    assert ipaddress.ip_address("fd00::1").is_private
    assert read_upstream("") is None

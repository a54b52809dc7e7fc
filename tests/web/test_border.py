"""What every request passes before a room sees it."""

from __future__ import annotations

import asyncio
import json
import random
import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from seen.accounts.service import Origin
from seen.compose import Server, open_server
from seen.core.pages import local_path
from seen.core.settings import Settings
from seen.web.border import host_name, is_local_name
from tests.conftest import PASSWORD, Person

Client = TestClient[web.Request, web.Application]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EMAIL = "admin@example.org"


async def browser_cookie(server: Server, email: str = EMAIL) -> dict[str, str]:
    """The header with which a signed-in browser comes."""
    user = await server.accounts.check(email, PASSWORD)
    token = await server.accounts.open_browser_session(user, Origin("tests", "127.0.0.1"))
    return {"Cookie": f"seen_session={token}"}


async def raw(client: Client, text: str | bytes, seconds: float = 10) -> bytes:
    """Send bytes as they are and answer with what came back until the server closed."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(text if isinstance(text, bytes) else text.encode())
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), seconds)
    finally:
        writer.close()


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@asynccontextmanager
async def serving(settings: Settings, **changes: Any) -> AsyncIterator[tuple[Server, Client]]:
    """A server with other settings, and a client of it."""
    async with (
        open_server(settings.model_copy(update=changes)) as server,
        TestClient(TestServer(server.app)) as client,
    ):
        yield server, client


# --- where a request comes from ------------------------------------------------------------------


async def test_another_site_changes_nothing_whoever_is_signed_in(
    server: Server, client: Client, admin: Person
) -> None:
    here = str(client.make_url("")).rstrip("/")
    foreign: list[dict[str, str]] = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://{client.host}:1"},
        {"Origin": f"{here}.evil.example"},
        {"Origin": "http://[::1"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": "cross-site", "Origin": here},
    ]
    cookie = await browser_cookie(server)
    for who in ({}, cookie, admin.headers):
        for headers in foreign:
            for method, path, body in (
                ("POST", "/app/settings/theme", b"theme=light"),
                ("POST", "/app/login", b"email=a&password=b"),
                ("POST", "/app/logout", b""),
                ("POST", "/api/v1/auth/login", b"{}"),
                ("PATCH", "/api/v1/settings", b'{"theme":"light"}'),
                ("DELETE", f"/api/v1/auth/sessions/{admin.viewer.session_id}", b""),
            ):
                async with client.request(
                    method, path, data=body, headers={**FORM, **headers, **who}
                ) as answer:
                    assert answer.status == 403, (method, path, headers)
    # a browser's cookie without a word about where the request comes from
    async with client.post("/app/settings/theme", data={"theme": "light"}, headers=cookie) as said:
        assert said.status == 403
    assert (await admin.call("GET", "/settings"))[1]["theme"] != "light"


async def test_our_own_pages_and_programs_with_a_token_are_let_through(
    server: Server, client: Client, admin: Person
) -> None:
    here = str(client.make_url("")).rstrip("/")
    cookie = await browser_cookie(server)
    for headers in (
        {**cookie, "Origin": here},
        {**cookie, "Sec-Fetch-Site": "same-origin"},
        {**cookie, "Sec-Fetch-Site": "none"},
        {**cookie, "Sec-Fetch-Site": "same-origin", "Origin": here},
        {**admin.headers},
        {**admin.headers, "Origin": here},
    ):
        async with client.patch(
            "/api/v1/settings", json={"theme": "light"}, headers=headers
        ) as answer:
            assert answer.status == 200, headers


# --- which name it comes to ----------------------------------------------------------------------


async def test_before_the_first_admin_only_names_of_this_network_are_answered(
    client: Client,
) -> None:
    """A page of a stranger whose name was pointed at this machine would be the first admin."""
    body = {"email": "evil@example.org", "password": PASSWORD}
    for host in (
        "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "evil.example.", "a@b",
        "localhost.evil.example", "[::1].evil.example", "[::1]evil", "a/b", "",
    ):  # fmt: skip
        header = {"Host": host}
        async with client.post("/api/v1/auth/register", json=body, headers=header) as answer:
            assert answer.status == 403, host
            assert "SEEN_ALLOWED_HOSTS" in (await answer.json())["detail"]
        async with client.get("/app/setup", headers=header) as answer:
            assert answer.status == 403, host
        async with client.get("/api/v1/health/live", headers=header) as answer:
            assert answer.status == 200, host
    for host in (
        "localhost",
        "192.168.1.20:8080",
        "[::1]:8080",
        "nas",
        "nas.local",
        "tv.home.arpa",
    ):
        async with client.get("/app/setup", headers={"Host": host}) as answer:
            assert answer.status == 200, host
    body["email"] = "first@example.org"
    async with client.post("/api/v1/auth/register", json=body) as answer:
        assert (await answer.json())["role"] == "admin"
    async with client.get("/app/login", headers={"Host": "seen.example.org"}) as answer:
        assert answer.status == 200


async def test_with_a_list_no_other_name_is_answered(settings: Settings) -> None:
    names = ("Seen.Example.org", "other.example:8443")
    async with serving(settings, allowed_hosts=names) as (server, client):
        await server.accounts.create_first_admin(EMAIL, PASSWORD)
        for host, status in (
            ("seen.example.org", 200),
            ("SEEN.example.org.:443", 200),
            ("other.example", 200),
            ("127.0.0.1", 200),
            ("evil.example", 403),
            ("seen.example.org.evil.example", 403),
        ):
            async with client.get("/app/login", headers={"Host": host}) as answer:
                assert answer.status == status, host
        forged = {"Host": "evil.example", "X-Forwarded-Host": "seen.example.org"}
        async with client.get("/app/login", headers=forged) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("host", ["", "a b", "[::1", "x@y@z", "\x00", "]", "a:b:c", "http://x/"])
def test_a_host_header_of_rubbish_is_no_name_of_ours(host: str) -> None:
    assert not is_local_name(host_name(host)) or "." not in host_name(host)


async def test_no_route_stands_outside_of_the_border(settings: Settings) -> None:
    async with serving(settings, allowed_hosts=("seen.example.org",)) as (server, client):
        admin = await server.accounts.create_first_admin(EMAIL, PASSWORD)
        token = await server.accounts.open_browser_session(admin, Origin("tests", "127.0.0.1"))
        cookie = {"Cookie": f"seen_session={token}"}
        tried = 0
        for route in server.app.router.routes():
            assert route.resource is not None
            path = re.sub(r"\{[^}]+\}", "x", route.resource.canonical)
            method = "PROPFIND" if route.method == "*" else route.method
            health = path.startswith("/api/v1/health/")
            for headers in (
                {"Host": "evil.example", "Sec-Fetch-Site": "same-origin", **cookie},
                {"Origin": "https://evil.example", **cookie},
                cookie,
            ):
                if health or (method in ("GET", "HEAD") and "Host" not in headers):
                    continue
                async with client.request(
                    method, path, headers=headers, allow_redirects=False
                ) as answer:
                    assert answer.status == 403, (method, path, headers)
                    check_headers(answer)
                tried += 1
        assert tried > 150


async def test_what_is_not_there_says_which_methods_are(client: Client, admin: Person) -> None:
    for method, path, status, allow in (
        ("PUT", "/api/v1/auth/me", 405, "GET,HEAD"),
        ("DELETE", "/app/login", 405, "GET,POST"),
        ("POST", "/api/v1/nothing", 404, ""),
        ("GET", "/api/v1/auth/me/", 404, ""),
    ):
        async with client.request(method, path, headers=admin.headers) as answer:
            assert answer.status == status, (method, path)
            assert set(answer.headers.get("Allow", "").split(",")) == set(allow.split(","))
            if path.startswith("/api"):
                assert answer.content_type == "application/problem+json"


# --- proxies -------------------------------------------------------------------------------------


async def address_seen(server: Server, client: Client, *forwarded: tuple[str, str]) -> str:
    """The address under which a sign-in with these headers is listed."""
    headers = [("Content-Type", "application/json"), *forwarded]
    body = json.dumps({"email": EMAIL, "password": PASSWORD})
    async with client.post("/api/v1/auth/login", data=body, headers=headers) as answer:
        assert answer.status == 200
        tokens = await answer.json()
    viewer = await server.accounts.viewer_by_access_token(tokens["accessToken"])
    assert viewer is not None
    sessions = await server.accounts.sessions(viewer)
    return next(each.address for each in sessions if each.id == viewer.session_id)


async def test_forwarded_headers_of_strangers_are_not_believed(
    server: Server, client: Client, admin: Person
) -> None:
    forged = (
        ("X-Forwarded-For", "10.1.2.3"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Real-IP", "10.1.2.3"),
        ("Forwarded", "for=10.1.2.3"),
    )
    assert await address_seen(server, client, *forged) == "127.0.0.1"
    data = {"email": EMAIL, "password": PASSWORD}
    headers = [*forged, ("Sec-Fetch-Site", "same-origin")]
    async with client.post(
        "/app/login", data=data, headers=headers, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        assert not answer.cookies["seen_session"]["secure"]
        assert "Strict-Transport-Security" not in answer.headers


async def test_a_known_proxy_is_believed_about_the_nearest_stranger_only(
    settings: Settings,
) -> None:
    proxies = ("127.0.0.0/8", "10.0.0.0/8")
    async with serving(settings, trusted_proxies=proxies) as (server, client):
        await server.accounts.create_first_admin(EMAIL, PASSWORD)
        name = "X-Forwarded-For"
        for forwarded, expected in (
            ([(name, "203.0.113.7")], "203.0.113.7"),
            ([(name, "1.1.1.1, 203.0.113.7")], "203.0.113.7"),
            ([(name, "1.1.1.1, 203.0.113.7, 10.0.0.9")], "203.0.113.7"),
            # some proxies add a line instead of making the first one longer
            ([(name, "1.1.1.1"), (name, "203.0.113.7")], "203.0.113.7"),
            ([(name, "10.0.0.9")], "127.0.0.1"),
            ([], "127.0.0.1"),
        ):
            assert await address_seen(server, client, *forwarded) == expected, forwarded


async def test_sign_in_works_behind_a_proxy_that_speaks_tls_and_rewrites_the_host(
    settings: Settings,
) -> None:
    async with serving(settings, trusted_proxies=("127.0.0.1",)) as (server, client):
        await server.accounts.create_first_admin(EMAIL, PASSWORD)
        async with client.post(
            "/app/login",
            data={"email": EMAIL, "password": PASSWORD},
            headers={
                "Host": "127.0.0.1:8080",
                "X-Forwarded-Host": "seen.example.org",
                "X-Forwarded-Proto": "https",
                "Origin": "https://seen.example.org",
            },
            allow_redirects=False,
        ) as answer:
            assert answer.status == 303
            cookie = answer.cookies["seen_session"]
            assert cookie["secure"] and cookie["httponly"]
            assert cookie["samesite"] == "Lax"
            assert "max-age=" in answer.headers["Strict-Transport-Security"]


# --- redirects -----------------------------------------------------------------------------------

ELSEWHERE = [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "https:evil",
    "http:///evil.example", "javascript:alert(1)", "///evil.example", "/app\\..\\..\\evil",
    "/app\r\nLocation: https://evil.example", "/app\n", "\t//evil.example", " //evil.example",
    "/\t/evil.example", "/app\x00", "/%0d%0a//evil.example", "@evil.example", "evil.example",
    "//app@evil.example", "https://evil.example/app", "/app\ud800", "http://[::1", "/ap", "",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_after_signing_in_one_stays_here(target: str) -> None:
    assert local_path(target) == "/app/dashboard"


@pytest.mark.parametrize("target", ["/app", "/app/movies?sort=year&x=//y", "/app/title/1#top"])
def test_a_place_of_ours_is_gone_to(target: str) -> None:
    assert local_path(target) == target


async def test_the_sign_in_form_neither_keeps_nor_follows_a_foreign_address(
    server: Server, client: Client, admin: Person
) -> None:
    cookie = await browser_cookie(server)
    for target in ELSEWHERE:
        query = URL("/app/login").with_query(next=target.replace("\ud800", "\ufffd\\"))
        async with client.get(query, headers=cookie, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/app/dashboard", target
        async with client.get(query) as answer:
            assert "evil" not in re.sub(r"<title>.*", "", await answer.text()), target


# --- headers and cookies -------------------------------------------------------------------------


def check_headers(answer: ClientResponse) -> None:
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }.items():
        assert answer.headers.get(name) == value, (answer.url, name)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src" in policy
    assert "script-src 'self'" in policy or "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_every_answer_carries_the_security_headers(
    server: Server, client: Client, admin: Person
) -> None:
    cookie = await browser_cookie(server)
    for method, path, status in (
        ("GET", "/", 303),
        ("GET", "/app/login", 200),
        ("GET", "/app/dashboard", 303),
        ("GET", "/app/nothing/here", 404),
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/auth/me", 401),
        ("GET", "/api/v1/health/live", 200),
        ("PUT", "/api/v1/health/live", 405),
        ("OPTIONS", "/api/v1/auth/me", 405),
        ("POST", "/api/v1/auth/login", 400),
        ("GET", "/static/x/css/app.css", 404),
        ("GET", "/static/x/../../app.py", 404),
    ):
        async with client.request(method, path, allow_redirects=False) as answer:
            assert answer.status == status, path
            check_headers(answer)
    for path in ("/app/dashboard", "/app/movies", "/app/nothing", "/app/admin", "/api/v1/auth/me"):
        async with client.get(path, headers=cookie) as answer:
            check_headers(answer)
            assert answer.headers["Cache-Control"] == "no-store", path
    async with client.get("/app/login") as answer:
        text = await answer.text()
    assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert assets
    for path in assets:
        async with client.get(path) as answer:
            assert answer.status == 200
            check_headers(answer)
        async with client.get(path, headers={"If-None-Match": answer.headers["ETag"]}) as answer:
            assert answer.status == 304
            check_headers(answer)
    assert not re.search(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=.(?:speculationrules|application))", text
    )
    assert " style=" not in text


async def test_static_files_are_ours_only(client: Client) -> None:
    for path in (
        "/static/x/../../settings.py", "/static/x/%2e%2e/%2e%2e/app.py", "/static/x//etc/passwd",
        "/static/x/..%2f..%2fapp.py", "/static/%2e%2e/app.py", "/static/x/.%00/app.css",
        "/static/x/css", "/static/x/", "/app/wall/..%2f..%2fapp.svg",
    ):  # fmt: skip
        answer = await raw(client, f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert status_of(answer) in (303, 400, 404), path
        assert b"import" not in answer


async def test_signing_in_always_makes_a_new_session(
    server: Server, client: Client, admin: Person
) -> None:
    planted = "planted-by-somebody-else"
    seen = {planted}
    for cookie in ({"Cookie": f"seen_session={planted}"}, await browser_cookie(server)):
        async with client.post(
            "/app/login",
            data={"email": EMAIL, "password": PASSWORD},
            headers={"Sec-Fetch-Site": "same-origin", **cookie},
            allow_redirects=False,
        ) as answer:
            made = answer.cookies["seen_session"]
            assert made.value not in seen | set(cookie["Cookie"].split("="))
            assert made["httponly"] and made["path"] == "/" and not made["domain"]
            seen.add(made.value)
    assert await server.accounts.viewer_by_token(planted) is None


# --- what it holds -------------------------------------------------------------------------------

JSON = {"Content-Type": "application/json"}


async def test_what_cannot_be_read_is_refused_with_what_to_change(
    client: Client, admin: Person
) -> None:
    login = "/api/v1/auth/login"
    good = '{"email":"a@b.c","password":"x"}'
    cases: list[tuple[bytes, dict[str, str], int, str]] = [
        (good.encode(), {"Content-Type": "text/plain"}, 400, "Content-Type: application/json"),
        (good.encode(), FORM, 400, "Content-Type: application/json"),
        (good.encode(), {"Content-Type": ""}, 400, "Content-Type: application/json"),
        (b"", JSON, 400, "not JSON"),
        (b"{", JSON, 400, "not JSON"),
        (b"\xff\xfe", JSON, 400, "not JSON"),
        (good.encode("utf-16"), JSON, 400, "not JSON"),
        (b"[" * 60_000, JSON, 422, "Expected `object`"),
        (b'{"email":' * 7_000, JSON, 422, "Expected `str`"),
        (b'{"email":NaN,"password":"x"}', JSON, 400, "not JSON"),
        (b'{"email":"\\ud800","password":"x"}', JSON, 400, "not JSON"),
        (b'{"email":1,"password":"x"}', JSON, 422, "email"),
        (b"[]", JSON, 422, "object"),
        (b'{"email":"a"}', JSON, 422, "password"),
        (b'{"email":"a","password":"b","role":"admin"}', JSON, 422, "role"),
        (b" " * 70_000, JSON, 413, "65536 bytes"),
    ]
    for body, headers, status, words in cases:
        async with client.post(login, data=body, headers=headers) as answer:
            problem = await answer.json()
            assert answer.content_type == "application/problem+json"
        assert answer.status == status, (body[:40], problem)
        assert words in problem["detail"], problem
        assert problem["status"] == status
        assert problem["type"] == f"urn:seen:problem:{problem['code']}"
        assert "Traceback" not in str(problem)


async def test_text_that_no_database_stores_is_refused_or_cleaned(
    client: Client, admin: Person
) -> None:
    for text in ("a\x00b@example.org", "\x00", "\u202egro.elpmaxe@a"):
        async with client.post(
            "/api/v1/auth/login", json={"email": text, "password": "x" * 10}
        ) as answer:
            assert answer.status == 401, text
    for query in ("%00", "%ED%A0%80", "%FF", "a%00b", "%F0%9F%98%80", "'", "%25", "\\"):
        for path in ("/api/v1/library", "/app/library"):
            url = URL(f"{path}?q={query}&query={query}", encoded=True)
            async with client.get(url, headers=admin.headers) as answer:
                assert answer.status in (200, 422), (url, await answer.text())
    for part in (
        "%00",
        "%FF",
        "..%2f",
        "%ED%A0%80",
        "a" * 5000,
        "00000000-0000-0000-0000-00000000000g",
    ):
        for path in (f"/api/v1/library/{part}/play", f"/app/title/{part}", f"/app/watch/{part}"):
            async with client.get(URL(path, encoded=True), headers=admin.headers) as answer:
                assert answer.status in (400, 404), path


async def test_numbers_out_of_bounds_are_refused(admin: Person) -> None:
    for value in ("1e999", "-1e999", "1e400", "99999999999999999999999999"):
        status, problem = await admin.call(
            "PATCH",
            "/settings",
            data=f'{{"watchedPercent":{value}}}',
        )
        assert status in (400, 422), problem


async def test_an_endless_body_is_cut_off(client: Client, admin: Person) -> None:
    head = (
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        "Sec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    for path, kind in (
        ("/api/v1/auth/login", "application/json"),
        ("/app/login", "application/x-www-form-urlencoded"),
        ("/app/login", "multipart/form-data; boundary=x"),
    ):
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(head.format(path=path, kind=kind).encode())
        if "multipart" in kind:
            part = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        sent = 0
        try:
            while sent < 30 * 2**20 and not reader._buffer:  # type: ignore[attr-defined]
                writer.write(chunk)
                await writer.drain()
                sent += len(chunk)
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        answer = await asyncio.wait_for(reader.readline(), 10)
        writer.close()
        assert status_of(answer) == 413, (path, kind)
        assert sent < 10 * 2**20


async def test_a_small_body_that_unpacks_to_a_huge_one_is_cut_off(
    client: Client, admin: Person
) -> None:
    bomb = zlib.compress(b" " * 30 * 2**20)
    for path, kind in (("/api/v1/auth/login", JSON), ("/app/login", FORM)):
        async with client.post(
            path,
            data=bomb,
            headers={**kind, "Content-Encoding": "deflate", "Sec-Fetch-Site": "same-origin"},
        ) as answer:
            assert answer.status == 413


async def test_a_broken_form_is_the_senders_mistake(client: Client, admin: Person) -> None:
    multipart = "multipart/form-data; boundary=x"
    disposition = 'Content-Disposition: form-data; name="email"'
    cases = [
        (multipart, f'--x\r\n{disposition}; filename="a\x00b"\r\n\r\n1\r\n--x--\r\n'),
        (multipart, "--y\r\n\r\n--y--\r\n"),
        (multipart, ""),
        (multipart, f"--x\r\n{disposition}\r\n"),
        (multipart, f"--x\r\n{disposition}\r\nContent-Transfer-Encoding: rot13\r\n\r\n1\r\n--x--"),
        (multipart, f"--x\r\n{disposition}\r\nContent-Type: a/b; charset=no\r\n\r\n1\r\n--x--"),
        (multipart, f"--x\r\n{disposition}\r\nContent-Encoding: gzip\r\n\r\n1\r\n--x--\r\n"),
        (multipart, f"--x\r\n{disposition}\r\nContent-Type: multipart/mixed\r\n\r\n1\r\n--x--"),
        (multipart, "--x\r\n" + "X-A: b\r\n" * 5000 + "\r\n\r\n1\r\n--x--\r\n"),
        ("multipart/form-data", "--x\r\n\r\n1\r\n--x--\r\n"),
        (f"{FORM['Content-Type']}; charset=nonsense", "email=a&password=b"),
        (f"{FORM['Content-Type']}; charset=utf-16", "email=a&password=b"),
        (FORM["Content-Type"], "email=%FF%FE&password=%ED%A0%80"),
        (FORM["Content-Type"], "&".join(f"a{number}=1" for number in range(50_000))),
        (FORM["Content-Type"], "email=a"),
        ("application/json", "{}"),
    ]  # fmt: skip
    for kind, body in cases:
        async with client.post(
            "/app/login",
            data=body.encode(),
            headers={"Content-Type": kind, "Sec-Fetch-Site": "same-origin"},
        ) as answer:
            text = await answer.text()
        assert answer.status in (400, 413, 422, 429), (kind, body[:80], answer.status)
        check_headers(answer)
        assert "Traceback" not in text


async def test_headers_that_are_not_text_are_nobodys(client: Client, admin: Person) -> None:
    for header in (
        b"Cookie: seen_session=\xff\xfe", b"Cookie: seen_session=\xed\xa0\x80; seen_theme=\xff",
        b"Authorization: Bearer \xff", b"Authorization: Bearer a.b.c", b"Authorization: \xff",
        b"User-Agent: \xff\xff", b"Referer: \xff", b"Origin: \xff", b"X-Forwarded-For: \xff",
        b"Range: bytes=\xff", b"If-None-Match: \xff", b"Accept-Language: \xff",
        b"Cookie: " + b"a=b; " * 1000, b"Cookie: seen_session=" + b"a" * 6000,
    ):  # fmt: skip
        for path in (b"/api/v1/auth/me", b"/app/login", b"/app/movies", b"/nothing"):
            answer = await raw(
                client, b"GET " + path + b" HTTP/1.0\r\nHost: localhost\r\n" + header + b"\r\n\r\n"
            )
            assert status_of(answer) in (200, 303, 400, 401, 404), (header[:60], path, answer)
    for host in (b"\xff.example", b"\xed\xa0\x80", b"a" * 4000, b"x\x7fy"):
        for path in (b"/api/v1/auth/me", b"/app/login"):
            answer = await raw(client, b"GET " + path + b" HTTP/1.0\r\nHost: " + host + b"\r\n\r\n")
            assert status_of(answer) in (200, 400, 401, 403), (host[:20], path, answer)


async def test_being_alive_needs_no_database_whoever_asks(
    server: Server, client: Client, admin: Person
) -> None:
    await server.db.close()
    for headers in ({}, {"Cookie": "seen_session=unknown"}, {"Host": "evil.example"}):
        async with client.get("/api/v1/health/live", headers=headers) as answer:
            assert answer.status == 200
        async with client.get("/api/v1/health/ready", headers=headers) as answer:
            assert answer.status == 503
    for path in ("/api/v1/library", "/app/movies"):
        async with client.get(path, headers={"Cookie": "seen_session=unknown"}) as answer:
            assert answer.status == 503
            check_headers(answer)
            assert "try again" in await answer.text() or "not connected" in await answer.text()
    await server.db.open()


async def test_2000_cancelled_requests_of_two_people_cross_nowhere(
    client: Client, admin: Person, user: Person
) -> None:
    """Whatever a cancelled request left behind on a connection reaches nobody else."""
    chance = random.Random(7)
    turn = asyncio.Semaphore(24)

    async def once(person: Person) -> str:
        async with turn:
            async with asyncio.timeout(chance.uniform(0, 0.012)):
                _, me = await person.call("GET", "/auth/me")
                return str(me["email"])

    async def many(person: Person) -> int:
        answers = await asyncio.gather(*(once(person) for _ in range(1000)), return_exceptions=True)
        known = {each for each in answers if isinstance(each, str)}
        assert known <= {person.viewer.email}
        return sum(isinstance(each, TimeoutError) for each in answers)

    cancelled = await asyncio.gather(many(admin), many(user))
    assert sum(cancelled) > 500
    for person in (admin, user):
        assert (await person.call("GET", "/auth/me"))[1]["email"] == person.viewer.email

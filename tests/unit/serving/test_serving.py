"""The server of local pages: who is let in, what a request may be, and that no number of connections exhausts it."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from visits import JSON, ask, half_open, serving, visitor

from concept_freq.serving import protocol
from concept_freq.serving.answers import json_answer, read_json
from concept_freq.serving.server import LONGEST, PageServer


async def echo(request: Request) -> Response:
    """What was sent."""
    return json_answer(await read_json(request))


def broken(_: Request) -> Response:
    """A full disk."""
    raise OSError(28, "No space left on device", "ratings.csv")


ROUTES = [Route("/echo", echo, methods=["POST"]), Route("/broken", broken)]


def written(folder: Path) -> Path:
    """A folder with a page."""
    (folder / "index.html").write_text("<p>hello</p>")
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[PageServer]:
    """A page that many tests ask."""
    with serving(written(tmp_path_factory.mktemp("page")), ROUTES) as page:
        yield page


def raw(page: PageServer, sent: bytes) -> bytes:
    """The first line of the answer to bytes of any kind."""
    with socket.create_connection(page.socket.getsockname(), timeout=10) as connection:
        connection.sendall(sent)
        return connection.recv(1000).partition(b"\r\n")[0]


def test_the_printed_address_leads_to_a_clean_one_and_a_cookie(page):
    status, headers, _ = ask(page.address, "GET", "/?view=2&" + urlsplit(page.address).query)
    assert status == 303
    assert urlsplit(headers["Location"])[2:] == ("/", "view=2", "")
    assert urlsplit(headers["Location"]).netloc == urlsplit(page.address).netloc
    name, *flags = headers["Set-Cookie"].split("; ")
    assert str(page.socket.getsockname()[1]) in name  # cookies know no ports: each server has its own
    assert {flag.lower() for flag in flags} == {"httponly", "path=/", "samesite=strict"}
    assert ask(page.address, "GET", "/", visitor(page.address))[::2] == (200, b"<p>hello</p>")


def test_only_the_loopback_address_is_bound(page):
    assert page.socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/echo", "/none", "/?token=", "/?token=wrong", "/?token=%ff%C3%A9"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT"])
def test_nobody_gets_in_without_the_token(page, method, path):
    for headers in ({}, {"Cookie": "concept_freq=1"}, {"Cookie": f"concept_freq_{page.socket.getsockname()[1]}=1"}):
        status, answered, body = ask(page.address, method, path, headers)
        assert status == 403
        assert "Set-Cookie" not in answered
        assert method == "HEAD" or b"address that the program printed" in body


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:127.0.0.1", "", "[::1]:1"])
def test_a_foreign_name_that_leads_here_is_refused(page, host):
    assert ask(page.address, "GET", "/", {**visitor(page.address), "Host": host})[0] == 403


def test_localhost_and_a_forwarded_port_are_welcome(page):
    assert ask(page.address, "GET", "/", {**visitor(page.address), "Host": "localhost:8000"})[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_another_site_cannot_write(page, origin):
    assert ask(page.address, "POST", "/echo", {**visitor(page.address), **JSON, "Origin": origin}, b"{}")[0] == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_cannot_write(page, kind):
    assert ask(page.address, "POST", "/echo", {**visitor(page.address), "Content-Type": kind}, b"{}")[0] == 403


def test_the_page_itself_can_write(page):
    own = {"Origin": "http://" + urlsplit(page.address).netloc, "Content-Type": "application/json; charset=utf-8"}
    assert ask(page.address, "POST", "/echo", {**visitor(page.address), **own}, b'{"a": 1}')[::2] == (200, b'{"a": 1}')


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/none", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/echo", 404),
        ("POST", "/", 405),
        ("GET", "/broken", 500),
    ],
)
def test_every_answer_has_the_headers_and_errors_say_why(page, method, path, status):
    found, headers, body = ask(page.address, method, path, {**visitor(page.address), **JSON})
    assert (found, bool(json.loads(body)["error"])) == (status, True)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert headers["Cache-Control"] == "no-store"
    assert status != 500 or b"No space left on device" in body


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * LONGEST, b"1" * LONGEST, b'{"a": 1} {}'])
def test_what_is_not_json_is_named(page, body):
    status, _, said = ask(page.address, "POST", "/echo", {**visitor(page.address), **JSON}, body)
    assert status == 400 or body == b"1" * LONGEST  # a long number is JSON
    assert status == 200 or b"not JSON" in said


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=2 * LONGEST) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_body_gets_an_answer(page, body):
    status, _, said = ask(page.address, "POST", "/echo", {**visitor(page.address), **JSON}, body)
    assert status == (413 if len(body) > LONGEST else 200 if is_json(body) else 400)
    assert status != 200 or json.loads(said) == json.loads(body)


def is_json(body: bytes) -> bool:
    """Whether Python reads bytes as JSON."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("length", "status"),
    [("-1", 400), ("abc", 400), ("", 400), ("1e3", 400), ("9" * 30, 400), (str(LONGEST + 1), 413), (str(10**18), 413)],
)
def test_a_length_that_cannot_be_is_refused_before_a_byte_is_read(page, length, status):
    head = f"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {visitor(page.address)['Cookie']}\r\n"
    sent = f"{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    assert raw(page, sent.encode()).startswith(f"HTTP/1.1 {status}".encode())


def test_a_body_without_a_length_is_bounded(page):
    head = f"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {visitor(page.address)['Cookie']}\r\n"
    chunk = f"{LONGEST + 1:x}\r\n{'1' * (LONGEST + 1)}\r\n"
    sent = f"{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"
    assert raw(page, sent.encode()).startswith(b"HTTP/1.1 413")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=100))
def test_what_is_no_http_is_refused(page, sent):
    assert raw(page, sent + b"\r\n\r\n").startswith((b"HTTP/1.1 400", b"HTTP/1.1 403"))


def test_four_hundred_half_open_connections_take_no_threads_and_shut_nobody_out(page):
    known = visitor(page.address)
    ask(page.address, "GET", "/", known)
    threads = threading.active_count()
    with half_open(page.address, 400):
        assert ask(page.address, "GET", "/", known)[0] == 200
        assert threading.active_count() <= threads
        assert len(page.server.server_state.connections) <= protocol.CONNECTIONS


def test_a_request_that_does_not_arrive_is_given_up(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(protocol, "SECONDS", 0.2)
    with serving(written(tmp_path), ROUTES) as page:
        cookie = visitor(page.address)["Cookie"]
        head = f"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
        slow = f"{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n1"
        for sent in (b"", b"GET / HTTP", slow.encode()):
            with socket.create_connection(page.socket.getsockname(), timeout=10) as connection:
                begun = time.monotonic()
                connection.sendall(sent)
                with pytest.raises(ConnectionResetError):
                    while connection.recv(1000):
                        pass
                    raise ConnectionResetError  # closed in order
                assert time.monotonic() - begun < 5
        assert not page.server.server_state.connections
    assert not caplog.records  # no traceback on the reader's terminal


def test_a_connection_that_is_used_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(protocol, "SECONDS", 0.5)
    with serving(written(tmp_path), ROUTES) as page:
        connection = http.client.HTTPConnection(urlsplit(page.address).netloc, timeout=10)
        for _ in range(8):
            connection.request("GET", "/", headers=visitor(page.address))
            connection.sock_used = getattr(connection, "sock_used", connection.sock)
            assert connection.getresponse().read() == b"<p>hello</p>"
            assert connection.sock is connection.sock_used
            time.sleep(0.1)
        connection.close()

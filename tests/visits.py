"""How tests serve a local page in a thread and ask it, as a browser or a stranger would."""

import http.client
import resource
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from starlette.routing import BaseRoute

from concept_freq.serving.server import PageServer

JSON = {"Content-Type": "application/json"}
Answer = tuple[int, http.client.HTTPMessage, bytes]  # status, headers, body


@contextmanager
def serving(folder: Path, routes: Sequence[BaseRoute]) -> Iterator[PageServer]:
    """A page, served in a thread."""
    page = PageServer(folder, routes)
    thread = threading.Thread(target=page.server.run, args=([page.socket],))
    thread.start()
    yield page
    page.server.should_exit = True
    thread.join()


def ask(
    address: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """The answer to one request to the server at an address."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def visitor(address: str) -> dict[str, str]:
    """Headers of a browser that opened the printed address."""
    status, headers, _ = ask(address, "GET", "/?" + urlsplit(address).query)
    assert status == 303
    return {"Cookie": headers["Set-Cookie"].partition(";")[0]}


@contextmanager
def half_open(address: str, number: int) -> Iterator[None]:
    """Many connections, of which every second has sent the beginning of a request."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2048)), hard))
    host, port = urlsplit(address).hostname, urlsplit(address).port
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection((host, port))) for _ in range(number)]
        for connection in opened[::2]:
            connection.sendall(b"POST /judgements HTTP/1.1\r\nHost:")
        yield

"""How tests serve a local page in a thread and ask it, as a browser or a stranger would."""

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

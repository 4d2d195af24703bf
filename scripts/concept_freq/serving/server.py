"""A page on this machine: its application, and the server that gives it to one person's browser."""

import secrets
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from concept_freq.serving.answers import explain
from concept_freq.serving.guard import HEADERS, Guard
from concept_freq.serving.protocol import BoundedProtocol

LONGEST = 1000  # bytes of a request's body
BACKLOG = 512  # connections taken at a time; a process may have 1,024 files open


def build_app(folder: Path, routes: Sequence[BaseRoute], token: str, cookie: str, longest: int = LONGEST) -> Starlette:
    """The application of a page: its routes, and the files of a folder, whose ``index.html`` is the page."""
    guards = [Middleware(Guard, token=token, cookie=cookie), Middleware(RequestBodyLimitMiddleware, longest)]
    files = Mount("/", StaticFiles(directory=folder, html=True))
    return Starlette(
        routes=[*routes, files], middleware=guards, exception_handlers={HTTPException: explain, OSError: explain}
    )


class PageServer:
    """Server of one page on the loopback address; port 0 takes a free one.

    ``address`` holds the token that lets a browser in: print it to the page's reader and nobody else.
    """

    def __init__(self, folder: Path, routes: Sequence[BaseRoute], port: int = 0) -> None:
        if port not in range(65536):
            raise ValueError(f"port {port}: wanted is 0 to 65535")
        self.socket = socket.create_server(("127.0.0.1", port))
        port, token = self.socket.getsockname()[1], secrets.token_urlsafe(32)
        self.address = f"http://127.0.0.1:{port}/?token={token}"
        app = build_app(folder, routes, token, f"concept_freq_{port}")  # cookies know no ports
        config = uvicorn.Config(
            app,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            backlog=BACKLOG,
            timeout_graceful_shutdown=5,
            headers=list(HEADERS.items()),
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            log_level="error",
        )
        self.server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM; what has been asked by then is still answered."""
        for ends in (signal.SIGINT, signal.SIGTERM):  # also where a shell's background made it ignore Ctrl-C
            signal.signal(ends, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            self.server.run(sockets=[self.socket])

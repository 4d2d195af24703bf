"""A web server that answers with the bytes that a test gives it, however wrong they are."""

import socketserver
import threading
from contextlib import suppress


def answer(status: int, headers: dict[str, object], body: bytes = b"") -> bytes:
    """An answer as it goes over the line."""
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class Handler(socketserver.StreamRequestHandler):
    """Reads a request and sends the next answer, ``last`` where there is none left."""

    def handle(self) -> None:
        """Answer and hang up."""
        self.connection.settimeout(5)
        lines = []
        while (line := self.rfile.readline()).strip():
            lines.append(line.decode("latin-1").strip())
        self.server.requests.append(lines)
        self.rfile.read(next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0))
        given = self.server.answers.pop(0) if self.server.answers else self.server.last
        with suppress(OSError):  # a client that has read enough hangs up
            for piece in [given] if isinstance(given, bytes) else given:
                self.wfile.write(piece)


class HostileServer(socketserver.ThreadingTCPServer):
    """Sends ``answers`` (bytes, or an iterable of them) one after the other; ``requests`` are the lines it got."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.last, self.requests = [], answer(503, {"Content-Length": 0}), []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, *_) -> None:
        """Say nothing."""

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.server_address[1]}"

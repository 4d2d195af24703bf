"""A web server that misbehaves as told, for the tests of fetching: it serves a folder, or stands before another one."""

import http.client
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"


class Handler(BaseHTTPRequestHandler):
    """Answers GET; the server's ``faults`` say how the next requests go wrong, and ``last`` how all others do."""

    def log_message(self, *_):
        """Say nothing."""

    def give(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def from_folder(self) -> tuple[int, dict[str, str], bytes]:
        """A file of the folder, or the part of it that is asked for."""
        path = Path(self.server.folder) / self.path.lstrip("/")
        if not path.is_file():
            return 404, {"Content-Length": "0"}, b""
        data = path.read_bytes()
        headers = {"ETag": f'"{hash(data)}"', "Accept-Ranges": "bytes"}
        part = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if part and int(part[1]) >= len(data):
            return 416, {"Content-Length": "0"}, b""
        if part:
            headers["Content-Range"] = f"bytes {part[1]}-{len(data) - 1}/{len(data)}"
            data = data[int(part[1]) :]
        return 206 if part else 200, {**headers, "Content-Length": str(len(data))}, data

    def from_upstream(self) -> tuple[int, dict[str, str], bytes]:
        """What the server behind this one answers."""
        upstream = http.client.HTTPConnection(*self.server.upstream)
        upstream.request("GET", self.path, headers=dict(self.headers))
        answer = upstream.getresponse()
        body = answer.read()
        kept = {k: v for k, v in answer.getheaders() if k.lower() not in ("transfer-encoding", "connection")}
        return answer.status, {**kept, "Content-Length": str(len(body))}, body

    def do_GET(self) -> None:
        """Answer, rightly or wrongly."""
        self.server.requests.append((self.path, self.headers.get("Range", "")))
        fault = self.server.faults.pop(0) if self.server.faults else self.server.last
        if fault == "503":
            self.give(503, {"Content-Length": "0", "Retry-After": "0"}, b"")
        elif fault == "page":
            self.give(200, {"Content-Type": "text/html", "Content-Length": str(len(PAGE))}, PAGE)
        elif fault == "plain page":
            self.give(200, {"Content-Length": str(len(PAGE))}, PAGE)
        elif fault == "other file":
            self.give(200, {"Content-Length": "5"}, b"other")
        else:
            status, headers, body = self.from_upstream() if self.server.upstream else self.from_folder()
            if fault == "no length":
                headers.pop("Content-Length")
            self.give(status, headers, body[: len(body) // 2] if fault == "cut" else body)
            self.close_connection = True


class FaultyServer(ThreadingHTTPServer):
    """Serves ``folder``, or what ``upstream`` (host, port) serves; ``requests`` are the (path, range) it was asked."""

    daemon_threads = True

    def __init__(self, folder: Path | None = None, upstream: tuple[str, int] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.upstream = folder, upstream
        self.faults, self.last, self.requests = [], "", []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, *_):
        """Say nothing of a client that hangs up."""

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.server_port}"

"""The local web page on which a rater judges pairs: what it serves, and the file of judgements behind it."""

import csv
import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

import pandas as pd

from concept_freq.io.tables import atomic_path
from concept_freq.rating.ratings import COLUMNS, JUDGEMENTS, KEY, read_judgements, read_lines

PAGE = Path(__file__).with_name("page.html")
LONGEST = 1000  # bytes of a judgement
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other program of a rater writes this file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Ratings:
    """One rater's judgements of pairs (schema ``sampled_pairs``), kept in a CSV file that other raters may share.

    The file is read anew and replaced at each judgement, so what others wrote in between stays.
    """

    def __init__(self, pairs: pd.DataFrame, rater: str, path: Path) -> None:
        self.pairs, self.rater, self.path, self.lock = pairs, rater, path, Lock()
        self.keys = [[*map(str, key), rater] for key in pairs[KEY].itertuples(index=False, name=None)]

    def own(self) -> list[str]:
        """The rater's judgement of each pair, '' where there is none; raises RatingsError where the file is spoilt."""
        rated = read_judgements([self.path] if self.path.exists() else [], self.pairs).astype(str)
        known = {tuple(row[:-1]): row[-1] for row in rated[list(COLUMNS)].to_numpy().tolist()}
        return [known.get(tuple(key), "") for key in self.keys]

    def add(self, number: int, judgement: str) -> None:
        """Write the judgement of the pair with this number, in place of an earlier one."""
        key = self.keys[number]
        with self.lock, alone(self.path):
            rows = [row for _, row in read_lines(self.path)] if self.path.exists() else []
            mine = [row for row in rows if [row[name] for name in COLUMNS[:-1]] == key]
            if not mine:
                mine = [dict(zip(COLUMNS, key, strict=False))]
                rows += mine
            mine[0]["judgement"] = judgement
            with atomic_path(self.path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

    def shown(self) -> dict:
        """What the page may know: captions and the rater's own judgements, nothing of tags, strata or other raters."""
        pairs = zip(self.pairs.caption, self.own(), strict=True)
        return {"rater": self.rater, "pairs": [{"caption": text, "judgement": said} for text, said in pairs]}


class Handler(BaseHTTPRequestHandler):
    """Answers of the page's server, to this machine's browser only."""

    server: "RatingServer"

    def answer(self, body: bytes | str, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Send a whole answer."""
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": len(data)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status: HTTPStatus, why: str) -> None:
        """Send an error."""
        self.answer(json.dumps({"error": why}), "application/json", status)

    def is_own_page(self) -> bool:
        """Whether a request is meant for this server: another site's page may not speak through the browser."""
        return self.headers.get("Host") in self.server.hosts

    def do_GET(self) -> None:
        """The page, the pairs without their pictures, or one picture."""
        ratings, picture = self.server.ratings, re.fullmatch(r"/pictures/(\d+)\.jpg", self.path)
        if not self.is_own_page():
            self.refuse(HTTPStatus.FORBIDDEN, "open the page under the address that the program printed")
        elif self.path == "/":
            self.answer(PAGE.read_bytes(), "text/html; charset=utf-8")
        elif self.path == "/pairs":
            try:
                self.answer(json.dumps(ratings.shown()), "application/json")
            except ValueError as error:
                self.refuse(HTTPStatus.CONFLICT, str(error))
        elif picture and int(picture[1]) < len(ratings.pairs):
            self.answer(ratings.pairs.picture.iloc[int(picture[1])], "image/jpeg")
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "no such page")

    def do_POST(self) -> None:
        """A judgement: JSON of ``pair`` (its number) and ``judgement``."""
        size = int(self.headers.get("Content-Length") or 0)
        if not self.is_own_page() or self.headers.get("Content-Type") != "application/json" or size > LONGEST:
            self.refuse(HTTPStatus.FORBIDDEN, "only the page itself may send judgements")
            return
        try:
            said = json.loads(self.rfile.read(size))
            number, judgement = said["pair"], said["judgement"]
            if judgement not in JUDGEMENTS or number not in range(len(self.server.ratings.pairs)):
                raise ValueError(f"no judgement: {said}")
            self.server.ratings.add(number, judgement)
        except (ValueError, KeyError, TypeError, OSError) as error:
            self.refuse(HTTPStatus.BAD_REQUEST, str(error))
            return
        self.answer("{}", "application/json")

    def log_message(self, *_: object) -> None:
        """Say nothing of single requests."""


class RatingServer(ThreadingHTTPServer):
    """The page of one rater on this machine; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, ratings: Ratings, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.ratings = ratings
        self.hosts = [f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost")]
        self.address = f"http://{self.hosts[0]}/"

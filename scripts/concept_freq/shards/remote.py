"""Bytes of remote files from an offset on: https, s3, and files of datasets on the Hugging Face hub (hf)."""

import http.client
import os
import re
import string
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import boto3
import botocore
import botocore.exceptions
from botocore.config import Config
from huggingface_hub.utils import build_hf_headers

TIMEOUT = 60  # seconds without a byte
PATIENCE = 600  # seconds: no server may ask for a longer wait
PERMANENT = {400, 401, 403, 404, 405, 410, 451, 501}
HF = re.compile(r"hf://datasets/(?P<owner>[^/]+)/(?P<name>[^/@]+)(@(?P<revision>[^/]+))?/(?P<path>.+)")
RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)")
CUT = (OSError, http.client.HTTPException, botocore.exceptions.BotoCoreError)  # what a broken line raises


def shown(text: str) -> str:
    """Addresses as logs, tables and messages show them: without passwords and queries, which may be signatures."""
    return re.sub(r"\?[^\s'\">)]+", "", re.sub(r"//[^/\s@]*@", "//", text))


class RefusedError(RuntimeError):
    """The server will not give the file, now or later."""


class UnavailableError(RuntimeError):
    """The server does not give the file now; ``after`` is how many seconds it asks to wait, if it says so."""

    def __init__(self, reason: str, after: float = 0) -> None:
        super().__init__(reason)
        self.after = after


class StaleError(UnavailableError):
    """What was fetched before does not belong to the file that the server has now."""


@dataclass(frozen=True)
class Answer:
    """A server's answer: where its bytes start, how long the whole file is, and which version of it this is.

    ``ends`` says whether a body that breaks off is noticed without its length: a chunked one has an end mark.
    """

    body: BinaryIO
    start: int
    size: int | None
    version: str
    ends: bool = False


def span(status: int, headers: dict[str, str]) -> tuple[int, int | None]:
    """Where an answer's bytes start, and how long the whole file is, if that is said."""
    name = "content-range" if status == 206 else "content-length"
    value = headers.get(name, "")
    found = RANGE.fullmatch(value) if status == 206 else re.fullmatch(r"()([0-9]*)", value)
    if not found:
        raise UnavailableError(f"answered {status} with the {name} {value[:80]!r}")
    return int(found[1] or 0), int(found[2]) if found[2].isdigit() else None


def answer_of(body: BinaryIO, status: int, headers: dict[str, str]) -> Answer:
    """An answer from its status and headers (names in lower case)."""
    if headers.get("content-type", "").startswith("text/html"):
        raise UnavailableError("answered with a web page instead of the file")
    version = headers.get("etag") or headers.get("last-modified", "")
    return Answer(body, *span(status, headers), version, headers.get("transfer-encoding", "").lower() == "chunked")


def reject(status: int, headers: Mapping[str, str]) -> None:
    """Raise what an error status means."""
    said = f"answered {status} {http.client.responses.get(status, '')}".rstrip()  # the server's own words may be any
    if status in PERMANENT:
        raise RefusedError(said)
    if status == 416:
        raise StaleError("has no bytes beyond those that were fetched before")
    after = headers.get("retry-after") or ""
    raise UnavailableError(said, min(float(after), PATIENCE) if re.fullmatch("[0-9]+", after) else 0)


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follow a redirect without its body, which urllib would read whole, however long it is."""

    def redirect_request(self, request: urllib.request.Request, answer: BinaryIO, *where: object):
        """The request to the new address; a closed answer reads as empty."""
        answer.close()
        return super().redirect_request(request, answer, *where)


OPENER = urllib.request.build_opener(Redirects)


def ask(url: str, offset: int, headers: dict[str, str]) -> http.client.HTTPResponse:
    """What a server answers, where it is no error; ``headers`` are not passed on where it redirects."""
    address = urllib.parse.quote(url, safe=string.punctuation)  # spaces and letters beyond ASCII, no more
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "concept-freq"})
        for name, value in headers.items():
            request.add_unredirected_header(name, value)
        if offset:
            request.add_header("Range", f"bytes={offset}-")
        return OPENER.open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            reject(error.code, error.headers)
    except ValueError:
        raise RefusedError("is no address, or leads to what is none") from None


@contextmanager
def open_http(url: str, offset: int, headers: dict[str, str] | None = None) -> Iterator[Answer]:
    """A file over http or https."""
    with ask(url, offset, headers or {}) as response:
        yield answer_of(response, response.status, {k.lower(): v for k, v in response.headers.items()})


def hub_url(location: str) -> str:
    """Address of a file of a dataset on the hub: hf://datasets/OWNER/NAME[@REVISION]/PATH."""
    if not (parts := HF.fullmatch(location)):
        raise RefusedError("is no hf://datasets/OWNER/NAME[@REVISION]/PATH")
    hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    revision = urllib.parse.quote(urllib.parse.unquote(parts["revision"] or "main"), safe="")  # refs%2Fpr%2F1
    path = urllib.parse.quote(parts["path"])
    return f"{hub}/datasets/{parts['owner']}/{parts['name']}/resolve/{revision}/{path}"


@contextmanager
def open_s3(location: str, offset: int) -> Iterator[Answer]:
    """An object of a bucket; endpoint, region and keys as boto3 finds them, and without keys a public bucket."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    session = boto3.Session()
    signature = None if session.get_credentials() else botocore.UNSIGNED
    once = Config(retries={"total_max_attempts": 1}, signature_version=signature, read_timeout=TIMEOUT)
    part = {"Range": f"bytes={offset}-"} if offset else {}
    try:
        found = session.client("s3", config=once).get_object(Bucket=bucket, Key=key, **part)
    except botocore.exceptions.ClientError as error:
        answer = error.response["ResponseMetadata"]
        reject(answer["HTTPStatusCode"], answer.get("HTTPHeaders", {}))
    with closing(found["Body"]) as body:
        meta = found["ResponseMetadata"]
        yield answer_of(body, meta["HTTPStatusCode"], meta["HTTPHeaders"])


def open_from(location: str, offset: int):
    """Open a remote file from a byte on; the answer says where it really starts."""
    scheme = location.partition("://")[0]
    if scheme in ("http", "https"):
        return open_http(location, offset)
    if scheme == "hf":
        return open_http(hub_url(location), offset, build_hf_headers())
    if scheme == "s3":
        return open_s3(location, offset)
    raise RefusedError(f"has the scheme {scheme}://, known are http, https, s3 and hf")

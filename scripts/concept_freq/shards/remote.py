"""Bytes of remote files from an offset on: https, s3, and files of datasets on the Hugging Face hub (hf)."""

import http.client
import os
import re
import string
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import boto3
import botocore
import botocore.exceptions
from botocore.config import Config
from huggingface_hub.utils import build_hf_headers

TIMEOUT = 60  # seconds without a byte
PERMANENT = {400, 401, 403, 404, 405, 410, 451, 501}
HF = re.compile(r"hf://datasets/(?P<owner>[^/]+)/(?P<name>[^/@]+)(@(?P<revision>[^/]+))?/(?P<path>.+)")
CUT = (OSError, http.client.HTTPException, botocore.exceptions.BotoCoreError)  # what a broken line raises


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
    """A server's answer: where its bytes start, how long the whole file is, and which version of it this is."""

    body: BinaryIO
    start: int
    size: int | None
    version: str


def answer_of(body: BinaryIO, status: int, headers: dict[str, str]) -> Answer:
    """An answer from its status and headers (names in lower case)."""
    if headers.get("content-type", "").startswith("text/html"):
        raise UnavailableError("answered with a web page instead of the file")
    length = headers.get("content-length")
    start, size = 0, int(length) if length else None
    if status == 206:
        first, whole = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers["content-range"]).groups()
        start, size = int(first), None if whole == "*" else int(whole)
    return Answer(body, start, size, headers.get("etag") or headers.get("last-modified", ""))


def reject(status: int, reason: str, after: str | None) -> None:
    """Raise what an error status means."""
    if status in PERMANENT:
        raise RefusedError(f"answered {status} {reason}")
    if status == 416:
        raise StaleError("has no bytes beyond those that were fetched before")
    raise UnavailableError(f"answered {status} {reason}", float(after) if after and after.isdigit() else 0)


@contextmanager
def open_http(url: str, offset: int, headers: dict[str, str] | None = None) -> Iterator[Answer]:
    """A file over http or https; ``headers`` are not passed on where the server redirects."""
    address = urllib.parse.quote(url, safe=string.punctuation)  # spaces and letters beyond ASCII, no more
    request = urllib.request.Request(address, headers={"User-Agent": "concept-freq"})
    for name, value in (headers or {}).items():
        request.add_unredirected_header(name, value)
    if offset:
        request.add_header("Range", f"bytes={offset}-")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            yield answer_of(response, response.status, {k.lower(): v for k, v in response.headers.items()})
    except urllib.error.HTTPError as error:
        with error:
            reject(error.code, error.reason, error.headers.get("Retry-After"))


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
        code = error.response.get("Error", {}).get("Code", "")
        reject(answer["HTTPStatusCode"], code, answer.get("HTTPHeaders", {}).get("retry-after"))
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

"""Names of shards: of the file, in tables, and the number that puts it into a chunk. Standard library only."""

import glob
import re
from pathlib import Path

ENDINGS = re.compile(
    r"(\.(tar|tgz|parquet|arrow|feather|tsv|csv|txt|jsonl?|gz|gzip|bz2|xz|zst|zstd|lz4|br|snappy|lzo))+$", re.IGNORECASE
)
SPARK = re.compile(r"part-(?:[a-z]-)?(\d+)")  # part-00012-UUID-c000, part-r-00012-UUID, part-00012-tid-…-c000
HIVE = re.compile(r"(\d{6})_\d+")  # 000012_0: the last number counts attempts
OF = re.compile(r"(\d+)[-_.]?of[-_.]?\d+")  # train-00012-of-00128, data-00012-of-00128-HASH, HASH_00012_of_00128
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
HASH = re.compile(r"(?<![0-9a-z])(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{12,}(?![0-9a-z])", re.IGNORECASE)
APART = re.compile(r"(?<![0-9A-Za-z])\d+(?![0-9A-Za-z])")  # 00012 in laion-00012.tar, and not 2 in laion-v2-00012.tar
ANY = re.compile(r"\d+")
TABLES = (".parquet", ".tsv", ".csv", ".txt")
LEFT_BY_SYSTEMS = {
    "__MACOSX",
    "@eaDir",
    "$RECYCLE.BIN",
    "lost+found",
    "Thumbs.db",
    "desktop.ini",
}  # beside hidden files


def is_remote(location: str) -> bool:
    """Whether a shard lies at an address."""
    return "://" in location


def unsigned(location: str) -> str:
    """An address without password and query, which may be secrets; a path as it is."""
    return re.sub("//[^/@]*@", "//", location.partition("?")[0]) if is_remote(location) else location


def shard_name(location: object) -> str:
    """File name of a shard, wherever it lies; of an address without query and fragment."""
    location = str(location)
    if is_remote(location):
        location = re.split("[?#]", location)[0]
    return location.rpartition("/")[2]


def matching(pattern: str) -> list[str]:
    """Paths that a pattern stands for, in order; a path that exists is no pattern, nor is a folder that does."""
    here = Path(pattern)
    if here.exists():
        return [pattern]
    if here.parent.is_dir():
        names = glob.glob(here.name, root_dir=here.parent, recursive=True)  # noqa: PTH207, as below
        return sorted(str(here.parent / name) for name in names)
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207, as Path.glob takes no absolute pattern


def is_tar(location: object) -> bool:
    """Whether a shard is a tar by its name, compressed or not."""
    return re.search(r"\.(tgz|tar(\.[a-z0-9]+)?)$", shard_name(location), re.IGNORECASE) is not None


def is_table(location: object) -> bool:
    """Whether a shard is a table of captions by its name, compressed or not."""
    return any(f".{ending}" in TABLES for ending in shard_name(location).lower().split(".")[1:])


def is_foreign(name: str) -> bool:
    """Whether a file or folder is hidden, or left there by a system, so that it belongs to nobody's data."""
    return name.startswith(".") or name in LEFT_BY_SYSTEMS


def table_name(location: object) -> str:
    """Name of a shard in tables of samples: its file name without the endings of formats and compressions."""
    name = shard_name(location)
    return ENDINGS.sub("", name) or name


def shard_number(location: object) -> int:
    """The number in a shard's name, which alone decides its chunk: adding a shard moves no other.

    It is the part's number where Spark or Hugging Face wrote the name, otherwise the last number of the name, of those
    that stand apart if there are any; digits of UUIDs and hashes are none. Raises ValueError where there is no number.
    """
    name = table_name(location)
    if written := SPARK.match(name) or HIVE.fullmatch(name) or OF.search(name):
        return int(written[1])
    name = HASH.sub("", UUID.sub("", name))
    if not (numbers := APART.findall(name) or ANY.findall(name)):
        raise ValueError(f"{location}: a shard's name must end in its number, as in 00012.tar")
    return int(numbers[-1])

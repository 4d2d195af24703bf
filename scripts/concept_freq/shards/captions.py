"""Where the caption of a sample stands: in a file of its own, or in the sample's .json."""

import json
from collections.abc import Collection
from typing import NamedTuple

from concept_freq.shards.tar import Sample

COLUMN = "caption"  # its usual name
FOUND = "; found "
SHOWN = 4  # extensions that a reason names
USUAL = {"txt", "json", "jpg", "jpeg", "png", "webp"}


class Source(NamedTuple):
    """A file's extension, and the key in it where it is JSON."""

    extension: str
    key: str | None = None


TEXT = Source("txt")


def source_of(extensions: Collection[str], column: str = COLUMN) -> Source:
    """Where a shard with files of these extensions has its captions, for all its samples alike.

    A column's name is that of an extension if there is such a file, else a key of the .json. The usual one stands for
    the .txt; where a shard has none, it is that key.
    """
    if column == COLUMN:
        return Source("json", column) if "json" in extensions and "txt" not in extensions else TEXT
    extension = column.lower().lstrip(".")
    return Source(extension) if extension in extensions else Source("json", column)


def is_caption(column: str, extension: str) -> bool:
    """Whether a file is needed to find a column's captions."""
    return extension in ("txt", "json", column.lower().lstrip("."))


def decode(data: bytes) -> str:
    """Text of a caption without its byte order mark; raises ValueError where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("caption is not UTF-8") from error


def value_of(text: str, key: str) -> str:
    """The caption under a key of a JSON object; raises ValueError with the reason where there is no single one."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("no caption (.json cannot be read)") from error
    value = fields.get(key) if isinstance(fields, dict) else None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        raise ValueError(f"no caption (no {key} in .json)")
    if not isinstance(value, str):
        raise ValueError(f"{key} in .json is {'several captions' if isinstance(value, list) else 'no text'}")
    return decode(value.encode("utf-8", "surrogatepass"))  # half a character can be escaped in JSON


def found(sample: Sample) -> str:
    """What a sample has in place of the wanted file, where that is unusual."""
    names = [f".{extension}" for extension in (*sample.files, *sample.unread)]
    if {*sample.files, *sample.unread} <= USUAL:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{FOUND}{', '.join(names[:SHOWN])}{more}"


def kind_of(reason: str) -> str:
    """A reason without what was found, by which reasons of one kind differ."""
    return reason.partition(FOUND)[0]


def captions_in(sample: Sample) -> int:
    """How many texts a sample has: with dots in its key, or several captions, it stands for so many pairs."""
    return sum(extension.rpartition(".")[2] == "txt" for extension in (*sample.files, *sample.unread))


def caption_of(sample: Sample, source: Source = TEXT) -> str:
    """The caption; raises ValueError with the reason where there is none, or none that can be read."""
    if source.extension not in sample.files:
        reason = sample.unread.get(source.extension) or f"no caption (.{source.extension}){found(sample)}"
        raise ValueError(reason)
    text = decode(sample.files[source.extension])
    caption = value_of(text, source.key) if source.key else text
    if not caption.strip():
        raise ValueError("no caption")
    return caption

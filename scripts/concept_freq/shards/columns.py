"""Columns of Parquet and CSV files as text: bytes, dictionaries and lists of it; UTF-8 is checked, not believed."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def plain(array: pa.Array) -> pa.Array:
    """A column without dictionary; numbers that are none (pandas writes an empty column so) are null."""
    array = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    if pa.types.is_floating(array.type) and pc.all(pc.is_nan(array.drop_null())).as_py():
        return pa.nulls(len(array))
    return pa.nulls(len(array)) if array.null_count == len(array) else array


def flat(lists: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Values of lists, and the list that each is of; a list without values has one that is null."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    n = np.maximum(lengths, 1)
    parents = np.repeat(np.arange(len(lists)), n)
    within = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    places = pa.array(np.repeat(np.cumsum(lengths) - lengths, n) + within, mask=np.repeat(lengths == 0, n))
    return pc.list_flatten(lists).take(places), parents


def is_text(kind: pa.DataType) -> bool:
    """Whether a column holds text, or bytes that can be text."""
    names = ("string", "large_string", "string_view", "binary", "large_binary", "binary_view", "null")
    return any(getattr(pa.types, f"is_{name}")(kind) for name in names)


def is_list(kind: pa.DataType) -> bool:
    """Whether a column holds lists."""
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def as_text(array: pa.Array) -> pa.Array:
    """Text of a column of text or bytes; what is not UTF-8 becomes null."""
    raw = array.cast(pa.binary())
    try:
        return raw.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([text_or_none(value) for value in raw.to_pylist()], pa.string())


def text_or_none(value: bytes | None) -> str | None:
    """Text, or None where there is none or it is not UTF-8."""
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def keys_of(array: pa.Array | None, rows: np.ndarray) -> pa.Array:
    """Names of samples as text; the number of the row where there is none."""
    numbers = pa.array(rows).cast(pa.string())
    if array is None:
        return numbers
    array = plain(array)
    return pc.coalesce(as_text(array) if is_text(array.type) else array.cast(pa.string()), numbers)

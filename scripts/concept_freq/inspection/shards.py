"""The first samples of a dataset's first and last shard: whether captions and pictures can be read."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from concept_freq.shards.caption_tables import CaptionFileError, read_captions
from concept_freq.shards.captions import COLUMN, caption_of, is_caption, source_of
from concept_freq.shards.names import is_tar
from concept_freq.shards.pictures import is_picture, picture_of
from concept_freq.shards.tar import Sample, Skips, open_archive

LOOKED_AT = 20  # samples of a shard


def reasons(samples: list[Sample], read) -> Counter[str]:
    """Why a function cannot read samples, and of how many."""
    found: Counter[str] = Counter()
    for sample in samples:
        try:
            read(sample)
        except ValueError as error:
            found[str(error)] += 1
    return found


def tar_problems(path: Path, column: str, pictures: bool) -> Iterator[str]:
    """What is wrong with the first samples of a tar."""
    skips = Skips("check")
    with open_archive(path, skips, lambda name: is_picture(name) or is_caption(column, name)) as archive:
        samples = [archive.read(entry) for entry in archive.entries[:LOOKED_AT]]
        source = source_of(archive.extensions, column)
    if not samples:
        said = skips.rows[0]["reason"] if skips.rows else "it is empty"
        yield f"{path}: no sample can be read: {said}"
        return
    sides = {"caption": lambda sample: caption_of(sample, source)} | ({"picture": picture_of} if pictures else {})
    for side, read in sides.items():
        if (lost := reasons(samples, read)).total() == len(samples):
            extensions = ", ".join(sorted(archive.extensions)[:LOOKED_AT])
            yield f"{path}: no {side} in its first {len(samples)} samples ({next(iter(lost))}); it has {extensions}"


def table_problems(path: Path, column: str, key: str | None) -> Iterator[str]:
    """What is wrong with the first captions of a table."""
    try:
        if not any(len(batch) for batch in islice(read_captions(str(path), column, key), 1)):
            yield f"{path}: no caption in column {column}"
    except CaptionFileError as error:
        yield str(error)


def sample_problems(study) -> Iterator[str]:
    """What is wrong with the first samples of the first and the last local shard of each dataset."""
    for name in study.measured:
        dataset = study.datasets[name]
        if dataset.is_composed or dataset.is_derived:
            continue
        local = [Path(shard.location) for shard in dataset.shards if not shard.is_remote]
        column = dataset.row.caption_column or COLUMN
        for path in dict.fromkeys([*local[:1], *local[-1:]]):
            if is_tar(path):
                yield from tar_problems(path, column, study.is_tagged(name))
            else:
                yield from table_problems(path, column, dataset.row.key_column or None)


def samples_in(path: Path) -> int:
    """Samples of a local tar, from its headers."""
    with open_archive(path, Skips("check"), lambda name: False) as archive:
        return archive.n_samples

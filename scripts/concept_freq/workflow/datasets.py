"""Pretraining datasets: their shards and chunks, and how those that are derived from others are made."""

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from snakemake.exceptions import WorkflowError

from concept_freq.shards.names import is_tar, shard_number, table_name
from concept_freq.workflow.chunks import Chunk
from concept_freq.workflow.registries import Row
from concept_freq.workflow.shards import Shard, check_names, check_unsigned, found, read_manifest

MANY_CHUNKS = 1000


class Dataset:
    """One registered dataset: the user's own, composed here, derived from another, or counted in a publication."""

    def __init__(self, row: Row, study) -> None:
        self.row, self.name, self.study = row, row.pretraining, study

    def __repr__(self) -> str:
        """Its name."""
        return f"Dataset({self.name!r})"

    @property
    def where(self) -> str:
        """Where its row stands, for messages."""
        return f"{self.study.config['registries']['pretraining']}: {self.name}"

    @property
    def is_published(self) -> bool:
        """Whether its counts are a publication's."""
        return self.row.published_counts != ""

    @property
    def is_composed(self) -> bool:
        """Whether it is composed here, with a planted truth."""
        return not self.is_published and self.row.samples != ""

    @property
    def is_derived(self) -> bool:
        """Whether it is another dataset without some of its samples."""
        return not self.is_published and self.row.of != ""

    @property
    def base(self) -> "Dataset":
        """The dataset that a derived one is made of, which has shards of its own."""
        study = self.study
        bases = [name for name in study.countable if name not in study.derived]
        if self.row.of not in bases:
            where = f"{study.config['registries']['pretraining']}: row {self.name!r}"
            raise WorkflowError(
                f"{where}: of: {self.row.of!r} has no shards of its own; those that do: {', '.join(bases)}"
            )
        return study.datasets[self.row.of]

    @property
    def is_planted(self) -> bool:
        """Whether the truth about it is known: it is composed here, or made of one that is."""
        return self.is_composed or (self.is_derived and self.base.is_composed)

    @functools.cached_property
    def shards(self) -> list[Shard]:
        """All shards: listed, found, composed or derived; names must differ."""
        if self.is_published:
            raise WorkflowError(f"{self.name} has no shards in {self.study.config['registries']['pretraining']}")
        if self.is_derived:
            return self.derived_shards()
        if self.is_composed:
            count = -(-int(self.row.samples) // self.study.config["corpus"]["shard_size"])
            return [Shard(f"<results>/shards/{self.name}/{number:05d}.tar") for number in range(count)]
        return self.own_shards()

    def own_shards(self) -> list[Shard]:
        """The user's shards, by the manifest or the pattern of its row."""
        path, where = self.row.manifest, f"{self.where}: manifest {self.row.manifest}"
        written = Path(self.study.results, "manifests", f"{self.name}.tsv")
        shards = read_manifest(path, str(written), where) if path else found(self.row.shards)
        if not shards:
            raise WorkflowError(f"{self.where}: no file matches {path or self.row.shards}")
        if not path:
            check_unsigned(shards, self.where)
        check_names(shards, self.where)
        return shards

    def derived_shards(self) -> list[Shard]:
        """Shards named as the base's are, which must be tars, for what is left out is pictures."""
        if other := next((shard.name for shard in self.base.shards if not is_tar(shard.name)), None):
            raise WorkflowError(f"{self.where}: of: {self.base.name} has no pictures: {other} is not a tar")
        folders = {
            shard.name: f"<results>/shards/{self.name}/{chunk.name}"
            for chunk in self.base.chunks.values()
            for shard in chunk.shards
        }
        return [Shard(f"{folders[shard.name]}/{shard.name}") for shard in self.base.shards]

    @functools.cached_property
    def chunks(self) -> dict[str, Chunk]:
        """Chunks by name; a shard's number alone decides its chunk."""
        size, members = self.study.config["chunks"]["shards_per_chunk"], {}
        for shard in self.shards:
            try:
                number = shard_number(shard.name)
            except ValueError as error:
                raise WorkflowError(f"{self.where}: {error}") from None
            members.setdefault(f"{number // size:05d}", []).append(shard)
        made = f"<results>/shards/{self.name}/{{}}" if self.is_derived else ""
        return {name: Chunk(self.name, name, tuple(shards), made.format(name)) for name, shards in members.items()}

    def chunk(self, name: str) -> Chunk:
        """A chunk; one that the dataset lacks is a clear error rather than an empty job."""
        if name not in self.chunks:
            raise WorkflowError(f"{self.name} has no chunk {name}")
        return self.chunks[name]

    @property
    def first_chunk(self) -> Chunk:
        """The first chunk."""
        return self.chunks[min(self.chunks)]

    @property
    def first(self) -> Chunk:
        """The first chunk with its first shard alone: what sheets show."""
        return self.first_chunk.only(self.first_chunk.shards[0])

    @functools.cached_property
    def whole(self) -> Chunk:
        """All shards at once, as training reads them."""
        return Chunk(self.name, "all", tuple(self.shards))

    @property
    def own(self) -> list[str]:
        """``Chunk.own`` of all shards, in the order of the shards."""
        return self.over_chunks(lambda chunk: chunk.own) if self.is_derived else self.whole.own

    def over_chunks(self, of: Callable[[Chunk], Iterable[str]]) -> list[str]:
        """A list of paths of every chunk, in one list."""
        return [path for chunk in self.chunks.values() for path in of(chunk)]

    def per_chunk(self, pattern: str, chunks: Iterable[str] | None = None) -> list[str]:
        """A pattern of {pretraining} and {chunk}, filled in for these chunks, or for all."""
        return [pattern.format(pretraining=self.name, chunk=name) for name in chunks or self.chunks]

    def per_first_chunk(self, pattern: str) -> list[str]:
        """``per_chunk`` of the first chunk."""
        return self.per_chunk(pattern, [self.first_chunk.name])

    def per_sampled_chunk(self, pattern: str) -> list[str]:
        """``per_chunk`` of the chunks whose pairs are sampled."""
        return self.per_chunk(pattern, [chunk.name for chunk in self.sampled])

    @functools.cached_property
    def has_pictures(self) -> bool:
        """Whether its shards hold pictures: tars do, tables of captions do not."""
        return all(is_tar(shard.name) for shard in self.shards)

    @functools.cached_property
    def is_remote(self) -> bool:
        """Whether any of its shards must be fetched."""
        return any(shard.is_remote for shard in self.shards)

    @property
    def sampled(self) -> list[Chunk]:
        """Chunks whose pairs are sampled: all; of remote shards the one that sheets show."""
        return [self.first_chunk] if self.is_remote else list(self.chunks.values())

    @property
    def truth(self) -> list[str]:
        """Tables of the planted truth: of each composed shard, or of each derived chunk; none where it is not known."""
        if not self.is_planted:
            return []
        names = self.chunks if self.is_derived else [table_name(shard.name) for shard in self.shards]
        return [f"<results>/truth/{self.name}/{name}.parquet" for name in names]


def check_chunks(datasets: Iterable[Dataset], warn: Callable[[str], None]) -> None:
    """Say so where a run has more chunks than Snakemake and a file system enjoy."""
    count = sum(len(dataset.chunks) for dataset in datasets)
    if count > MANY_CHUNKS:
        warn(f"{count} chunks: raise chunks.shards_per_chunk, so that there are at most {MANY_CHUNKS}")

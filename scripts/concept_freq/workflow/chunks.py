"""Chunks: the shards that one job works on, where it finds them, and what tells them apart."""

import functools
import hashlib
from dataclasses import dataclass

from concept_freq.shards.names import unsigned
from concept_freq.workflow.shards import Shard


@dataclass(frozen=True)
class Chunk:
    """Shards of one chunk, or some of them. ``folder``: of shards that a job of this run makes as a whole."""

    pretraining: str
    name: str
    shards: tuple[Shard, ...]
    folder: str = ""

    @property
    def own(self) -> list[str]:
        """Local shards without a pinned sha256: Snakemake compares them by content."""
        if self.folder:
            return [self.folder]
        return [shard.location for shard in self.shards if not shard.is_remote and not shard.sha256]

    @property
    def pinned(self) -> list[str]:
        """Local shards whose sha256 a manifest pins."""
        return [shard.location for shard in self.shards if not shard.is_remote and shard.sha256]

    @property
    def fetched(self) -> list[str]:
        """The folder that the chunk's remote shards are fetched to, if there are any."""
        return [f"<scratch>/{self.pretraining}/{self.name}"] * any(shard.is_remote for shard in self.shards)

    @property
    def kept(self) -> list[str]:
        """Inputs to mark ancient(): pinned shards and the folder of fetched ones; neither is compared by time."""
        return self.pinned + self.fetched

    @property
    def here(self) -> list[str]:
        """Where a job finds the shards, pinned or not."""
        return self.kept or self.own

    @property
    def manifest(self) -> str:
        """The chunk's manifest, which lists size and sha256 of its shards."""
        return f"<results>/manifests/{self.pretraining}/{self.name}.tsv"

    @property
    def verified(self) -> list[str]:
        """The manifest, where local shards are pinned: making it fails where one is not the pinned one."""
        return [self.manifest] * bool(self.pinned)

    @property
    def unlisted(self) -> list[str]:
        """The manifest, where shards must be looked at because not all is known of them."""
        return [self.manifest] * (not all(shard.is_known for shard in self.shards))

    @functools.cached_property
    def digest(self) -> str:
        """What tells pinned and remote shards apart, in short: an edit of the manifest reruns their chunk."""
        pinned = [shard for shard in self.shards if shard.sha256 or shard.is_remote]
        known = sorted((shard.name, shard.sha256 or unsigned(shard.location)) for shard in pinned)
        return hashlib.sha256(repr(known).encode()).hexdigest()

    @property
    def rows(self) -> str:
        """Rows of a manifest of all shards, as one argument of a program."""
        return rows_of(self.shards)

    @property
    def remote_rows(self) -> str:
        """Rows of a manifest of the shards that must be fetched."""
        return rows_of(shard for shard in self.shards if shard.is_remote)

    def path(self, found: str) -> str:
        """The first shard's path, from what ``own`` or ``kept`` of this chunk became in a job."""
        first = self.shards[0]
        return f"{found}/{first.name}" if first.is_remote or self.folder else found

    def only(self, shard: Shard) -> "Chunk":
        """The chunk with one of its shards alone."""
        return Chunk(self.pretraining, self.name, (shard,), self.folder)


def rows_of(shards) -> str:
    """Rows of a manifest as one argument of a program, which logs and the list of processes show: nothing secret."""
    return "\n".join("\t".join(shard._replace(location=unsigned(shard.location))) for shard in shards)

"""Where a job finds the shards of a chunk, and what tells them apart. No rules here."""

import hashlib


def chunk_shards(wildcards):
    """Shards of a chunk; a chunk that the dataset lacks is a clear error rather than an empty job."""
    try:
        return CHUNKS[wildcards.pretraining][wildcards.chunk]
    except KeyError:
        raise WorkflowError(f"{wildcards.pretraining} has no chunk {wildcards.chunk}") from None


def own_shards(shards):
    """Shards that are told apart by their content: local ones that no manifest pins."""
    return [shard.location for shard in shards if not is_remote(shard.location) and not shard.sha256]


def pinned_files(shards):
    """Local shards that a manifest tells apart."""
    return [shard.location for shard in shards if not is_remote(shard.location) and shard.sha256]


def fetched_to(pretraining, chunk, shards):
    """The folder that the remote ones among these shards of a chunk are fetched to, if there are any."""
    return [f"<scratch>/{pretraining}/{chunk}"] * any(is_remote(shard.location) for shard in shards)


def pinned_shards(pretraining, chunk, shards):
    """Shards that a manifest tells apart, and the folder of those that are fetched: ancient, for neither is by time."""
    return pinned_files(shards) + fetched_to(pretraining, chunk, shards)


def shards_here(wildcards):
    """A chunk's own_shards."""
    return own_shards(chunk_shards(wildcards))


def shards_kept(wildcards):
    """A chunk's pinned_shards."""
    return pinned_shards(wildcards.pretraining, wildcards.chunk, chunk_shards(wildcards))


def all_pinned(pretraining):
    """pinned_shards of all chunks: training on remote shards needs them all at once."""
    return [path for chunk, shards in CHUNKS[pretraining].items() for path in pinned_shards(pretraining, chunk, shards)]


def digest_of(shards):
    """What tells pinned shards apart, in short: an edit of the manifest reruns their chunk."""
    pinned = [shard for shard in shards if shard.sha256 or is_remote(shard.location)]
    known = sorted((shard_name(shard.location), shard.sha256 or shard.location) for shard in pinned)
    return hashlib.sha256(repr(known).encode()).hexdigest()


def verified(wildcards):
    """A chunk's manifest where local shards are pinned: it is made first, and fails where one is not the pinned one."""
    return "<results>/manifests/{pretraining}/{chunk}.tsv" if pinned_files(chunk_shards(wildcards)) else []


def all_verified(wildcards):
    """The same of a dataset's chunks."""
    name = wildcards.pretraining
    chunks = [chunk for chunk, shards in CHUNKS[name].items() if pinned_files(shards)]
    return [f"<results>/manifests/{name}/{chunk}.tsv" for chunk in chunks]


def chunk_digest(wildcards):
    """A chunk's digest_of."""
    return digest_of(chunk_shards(wildcards))


def is_known(shard):
    """Whether all is known of a shard before it is there: a manifest says it, and fetching accepts no other."""
    return is_remote(shard.location) and shard.size and shard.sha256


def made_manifests(pretraining, chunks):
    """Manifests of those of these chunks whose shards must be looked at, for not all is known of them."""
    chunks = [chunk for chunk in chunks if not all(map(is_known, CHUNKS[pretraining][chunk]))]
    return [f"<results>/manifests/{pretraining}/{chunk}.tsv" for chunk in chunks]


def rows_of(shards):
    """Rows of a manifest as one argument of a program."""
    return "\n".join("\t".join(shard) for shard in shards)


def first_chunk(pretraining):
    """Name of a dataset's first chunk, whose first shard the sheets show."""
    return min(CHUNKS[pretraining])


def first_shard(pretraining):
    """What a sheet of a dataset's first shard reads: that shard, or the folder that it is fetched to."""
    chunk, shards = first_chunk(pretraining), CHUNKS[pretraining][first_chunk(pretraining)][:1]
    return pinned_shards(pretraining, chunk, shards) or own_shards(shards)


def first_path(pretraining, path):
    """The first shard's path, from what first_shard became in a job."""
    location = CHUNKS[pretraining][first_chunk(pretraining)][0].location
    return f"{path}/{shard_name(location)}" if is_remote(location) else path


@functools.cache
def has_pictures(pretraining):
    """Whether a dataset's shards hold pictures: tars do, tables of captions do not."""
    return all(shard_name(shard.location).endswith(".tar") for shard in SHARDS[pretraining])


def has_remote(pretraining):
    """Whether any of a dataset's shards must be fetched."""
    return any(is_remote(shard.location) for shard in SHARDS[pretraining])


def sampled_chunks(pretraining):
    """Chunks whose pairs are sampled: all, of remote shards the one that sheets show."""
    return [first_chunk(pretraining)] if has_remote(pretraining) else list(CHUNKS[pretraining])


def per_sampled_chunk(pattern):
    """Input function: the pattern for every one of sampled_chunks."""
    return lambda wildcards: [
        pattern.format(pretraining=wildcards.pretraining, chunk=c) for c in sampled_chunks(wildcards.pretraining)
    ]


def fetched_sample(wildcards):
    """fetched_to of the first chunk, the only one that is sampled where shards are remote."""
    name = wildcards.pretraining
    return fetched_to(name, first_chunk(name), CHUNKS[name][first_chunk(name)])

"""Which shards a pretraining dataset has, and which chunk each is in. No rules here."""

import collections
import csv
import glob
import operator

MANY_CHUNKS = 1000
SIZE = re.compile(r"\d*").fullmatch
SHA256 = re.compile(r"([0-9A-Fa-f]{64})?").fullmatch
NUMBER = re.compile(r"(\d+)(?:-of-\d+)?\D*$")  # the last one of a name
Shard = collections.namedtuple("Shard", ["location", "size", "sha256"])


include: "similarity_inputs.smk"


def shard_number(path):
    """The number in a shard's name, which alone decides the shard's chunk: adding a shard moves no other."""
    name = path.rpartition("/")[2]
    if not (found := NUMBER.search(name.rpartition(".")[0] or name)):
        raise WorkflowError(f"{path}: a shard's name must end in its number, as in 00012.tar")
    return int(found[1])


def shard_name(location):
    """File name of a shard, wherever it lies; the sample tables name a shard so."""
    return location.split("?")[0].rpartition("/")[2]


def is_remote(location):
    """Whether a shard must be fetched."""
    return "://" in location


def numbered(pattern):
    """Addresses that a pattern such as s3://bucket/{00000..41407}.tar stands for."""
    found = re.search(r"\{(\d+)\.\.(\d+)\}", pattern)
    if not found:
        return [pattern]
    numbers = range(int(found[1]), int(found[2]) + 1)
    return [pattern.replace(found[0], str(n).zfill(len(found[1]))) for n in numbers]


def read_manifest(pretraining):
    """Shards (location, size, sha256) of a dataset's manifest."""
    path = REGISTERED_PRETRAINING.manifest[pretraining]
    where = f"{config['registries']['pretraining']}: {pretraining}: manifest {path}"
    if not os.path.exists(path):
        raise WorkflowError(
            f"{where} does not exist; it is a TSV of location, size, sha256: config/README.md says how to make one"
        )
    if Path(path) == Path(config.get("pathvars", {}).get("results", "results"), "manifests", f"{pretraining}.tsv"):
        raise WorkflowError(f"{where} is what this run writes; copy it elsewhere and name the copy")
    with open(path, encoding="utf-8-sig", newline="") as file:
        columns, *rows = [*csv.reader(file, delimiter="\t")] or [[]]
    if missing := {*Shard._fields}.difference(columns):
        raise WorkflowError(f"{where}: line 1: no column {', '.join(sorted(missing))}")
    cells = operator.itemgetter(*map(columns.index, Shard._fields))
    shards = []
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        location, size, sha256 = cells(row + [""] * (len(columns) - len(row)))
        if not SIZE(size) or not SHA256(sha256):
            raise WorkflowError(f"{where}: line {line}: size must be bytes, sha256 64 hexadecimal digits, or empty")
        shards.append(Shard(location, size, sha256.lower()))
    return shards


def found_shards(pretraining):
    """Shards that a dataset's registry row points at: files by a pattern, or addresses."""
    patterns = REGISTERED_PRETRAINING.shards[pretraining].split()
    if not any(map(is_remote, patterns)):
        patterns = sorted(glob.glob(REGISTERED_PRETRAINING.shards[pretraining]))
    return [Shard(location, "", "") for pattern in patterns for location in numbered(pattern)]


@functools.cache
def shards_of(pretraining):
    """All shards of a pretraining dataset: listed, found, composed or derived here; names must differ."""
    if pretraining not in COUNTABLE:
        raise WorkflowError(f"{pretraining} has no shards in {config['registries']['pretraining']}")
    row = REGISTERED_PRETRAINING.loc[pretraining]
    if pretraining in DERIVED:
        return derived_shards(pretraining)
    if pretraining in COMPOSABLE:
        count = -(-int(row.samples) // config["corpus"]["shard_size"])
        return [Shard(f"<results>/shards/{pretraining}/{number:05d}.tar", "", "") for number in range(count)]
    shards = read_manifest(pretraining) if row.manifest else found_shards(pretraining)
    where = f"{config['registries']['pretraining']}: {pretraining}"
    if not shards:
        raise WorkflowError(f"{where}: no file matches {row.manifest or row.shards}")
    names = {}
    for shard in shards:
        name, _, ending = shard_name(shard.location).partition(".")  # samples are known by the part before the dot
        if "tar" in ending and ending != "tar":
            raise WorkflowError(f"{where}: {shard.location}: a tar's name must hold no dot but that of .tar; rename it")
        if (other := names.setdefault(name, shard)) is not shard:
            raise WorkflowError(f"{where}: {other.location} and {shard.location} have one name; rename one of them")
    return shards


def derived_shards(pretraining):
    """Shards of a derived dataset: named as its base's are, which must be tars, for what is left out is pictures."""
    names = [shard_name(shard.location) for shard in shards_of(base_of(pretraining))]
    if other := next((name for name in names if not name.endswith(".tar")), None):
        where = f"{config['registries']['pretraining']}: row {pretraining!r}"
        raise WorkflowError(f"{where}: of: {base_of(pretraining)} has no pictures: {other} is not a tar")
    return [Shard(f"<results>/shards/{pretraining}/{name}", "", "") for name in names]


@functools.cache
def chunks_of(pretraining):
    """Chunk names and their shards."""
    chunks = {}
    for shard in shards_of(pretraining):
        name = f"{shard_number(shard_name(shard.location)) // config['chunks']['shards_per_chunk']:05d}"
        chunks.setdefault(name, []).append(shard)
    return chunks


class Registered(dict):
    """What a function says of this run's datasets, and on demand of any other that is registered."""

    def __init__(self, function):
        super().__init__({pretraining: function(pretraining) for pretraining in MEASURED})
        self.function = function

    def __missing__(self, pretraining):
        """Not kept: what runs over all datasets runs over this run's."""
        return self.function(pretraining)


SHARDS = Registered(shards_of)
CHUNKS = Registered(chunks_of)


def check_chunks():
    """Say so where a run has more chunks than Snakemake and a file system enjoy."""
    count = sum(map(len, CHUNKS.values()))
    if count > MANY_CHUNKS and workflow.is_main_process:
        logger.warning(f"{count} chunks: raise chunks.shards_per_chunk, so that there are at most {MANY_CHUNKS}")


check_chunks()

"""Fetch the paper's released data: the archive of its repository at one commit, data folders only.

The archive says itself which commit it holds, and that is checked. Pickles and an array become JSON, values
unchanged; pickles may hold nothing but lists, dictionaries and numbers.
"""

import argparse
import io
import json
import pickle
import sys
import tarfile
from pathlib import Path, PurePosixPath

import numpy as np

from concept_freq.io.atomic import atomic_path
from concept_freq.shards.fetch import FetchError, Shard, fetch

FOLDERS = (
    "search_counts",
    "zero_shot_evaluations",
    "retrieval_evaluations",
    "t2i_evaluations",
    "let_it_wag_datasets",
    "misalignment_metrics",
    "src/text_to_image_experiments/human_experiment_evaluation",
)


class PlainUnpickler(pickle.Unpickler):
    """Unpickle containers and numbers, nothing else."""

    def find_class(self, module: str, name: str):
        """Allow numpy's scalars and the default dictionary of lists."""
        if (module, name) in {("collections", "defaultdict"), ("builtins", "list")}:
            return super().find_class(module, name)
        if module.startswith("numpy") and name in {"scalar", "dtype"}:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def converted(name: PurePosixPath, content: bytes) -> tuple[PurePosixPath, bytes]:
    """A file as it is kept: pickles and arrays as JSON."""
    if name.suffix == ".pkl":
        plain = {
            str(key): [float(x) for x in value] for key, value in PlainUnpickler(io.BytesIO(content)).load().items()
        }
        return name.with_suffix(".json"), json.dumps(plain).encode()
    if name.suffix == ".npy":
        return name.with_suffix(".json"), json.dumps(np.load(io.BytesIO(content)).tolist()).encode()
    return name, content


def unpack(archive: Path, commit: str, folder: Path) -> int:
    """Write the data files below ``folder``; the archive must be of ``commit``. Returns how many there are."""
    n = 0
    with tarfile.open(archive) as tar:
        if (found := tar.pax_headers.get("comment")) != commit:
            sys.exit(f"{archive}: holds commit {found}, expected {commit}")
        for member in tar:
            name = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            if member.isfile() and ".." not in name.parts and str(name).startswith(tuple(f"{top}/" for top in FOLDERS)):
                name, content = converted(name, tar.extractfile(member).read())
                with atomic_path(folder / name) as temporary:
                    temporary.write_bytes(content)
                n += 1
    return n


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="of the archive, a tar")
    parser.add_argument("--commit", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    args = parser.parse_args()
    archive = args.folder / f".{args.commit}.tar.gz"
    try:
        fetch(Shard(args.url), archive)
    except FetchError as error:
        sys.exit(f"{error}, or give a folder that holds the data as released_data in the config")
    try:
        print(f"{unpack(archive, args.commit, args.folder)} files of commit {args.commit}")
    finally:
        archive.unlink()


if __name__ == "__main__":
    main()

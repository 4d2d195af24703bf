"""Put a dataset's shards into one manifest: those that its chunks list, and those that it pinned before."""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.fetching import COLUMNS, Shard
from concept_freq.tables import atomic_path


def pinned_rows(path: Path | None) -> pd.DataFrame:
    """Rows (COLUMNS) of the manifest that a user gave; without one, none."""
    if path is None:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return table.assign(name=[Shard(location).name for location in table.location])[[*COLUMNS]]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pinned", type=Path, help="the manifest that the dataset was given with")
    parser.add_argument("--chunks", type=Path, nargs="*", default=[], help="manifests of chunks")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = {row[0]: row for row in pinned_rows(args.pinned).itertuples(index=False, name=None)}
    for path in args.chunks:  # what was looked at says more than what was given
        listed = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        rows |= {row[0]: row for row in listed[[*COLUMNS]].itertuples(index=False, name=None)}
    with atomic_path(args.out) as temporary:
        pd.DataFrame(rows.values(), columns=COLUMNS).to_csv(temporary, sep="\t", index=False)


if __name__ == "__main__":
    main()

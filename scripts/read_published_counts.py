"""Put the published counts of one pretraining dataset into the shape that counting our own shards gives.

One row per evaluation set and concept, for the published counts of one concept differ between sets; a count that was
not published is empty. Misaligned pairs are copied.
"""

import argparse
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa

from concept_freq.io.tables import write_parquet
from concept_freq.released.published import POOLED, read_counts_file, read_json, require

DEGREE = "misalignment_degree (percent); extracted dataset size"  # the key says percent, it is a share
SUFFIX = "_search_counts.json"


def read_column(files: list[Path], counts: str) -> pd.Series:
    """One published count of every (evaluation set, concept); ``counts`` is what their names end in."""
    found = {}
    for path in files:
        dataset = path.name.removesuffix(f"_{counts}{SUFFIX}")
        found |= {(POOLED.get(dataset, dataset), concept): n for concept, n in read_counts_file(path, dataset).items()}
    return pd.Series(found, dtype="Int64")


def tabulate(files: list[Path], columns: dict[str, str]) -> pd.DataFrame:
    """Columns dataset, concept and one per published count, sorted."""
    named = {
        column: read_column([path for path in files if path.name.endswith(f"_{counts}{SUFFIX}")], counts)
        for counts, column in columns.items()
    }
    table = pd.DataFrame(named).rename_axis(["dataset", "concept"]).sort_index().reset_index()
    for column in ("n_text", "n_image", "n_matched"):
        if column not in table:
            table[column] = pd.Series(pd.NA, index=table.index, dtype="Int64")
    return table


def copied_misalignment(path: Path | None, pairs: int | None) -> dict[str, int | None]:
    """Published misaligned pairs of all pairs, and the number of pairs with a concept on either side."""
    if path is None:
        return {"n_samples": pairs, "n_processed": None, "n_misaligned": None}
    found = read_json(path, "an object with misalignment_counts and two degrees")
    for key in ("misalignment_counts", DEGREE):
        require(isinstance(found, dict) and key in found, path, key, "a number under this key")
    misaligned, degree = found["misalignment_counts"], found[DEGREE]
    return {"n_samples": pairs, "n_processed": round(misaligned / degree), "n_misaligned": misaligned}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=Path, nargs="+", required=True, help="SET_COUNTS_search_counts.json")
    parser.add_argument("--columns", type=json.loads, required=True, help="JSON: COUNTS -> column of the table")
    parser.add_argument("--misalignment", type=Path)
    parser.add_argument("--pairs", type=int, help="pairs in the dataset, as the paper has it")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table = tabulate(args.counts, args.columns)
    for name, value in copied_misalignment(args.misalignment, args.pairs).items():
        table[name] = pd.Series(value, index=table.index, dtype="Int64")
    write_parquet(pa.Table.from_pandas(table, preserve_index=False), args.out)


if __name__ == "__main__":
    main()

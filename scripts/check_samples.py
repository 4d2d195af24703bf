"""Stop a run that lost its data: a dataset or evaluation set of which more than a share of samples was skipped.

Where the rest of a shard is lost, how much that was is told by what the dataset's other shards hold. A set without any
usable sample is an error whatever the share. The table has the share of each set and step.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from concept_freq.io.duck import connect
from concept_freq.io.tables import write_csv
from concept_freq.shards.captions import kind_of
from concept_freq.shards.tar import REST_LOST

COLUMNS = ["pretraining", "dataset", "step", "samples", "lost", "share", "reasons"]
SHOWN = 3  # reasons
SHARDS_SQL = "select shard, count(*) as n from read_parquet($files) group by shard order by shard"
Files = dict[str, list[Path]]


def by_dataset(paths: list[Path]) -> Files:
    """Files of PRETRAINING/CHUNK by dataset."""
    files: Files = {}
    for path in paths:
        files.setdefault(path.parent.name, []).append(path)
    return files


def read_skipped(paths: list[Path]) -> pd.DataFrame:
    """Skipped samples of several files."""
    return pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)


def cut_off(sizes: pd.Series, skipped: pd.DataFrame) -> int:
    """How many samples the shards that are cut off probably lack: what they have less than a usual whole one."""
    cut = set(skipped.shard[skipped.reason.str.endswith(REST_LOST)])
    known = sizes.reindex(sizes.index.union(sorted(cut)), fill_value=0)
    is_cut = known.index.isin(cut)
    usual = known[~is_cut].median() if not is_cut.all() else 0
    return int((usual - known[is_cut]).clip(lower=0).sum())


def reasons_of(skipped: pd.DataFrame) -> str:
    """The most frequent reasons, each with the first sample of it."""
    groups = skipped.groupby(skipped.reason.map(kind_of), sort=True)
    firsts = groups.agg(n=("row", "size"), reason=("reason", "first"), shard=("shard", "first"), key=("key", "first"))
    most = firsts.sort_values("n", ascending=False, kind="stable")[:SHOWN]
    return "; ".join(
        f"{one.n} times {one.reason!r} (first: shard {one.shard}, key {one.key!r})" for one in most.itertuples()
    )


def row_of(names: tuple[str, str, str], total: int, missing: int, skipped: pd.DataFrame) -> list:
    """A row of COLUMNS; ``missing`` are samples that are lost and not listed."""
    lost = len(skipped) + missing
    return [*names, total, lost, lost / max(total, 1), reasons_of(skipped)]


def pretraining_rows(captions: Files, skipped: Files, pictures: Files) -> list[list]:
    """What each pretraining dataset lost of its captions, and of its pictures where it has any."""
    rows = []
    for name, files in captions.items():
        without = read_skipped(skipped[name])
        counted = connect().execute(SHARDS_SQL, {"files": [str(path) for path in files]}).df().set_index("shard").n
        sizes = counted.add(without.groupby("shard").size(), fill_value=0)
        missing = cut_off(sizes, without)
        total = int(sizes.sum()) + missing
        rows.append(row_of((name, "", "captions"), total, missing, without))
        if name in pictures:
            rows.append(row_of((name, "", "pictures"), total, missing, read_skipped(pictures[name])))
    return rows


def evaluation_rows(samples: list[Path], skipped: list[Path]) -> list[list]:
    """What each evaluation set lost of its pictures."""
    sizes = {path.stem: pq.read_metadata(path).num_rows for path in samples}
    return [row_of(("", path.stem, "evaluation"), sizes[path.stem], 0, pd.read_parquet(path)) for path in skipped]


def complaint(row: pd.Series, most: float) -> str | None:
    """What is wrong with a set that lost too much."""
    if row.lost <= most * row.samples and (row.lost < row.samples or not row.samples):
        return None
    name = row.pretraining or row.dataset
    return f"{name}: {row.lost} of {row.samples} samples ({row.share:.1%}) lost in step {row.step}: {row.reasons}"


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captions", type=Path, nargs="*", default=[], help="PRETRAINING/CHUNK.parquet")
    parser.add_argument("--skipped-captions", type=Path, nargs="*", default=[], help="PRETRAINING/CHUNK.parquet")
    parser.add_argument("--skipped-pictures", type=Path, nargs="*", default=[], help="PRETRAINING/CHUNK.parquet")
    parser.add_argument("--samples", type=Path, nargs="*", default=[], help="of evaluation sets: DATASET.parquet")
    parser.add_argument("--evaluation", type=Path, nargs="*", default=[], help="pictures skipped: DATASET.parquet")
    parser.add_argument("--lost", type=float, default=0.05, help="largest share that may be lost (default: 0.05)")
    parser.add_argument("--out", type=Path, required=True, help="CSV")
    args = parser.parse_args()
    files = map(by_dataset, (args.captions, args.skipped_captions, args.skipped_pictures))
    rows = [*pretraining_rows(*files), *evaluation_rows(args.samples, args.evaluation)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    if wrong := [text for _, row in table.iterrows() if (text := complaint(row, args.lost))]:
        wrong.append(f"more than {args.lost:g} of a set is lost: mend the data, or raise the share that may be lost")
        sys.exit("\n".join(wrong))
    write_csv(table, args.out)


if __name__ == "__main__":
    main()

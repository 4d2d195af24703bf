"""Draw the same pictures as several taggers see them (Fig. 22), and write how well each does.

Each tagger is compared with the first one, and with the truth where that is known: precision and recall of its tags on
the same shard at every threshold.
"""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.counts.thresholds import add_threshold_options, limit_of
from concept_freq.figures.look import pretty, save, use_style
from concept_freq.figures.sheets import COLUMNS, ROWS, names_of, readable_samples, sheet
from concept_freq.io.listed import require_list
from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv
from concept_freq.shards.names import table_name
from concept_freq.text.concepts import read_concepts


def pairs(tags: pd.DataFrame, names: list[str], limit: float) -> set[tuple[int, str]]:
    """(row, concept) of the tags that reach a limit."""
    kept = tags[tags.probability >= limit]
    return {(row, names[i]) for row, i in zip(kept.row, kept.concept_id, strict=True)}


def scores(found: set, wanted: set, name: str) -> dict[str, float]:
    """Precision and recall of found against wanted pairs."""
    agreed = len(found & wanted)
    return {f"precision_{name}": agreed / max(1, len(found)), f"recall_{name}": agreed / max(1, len(wanted))}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shard", type=Path, required=True)
    parser.add_argument("--tags", type=Path, nargs="+", required=True, help="of each tagger, the main one first")
    parser.add_argument("--names", nargs="+", required=True, help="of the taggers")
    parser.add_argument("--truth", type=Path, help="what the shard's pictures show")
    parser.add_argument("--concepts", type=Path, required=True)
    add_threshold_options(parser, many=True)
    parser.add_argument("--table", type=Path, required=True, help="CSV (out)")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    require_list(args.tags, args.concepts)
    shard, names = table_name(args.shard), [concept.name for concept in read_concepts(args.concepts)]
    tables = [read_frame(path) for path in args.tags]
    tables = [table[table.shard == shard].astype({"probability": float}) for table in tables]
    truth = None
    if args.truth:
        planted = read_frame(args.truth)
        truth = set(planted[planted.in_picture][["row", "concept"]].itertuples(index=False, name=None))
    rows = []
    for tagger, table in zip(args.names, tables, strict=True):
        for threshold in args.thresholds:
            limit = limit_of(threshold, args.threshold_rule)
            found = pairs(table, names, limit)
            row = {"tagger": tagger, "threshold": threshold, "tags": len(found)}
            row |= scores(found, pairs(tables[0], names, limit), f"by_{args.names[0]}")
            rows.append(row | (scores(found, truth, "by_truth") if truth is not None else {}))
    write_csv(pd.DataFrame(rows), args.table)
    samples = list(readable_samples(args.shard, COLUMNS * ROWS))
    first = limit_of(args.thresholds[0], args.threshold_rule)
    texts = [[names_of(t[t.row == s.row], names, first) for t in tables] for s in samples]
    use_style()
    figure = sheet(samples, texts, [pretty(name) for name in args.names])
    drawn = pd.DataFrame(texts, columns=args.names)
    drawn.insert(0, "row", [s.row for s in samples])
    save(figure, args.out, drawn)


if __name__ == "__main__":
    main()

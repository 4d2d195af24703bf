"""Draw a sheet of pictures with the tags that each threshold adds: how a threshold is judged by eye (Fig. 23)."""

import argparse
from itertools import pairwise
from pathlib import Path

import pandas as pd

from concept_freq.counts.thresholds import add_threshold_options, limit_of
from concept_freq.figures.look import save, use_style
from concept_freq.figures.sheets import COLUMNS, ROWS, names_of, readable_samples, sheet
from concept_freq.io.listed import require_list
from concept_freq.io.parquet import read_frame
from concept_freq.shards.names import table_name
from concept_freq.text.concepts import read_concepts


def bands(thresholds: list[float], rule: str) -> list[tuple[float, float, str]]:
    """(from, below, name) of each band of probabilities, the surest first."""
    low, above = sorted(thresholds), "above" if rule == "published" else "at least"
    edges = [*(limit_of(threshold, rule) for threshold in low), float("inf")]
    names = [*(f"p {one:g} to {next_:g}" for one, next_ in pairwise(low)), f"p {above} {low[-1]:g}"]
    return list(zip(edges, edges[1:], names, strict=False))[::-1]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shard", type=Path, required=True)
    parser.add_argument("--tags", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    add_threshold_options(parser, many=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    require_list([args.tags], args.concepts)
    tags, shard = read_frame(args.tags), table_name(args.shard)
    tags = tags[tags.shard == shard].astype({"probability": float})
    names = [concept.name for concept in read_concepts(args.concepts)]
    samples, found = list(readable_samples(args.shard, COLUMNS * ROWS)), bands(args.thresholds, args.threshold_rule)
    texts = [[names_of(tags[tags.row == s.row], names, low, high) for low, high, _ in found] for s in samples]
    heads = [name for *_, name in found]
    use_style()
    figure = sheet(samples, texts, heads)
    rows = [
        {"shard": shard, "row": s.row, **dict(zip(heads, t, strict=True))} for s, t in zip(samples, texts, strict=True)
    ]
    save(figure, args.out, pd.DataFrame(rows))


if __name__ == "__main__":
    main()

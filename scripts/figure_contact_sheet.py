"""Draw a contact sheet of a dataset's first samples: picture, caption, and the tags that reach the threshold."""

import argparse
import textwrap
from itertools import islice
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from concept_freq.counts.thresholds import add_threshold_options, limit_of
from concept_freq.figures.look import COLOURS, save, use_style
from concept_freq.figures.sheets import draw_picture, shortened
from concept_freq.io.cells import inert
from concept_freq.io.listed import require_list
from concept_freq.io.parquet import read_frame
from concept_freq.shards.names import table_name
from concept_freq.shards.pictures import is_picture
from concept_freq.shards.tar import Skips, read_samples
from concept_freq.text.concepts import read_concepts

COLUMNS, ROWS = 6, 4


def tags_of(tags: pd.DataFrame, names: list[str], shard: str, row: int, limit: float) -> str:
    """Tags of a sample with their probabilities, the surest first."""
    found = tags[(tags.shard == shard) & (tags.row == row) & (tags.probability >= limit)]
    found = found.sort_values("probability", ascending=False)
    return ", ".join(f"{names[t.concept_id]} {t.probability:.2f}" for t in found.itertuples())


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shard", type=Path, required=True)
    parser.add_argument("--captions", type=Path, required=True)
    parser.add_argument("--tags", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    add_threshold_options(parser)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    require_list([args.tags], args.concepts)
    captions = read_frame(args.captions).set_index(["shard", "row"]).caption
    tags, limit = read_frame(args.tags), limit_of(args.threshold, args.threshold_rule)
    names = [concept.name for concept in read_concepts(args.concepts)]
    use_style()
    figure, grid = plt.subplots(ROWS, COLUMNS, figsize=(1.9 * COLUMNS, 2.35 * ROWS), layout="constrained")
    data, shard = [], table_name(args.shard)
    samples = islice(read_samples(args.shard, Skips("contact sheet"), is_picture), COLUMNS * ROWS)
    for axes, sample in zip(grid.flat, samples, strict=False):
        caption = captions.get((shard, sample.row), "(skipped)")
        found = tags_of(tags, names, shard, sample.row, limit)
        draw_picture(axes, sample)
        axes.set_title(textwrap.fill(f"“{shortened(caption)}”", 30), fontsize=6.5, loc="left", parse_math=False)
        colour = COLOURS[0] if found else "#999"
        axes.set_xlabel(textwrap.fill(found or "no tag", 32), fontsize=6.5, color=colour, loc="left", parse_math=False)
        data.append(
            {
                "shard": shard,
                "row": sample.row,
                "key": sample.key,
                "caption": caption,
                "tags": found,
            }
        )
    for axes in grid.flat[len(data) :]:
        axes.axis("off")
    save(figure, args.out, inert(pd.DataFrame(data), ["key", "caption"]))


if __name__ == "__main__":
    main()

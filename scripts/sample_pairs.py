"""Draw a dataset's pairs for raters, half of them called misaligned, with their pictures (paper, Table 7).

Only the sampled samples of a shard are read. Of a dataset with remote shards the given chunk is the whole population.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa

from concept_freq.counts.index_hits import register_forms
from concept_freq.counts.lexicon import MODES
from concept_freq.counts.thresholds import add_threshold_options, limit_of
from concept_freq.io.duck import connect
from concept_freq.io.listed import require_list
from concept_freq.io.parquet import verify
from concept_freq.io.progress import progress
from concept_freq.io.tables import write_table
from concept_freq.rating.pairs import PAIR, Chunk, concepts_of, draw_pairs, jpeg_of
from concept_freq.shards.names import table_name
from concept_freq.shards.pictures import picture_of
from concept_freq.shards.tar import pick_samples
from concept_freq.text.concepts import caption_forms, read_concepts


def places_of(manifests: list[Path], fetched: Path | None) -> dict[str, Path]:
    """Where each shard lies, by its name in the tables; remote ones lie in the folder that they were fetched to."""
    locations = [location for path in manifests for location in pd.read_csv(path, sep="\t", dtype=str).location]
    here = [Path(location) for location in locations if "://" not in location]
    return {table_name(path): path for path in [*here, *(fetched.iterdir() if fetched else [])]}


def pictures_of(pairs: pd.DataFrame, places: dict[str, Path]) -> pd.Series:
    """JPEG of each pair's picture, by shard and row."""
    groups = pairs.groupby("shard").row
    return pd.Series(
        {
            (shard, sample.row): jpeg_of(picture_of(sample))
            for shard, rows in progress(groups, len(groups), "shards read")
            for sample in pick_samples(places[shard], rows.tolist())
        }
    )


def sample(args: argparse.Namespace) -> pd.DataFrame:
    """The sampled pairs with their concepts, in drawing order (schema ``sampled_pairs`` without the picture)."""
    concepts = read_concepts(args.concepts)
    names = [concept.name for concept in concepts]
    files = zip(args.captions, args.index, args.tags, args.skipped, strict=True)
    verify([*args.captions, *args.index, *args.tags, *args.skipped])
    chunks, limit = [Chunk(*paths) for paths in files], limit_of(args.threshold, args.threshold_rule)
    db = connect(args.threads)
    register_forms(db, caption_forms(concepts))
    shown = progress(chunks, len(chunks), "chunks read")
    pairs = draw_pairs(db, shown, args.mode, limit, args.pairs, f"{args.seed} {args.pretraining}")
    if pairs.empty:
        raise ValueError(f"{args.pretraining}: no pair has both a caption and a readable picture, so none can be rated")
    groups = pairs.groupby("chunk")
    known = [concepts_of(db, chunks[i], group, args.mode, limit, names) for i, group in groups]
    return pd.concat(known).sort_index().assign(pretraining=args.pretraining)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--captions", type=Path, nargs="+", required=True, help="of each chunk")
    parser.add_argument("--index", type=Path, nargs="+", required=True, help="of each chunk, as the mode reads it")
    parser.add_argument("--tags", type=Path, nargs="+", required=True, help="of each chunk")
    parser.add_argument("--skipped", type=Path, nargs="+", required=True, help="pictures left out of each chunk")
    parser.add_argument("--manifests", type=Path, nargs="*", default=[], help="say where local shards are")
    parser.add_argument("--fetched", type=Path, help="folder of the remote shards")
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--mode", choices=MODES, required=True)
    add_threshold_options(parser)
    parser.add_argument("--pairs", type=int, required=True, help="how many")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    require_list(args.tags, args.concepts)
    try:
        pairs = sample(args)
        pictures = pictures_of(pairs, places_of(args.manifests, args.fetched))
    except ValueError as error:
        sys.exit(str(error))
    pairs["picture"] = [pictures[pair] for pair in pairs[PAIR].itertuples(index=False, name=None)]
    write_table(pa.Table.from_pandas(pairs, preserve_index=False), "sampled_pairs", args.out)
    print(pairs.groupby("stratum").stratum_size.agg(drawn="size", of="first").to_string())


if __name__ == "__main__":
    main()

"""Decide which pairs a balanced sample keeps, as MetaCLIP does: with or without Snakemake.

    concept-freq balance --index index.parquet --captions captions.parquet --counts counts.csv
                         --concepts concepts.tsv --cap 20000 --out balanced.parquet

A concept that n captions of the dataset name keeps each with probability min(1, cap / n); a pair is kept if one of the
concepts that its caption names keeps it. The output lists the pairs that name a concept; no other is kept. Counts are a
CSV or Parquet file of concept and n_text over the whole dataset; captions and index may be a part of it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from concept_freq.counts.balancing import balance
from concept_freq.counts.lexicon import MODES
from concept_freq.io.tables import write_table
from concept_freq.text.concepts import check_concepts


def parser_of(prog: str | None) -> argparse.ArgumentParser:
    """The command's options."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog=prog, description=__doc__, formatter_class=form)
    parser.add_argument("--index", type=Path, nargs="+", required=True, help="text indices (index_captions.py)")
    parser.add_argument("--captions", type=Path, nargs="+", required=True, help="the captions indexed there")
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True, help="the list that was counted (TSV)")
    parser.add_argument("--mode", choices=MODES, default="phrase", help="as counted (default: phrase)")
    parser.add_argument("--cap", type=int, required=True, help="captions of a concept up to which all are kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sums", type=Path, help="Parquet: each concept's captions before, expected, and kept")
    parser.add_argument("--out", type=Path, required=True, help="Parquet: shard, row, key, probability, kept")
    return parser


def main(arguments: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Command line entry point."""
    args = parser_of(prog).parse_args(arguments)
    if args.cap < 1:
        sys.exit(f"--cap {args.cap}: must be at least 1")
    try:
        concepts = check_concepts(args.concepts)
        how = {"mode": args.mode, "cap": args.cap, "seed": args.seed, "threads": args.threads}
        sums = balance(args.index, args.captions, args.counts, concepts, out=args.out, **how)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    if args.sums:
        write_table(pa.Table.from_pandas(sums, preserve_index=False), "balanced_counts", args.sums)
    pairs, named, kept = sums.iloc[0][["n_pairs", "n_pairs_named", "n_pairs_kept"]]
    print(f"{pairs:,} pairs: {named:,} name a concept, {kept:,} are kept ({kept / max(pairs, 1):.1%})")

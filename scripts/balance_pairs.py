"""Decide which pairs a balanced sample keeps, as MetaCLIP does: with or without Snakemake.

    python scripts/balance_pairs.py --index index.parquet --captions captions.parquet --counts counts.csv
                                    --concepts concepts.tsv --cap 20000 --out balanced.parquet

A concept that n captions of the dataset name keeps each with probability min(1, cap / n); a pair is kept if one of the
concepts that its caption names keeps it. The output lists the pairs that name a concept; no other is kept. Counts are a
CSV or Parquet file of concept and n_text over the whole dataset; captions and index may be a part of it.
"""

import argparse
import sys
from pathlib import Path

import pyarrow as pa

from concept_freq.counts.balancing import balance
from concept_freq.counts.lexicon import MODES
from concept_freq.io.tables import write_table
from concept_freq.text.concepts import read_concepts


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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
    args = parser.parse_args()
    if args.cap < 1:
        sys.exit(f"--cap {args.cap}: must be at least 1")
    try:
        concepts = read_concepts(args.concepts)
        how = {"mode": args.mode, "cap": args.cap, "seed": args.seed, "threads": args.threads}
        sums = balance(args.index, args.captions, args.counts, concepts, out=args.out, **how)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    if args.sums:
        write_table(pa.Table.from_pandas(sums, preserve_index=False), "balanced_counts", args.sums)
    pairs, named, kept = sums.iloc[0][["n_pairs", "n_pairs_named", "n_pairs_kept"]]
    print(f"{pairs:,} pairs: {named:,} name a concept, {kept:,} are kept ({kept / max(pairs, 1):.1%})")


if __name__ == "__main__":
    main()

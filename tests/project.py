"""A run of its own on shards of its own, with the small run's tagger: for the tests of growth, scale and clusters."""

import re
import shutil
from pathlib import Path

import yaml
from programs import REPOSITORY

PARTS = ["Snakefile", "rules", "scripts", "config", "envs", "profiles", "report", ".test"]
TARGETS = ["results/counts/mine.parquet", "results/manifests/mine.tsv", "results/checks/mine.csv"]


def jobs(result) -> dict[str, int]:
    """Planned jobs by rule, from the table that a dry run prints; its total is left out."""
    finished(result)
    lines = re.findall(r"^(\w+) +(\d+)$", result.stdout + result.stderr, re.MULTILINE)
    return {rule: int(n) for rule, n in lines if rule != "total"}


def add_row(path: Path, **cells: str) -> None:
    """Add a row to a registry; the columns that it leaves out are empty."""
    columns = path.read_text().split("\n", 1)[0].split("\t")
    assert set(cells) <= set(columns), columns
    with path.open("a") as file:
        file.write("\t".join(cells.get(column, "") for column in columns) + "\n")


def copy_repository(folder: Path) -> Path:
    """Copy the repository and the small run's results to a folder; downloads are shared."""
    for part in PARTS:
        source = REPOSITORY / part
        shutil.copytree(source, folder / part) if source.is_dir() else shutil.copy2(source, folder / part)
    (folder / "resources").symlink_to(REPOSITORY / "resources")
    return folder


class Project:
    """A run of its own on shards of its own, with the small run's tagger."""

    def __init__(self, folder: Path, small: Path, snakemake, shards_per_chunk: int = 1, **row: str) -> None:
        self.folder, self.snakemake = folder, snakemake
        shutil.copytree(REPOSITORY / ".test" / "config", folder / "config")
        path = folder / "config" / "config.yaml"
        config = yaml.safe_load(path.read_text().replace("../config", str(REPOSITORY / "config")))
        config["pretraining"], config["models"], config["tagger_comparison"] = ["mine"], [], {}
        config["chunks"]["shards_per_chunk"] = shards_per_chunk
        config["fetching"] = {"connections": 2, "tries": 3, "pause": 0.01}
        config["tagger"] = {k: v for k, v in config["tagger"].items() if k != "training"}
        config["tagger"]["checkpoint"] = str(small / "models" / "tagger.pt")
        path.write_text(yaml.safe_dump(config))
        models = folder / "config" / "models.tsv"
        models.write_text(models.read_text().replace("../config", str(REPOSITORY / "config")))
        row = {"pretraining": "mine", "description": "own shards", **row}
        (folder / "config" / "pretraining.tsv").write_text("\t".join(row) + "\n" + "\t".join(row.values()) + "\n")

    def run(self, *targets: str):
        """Run to the targets."""
        return self.snakemake("--cores", "2", *(targets or TARGETS), folder=self.folder)

    def planned(self, *targets: str) -> dict[str, int]:
        """Jobs that a run would do, by rule."""
        return jobs(self.snakemake("--dry-run", *(targets or TARGETS), folder=self.folder))

    def contents(self, *names: str) -> dict[str, bytes]:
        """Bytes of everything that the counting made, manifests apart where they name addresses."""
        results = self.folder / "results"
        kinds = names or ("captions", "text_index", "image_tags", "chunk_counts", "counts", "checks")
        found = [path for kind in kinds for path in sorted((results / kind).rglob("*")) if path.is_file()]
        return {str(path.relative_to(results)): path.read_bytes() for path in found}


def finished(result) -> None:
    """Fail with what was said where a run failed."""
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]

"""Tables 1 and 2 of the paper from the registries: datasets with sizes and models, and text-to-image models.

Numbers of classes are counted in the data and compared with the registry's; a difference ends the run.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv


def read_registry(path: Path) -> pd.DataFrame:
    """A registry as text."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def pretraining_rows(registry: pd.DataFrame, scores: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Each pretraining dataset with its pairs, the models trained on it and the concepts counted in it."""
    models = (
        scores.drop_duplicates("model").groupby("pretraining").model.agg(lambda m: sorted(x.split("/")[-1] for x in m))
    )
    rows = registry.assign(
        kind="pretraining",
        name=registry.pretraining,
        size=registry.pairs,
        models=registry.pretraining.map(models.str.len()).fillna(0).astype(int),
        model_names=registry.pretraining.map(models.str.join(", ")),
        concepts=registry.pretraining.map(counts.groupby("pretraining").concept.nunique()),
    )
    return rows[["kind", "name", "size", "models", "model_names", "concepts", "description"]]


def downstream_rows(registry: pd.DataFrame, scores: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Each evaluation set with its pictures and classes; classes are counted in the scores."""
    found = scores.groupby("dataset").concept.nunique().rename({"all": "t2i"})
    found = found.reindex(registry.dataset)
    for name, n, expected in zip(registry.dataset, found, registry.n_classes.astype(int), strict=True):
        if n != expected and name != "t2i":  # of the prompts' 568 nouns, the released metrics score fewer
            sys.exit(f"{path}: {name} has {expected} classes, the released evaluations have {n:g}")
    models = scores.groupby("dataset").model.nunique().rename({"all": "t2i"}).reindex(registry.dataset)
    rows = registry.assign(kind=registry.task, name=registry.dataset, size=registry.n_images, models=models.to_numpy())
    return rows.assign(concepts=found.to_numpy())[["kind", "name", "size", "models", "concepts", "description"]]


def text_to_image_models(scores: pd.DataFrame) -> pd.DataFrame:
    """Each text-to-image model, who released it, and how many concepts and prompts each metric scores."""
    table = scores.groupby(["model", "metric"]).agg(concepts=("concept", "nunique"), prompts=("n", "sum")).unstack()
    table.columns = [f"{what}_{metric}" for what, metric in table.columns]
    table = table.reset_index()
    names = table.model.str.split("/").str[-1].str.split("_", n=1)
    table.insert(0, "source", names.str[0])
    table["model"] = names.str[1]
    return table


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretraining", type=Path, required=True)
    parser.add_argument("--downstream", type=Path, required=True)
    parser.add_argument("--scores", type=Path, nargs="+", required=True)
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--text-to-image-models", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tables = {path.stem: read_frame(path) for path in args.scores}
    scores = pd.concat([table[["pretraining", "model", "dataset", "concept"]] for table in tables.values()])
    pretraining = pretraining_rows(read_registry(args.pretraining), scores, read_frame(args.counts))
    downstream = downstream_rows(read_registry(args.downstream), scores, args.downstream)
    write_csv(pd.concat([pretraining, downstream], ignore_index=True), args.out)
    write_csv(text_to_image_models(tables["text_to_image_scores"]), args.text_to_image_models)


if __name__ == "__main__":
    main()

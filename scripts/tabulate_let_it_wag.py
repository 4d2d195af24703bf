"""Put the models' accuracy on ImageNet and on Let It Wag! side by side, with the gap (paper, Table 9), and fit lines.

Where the released evaluations lack ImageNet, the number is the one typed into the published plot. For five models that
number belongs to another checkpoint than the one loaded; ``imagenet_loaded`` corrects it.
"""

import argparse
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from concept_freq.io.tables import write_csv
from concept_freq.released.let_it_wag import fit_sides
from concept_freq.released.published import read_full, split_model


def full_accuracy(path: Path) -> dict[str, float]:
    """Model -> accuracy on the whole set, percent."""
    return {"/".join(split_model(path, key)): full for key, full in read_full(path).items()}


def tabulate(wag: dict[str, float], imagenet: dict[str, float], models: pd.DataFrame) -> pd.DataFrame:
    """One row per model, best on Let It Wag! first."""
    rows = []
    for row in models.itertuples():
        typed = row.model not in imagenet
        published = float(row.imagenet) if typed else imagenet[row.model]
        loaded = float(row.imagenet_loaded) if row.imagenet_loaded else published
        accuracy = {"imagenet": published, "imagenet_loaded": loaded, "let_it_wag": wag[row.model]}
        source = "typed into the published plot" if typed else "released evaluation"
        rows.append({"model": row.model, **accuracy, "gap": published - wag[row.model], "imagenet_source": source})
    return pd.DataFrame(rows).sort_values(["let_it_wag", "model"], ascending=[False, True])


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--let-it-wag", type=Path, required=True)
    parser.add_argument("--imagenet", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    models = pd.read_csv(args.models, sep="\t", dtype=str, keep_default_na=False)
    wag, imagenet = full_accuracy(args.let_it_wag), full_accuracy(args.imagenet)
    if missing := sorted(set(models.model) - set(wag)):
        raise SystemExit(f"{args.let_it_wag}: no results of {missing[0]}, which {args.models} lists")
    if gaps := [row.model for row in models.itertuples() if row.model not in imagenet and not row.imagenet]:
        raise SystemExit(f"{args.models}: {gaps[0]} has no ImageNet accuracy here, nor in {args.imagenet}: type one in")
    table = tabulate(wag, imagenet, models)
    lines = [
        {"imagenet": column, **asdict(line)}
        for column in ("imagenet", "imagenet_loaded")
        for line in fit_sides(table, column)
    ]
    write_csv(table, args.out)
    write_csv(pd.DataFrame(lines), args.lines, digits=10)


if __name__ == "__main__":
    main()

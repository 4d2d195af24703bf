"""One line per model and evaluation set: what the published recipe says, and what the others say of the same points.

``rho_paper_shuffled`` is the published recipe's mean rho when scores are shuffled within their evaluation sets. Slopes
are points per tenfold frequency, with one intercept per evaluation set, bootstrap interval, permutation p.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from concept_freq.analysis.fits import main_fits, read_fits, read_null
from concept_freq.analysis.scores import POOL, comparable
from concept_freq.io.tables import write_csv

LINE = ["task", "dataset", "model", "metric"]


def tabulate(fits: pd.DataFrame, null: pd.DataFrame) -> pd.DataFrame:
    """Spread the recipes of each model and evaluation set over columns."""
    rho = fits.pivot(index=LINE, columns="recipe", values="rho")
    p_value = fits.pivot(index=LINE, columns="recipe", values="p_value")
    shuffled = null.pivot(index=LINE, columns="recipe", values="null_rho")
    effect = fits[fits.recipe == "fixed_effects"].set_index(LINE)
    table = pd.DataFrame({"rho_paper": rho.paper, "p_paper": p_value.paper, "rho_paper_shuffled": shuffled.paper})
    table["rho_all_bins"], table["rho_concept"] = rho.all_bins, rho.concept
    table["p_permutation"] = p_value.fixed_effects
    return table.join(effect[["slope_per_decade", "ci_low", "ci_high", "n_points"]]).reset_index()


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--null", type=Path, required=True)
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    both = read_fits(args.fits), read_null(args.null)
    table = tabulate(*(main_fits(fits, args.main, args.threshold) for fits in both))
    write_csv(table, args.out)
    pooled = comparable(table[table.dataset == POOL])
    print((pooled if len(pooled) else table).to_string(index=False, float_format="{:.3g}".format))


if __name__ == "__main__":
    main()

"""One line per model and evaluation set: what the published recipe says, and what the others say of the same points.

Slopes are points per tenfold frequency, with one intercept per evaluation set, bootstrap interval, permutation p.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from concept_freq.observations import read_main_fits
from concept_freq.tables import write_csv

KEYS = ["task", "dataset", "model"]


def tabulate(fits: pd.DataFrame) -> pd.DataFrame:
    """Spread the recipes of each model and evaluation set over columns."""
    rho = fits.pivot(index=KEYS, columns="recipe", values="rho")
    p_value = fits.pivot(index=KEYS, columns="recipe", values="p_value")
    effect = fits[fits.recipe == "fixed_effects"].set_index(KEYS)
    table = pd.DataFrame({"rho_paper": rho.paper, "p_paper": p_value.paper, "rho_all_bins": rho.all_bins})
    table["rho_concept"], table["p_permutation"] = rho.concept, p_value.fixed_effects
    return table.join(effect[["slope_per_decade", "ci_low", "ci_high", "n_points"]]).reset_index()


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table = tabulate(read_main_fits(args.fits, args.main, args.threshold))
    write_csv(table, args.out)
    print(table.to_string(index=False, float_format="{:.3g}".format))


if __name__ == "__main__":
    main()

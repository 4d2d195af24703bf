"""Which numbers and figures of results the docs show. Add an entry here to show another; ``make docs`` writes it."""

import re
from dataclasses import dataclass

RHO, SLOPE = "{rho_paper:.2f} (p {p_paper:.2g})", "{slope_per_decade:+.1f} [{ci_low:.1f}, {ci_high:.1f}]"
CHANGE = "{change:+.1f} [{change_low:.1f}, {change_high:.1f}]"
SHAPE = {f"explained by {name}": f"{{explained_{name}:.2f}}" for name in ("line", "spline", "isotonic")}


@dataclass(frozen=True)
class Extract:
    """Rows of a table of results that the docs show, by a pandas query, and the columns of the Markdown table.

    With ``over``, a column of scores, rows are summarised: ``mean`` and ``share_zero`` by the other columns shown.
    """

    source: str
    columns: dict[str, str]
    rows: str = "index >= 0"
    over: str = ""

    @property
    def fields(self) -> list[str]:
        """Columns of the results' table that are shown."""
        return [*dict.fromkeys(re.findall(r"{(\w+)", " ".join(self.columns.values())))]


EXTRACTS = {
    "headline": Extract(
        "results/tables/headline.csv",
        {
            "task": "{task}",
            "evaluation set": "{dataset}",
            "model": "{model}",
            "ρ, published bins": RHO,
            "ρ, shuffled": "{rho_paper_shuffled:.2f}",
            "ρ, concepts": "{rho_concept:.2f}",
            "points per tenfold": SLOPE,
        },
        "dataset != 'all'",
    ),
    "scores": Extract(
        "results/tables/class_accuracy.parquet",
        {
            "evaluation set": "{dataset}",
            "model": "{model}",
            "mean accuracy (%)": "{mean:.1f}",
            "concepts at zero": "{share_zero:.0%}",
        },
        "prompts == 'ensemble'",
        over="accuracy",
    ),
    "dose_response": Extract(
        "results/tables/dose_response.csv",
        {
            "task": "{task}",
            "model": "{model}",
            "departs from a line, p": "{departure_p:.2g}",
            "slope, rarer half": "{slope_lower_half:+.1f}",
            "slope, more frequent half": "{slope_upper_half:+.1f}",
            **SHAPE,
        },
        "count_type == 'matched' and dataset in ['all', 'new_scenes']",
    ),
    "sensitivity": Extract(
        "results/tables/sensitivity.csv",
        {
            "what is counted": "{count_type} {mode} {threshold}",
            "slope": SLOPE,
            "change": CHANGE,
            "ρ, concepts": "{rho_concept:.2f}",
        },
        "model == 'random_large/resnet' and dataset == 'all' and task == 'classification'",
    ),
    "truth_check": Extract(
        "results/tables/truth_check.csv",
        {
            "pretraining data": "{pretraining}",
            "count": "{count_type}",
            "precision": "{precision:.3f}",
            "recall": "{recall:.3f}",
            "Spearman": "{spearman:.3f}",
            "estimated / planted, median": "{median_ratio:.2f}",
        },
    ),
    "rated_misalignment": Extract(
        "results/tables/rated_misalignment.csv",
        {
            "pretraining data": "{pretraining}",
            "rater": "{rater}",
            "stratum": "{stratum}",
            "rated": "{n_rated:.0f}",
            "misaligned": "{share:.3f} [{ci_low:.3f}, {ci_high:.3f}]",
            "planted": "{planted:.3f}",
        },
        "stratum in ['misaligned', 'all']",
    ),
    "stress": Extract(
        "results/stress/tables/stress.csv",
        {
            "what was changed": "{comparison}",
            "task": "{task}",
            "points per tenfold": "{slope_per_decade:.1f}",
            "of the base": "{slope_per_decade_base:.1f}",
            "change": CHANGE,
            "ρ, published bins": "{rho_paper:.2f}",
        },
        "dataset in ['all', 'new_scenes']",
    ),
    "experiment": Extract(
        "results/stress/tables/experiment.csv",
        {
            "task": "{task}",
            "quantity": "{quantity}",
            "estimate": "{estimate:.2f}",
            "95 %": "{ci_low:.2f} to {ci_high:.2f}",
        },
        "dataset in ['all', 'new_scenes'] and not quantity.str.startswith('slope of')",
    ),
    "released_headline": Extract(
        "results/released/tables/headline.csv",
        {
            "task": "{task}",
            "model": "{model}",
            "ρ, published bins": RHO,
            "ρ, shuffled": "{rho_paper_shuffled:.2f}",
            "ρ, concepts": "{rho_concept:.2f}",
            "points per tenfold": SLOPE,
        },
        "dataset == 'all' and task != 'text_to_image'",
    ),
    "released_exceptions": Extract(
        "results/released/tables/published_comparison.csv",
        {
            "value": "{item}: {model}",
            "count": "{count_type}",
            "printed": "{published:g}",
            "ours": "{ours:.4g}",
            "why": "{exception}",
        },
        "verdict == 'exception'",
    ),
    "released_stress": Extract(
        "results/released/stress/tables/stress.csv",
        {"what was changed": "{comparison}", "model": "{model}", "base": "{base}", "slope": SLOPE, "change": CHANGE},
        "dataset == 'all' and task == 'classification'",
    ),
}
PICTURES = {
    "log_linear_classification": "results/figures/log_linear_classification.png",
    "log_linear_retrieval": "results/figures/log_linear_retrieval.png",
    "overview": "results/figures/overview.png",
    "truth_check": "results/figures/truth_check.png",
    "experiment": "results/stress/figures/experiment.png",
    "released_log_linear_classification": "results/released/figures/log_linear_classification.png",
}

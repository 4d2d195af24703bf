"""One look for all figures, and one way to save them: PNG, PDF and the drawn data side by side."""

import matplotlib

matplotlib.use("Agg")

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from concept_freq.tables import atomic_path, write_csv

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
)  # safe for colour-blind readers
GREY = "#6b6b6b"
NO_DATE = {"CreationDate": None}  # same data, same bytes


def use_style() -> None:
    """Set the style of every figure."""
    sns.set_theme(context="paper", style="ticks", palette=COLOURS, font_scale=1.1)
    plt.rcParams.update(
        {
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.dpi": 100,
            "savefig.dpi": 200,
            "pdf.fonttype": 42,
        }
    )


def save(figure: Figure, png: Path, data: pd.DataFrame) -> None:
    """Save a figure as ``png``, and beside it the PDF and the data it draws (CSV)."""
    with atomic_path(png) as temporary:
        figure.savefig(temporary, format="png", bbox_inches="tight")
    with atomic_path(png.with_suffix(".pdf")) as temporary:
        figure.savefig(temporary, format="pdf", bbox_inches="tight", metadata=NO_DATE)
    write_csv(data, png.with_suffix(".csv"))
    plt.close(figure)


def pretty(name: str) -> str:
    """A registry name as words: ``random_large`` -> ``random large``."""
    return name.replace("_", " ")

"""The paper's released data, from files to figures: every printed number, and what an edit reruns.

Needs the data, some 30 MB that are not part of this repository: in the folder that RELEASED_DATA names, in
resources/released (where the workflow puts them), or in ../shared/released.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from programs import REPOSITORY
from scipy import stats

from concept_freq.analysis.binning import bin_means
from concept_freq.evaluation.classes import read_classes
from concept_freq.released.published import concept_of, read_scores_file

PLACES = [os.environ.get("RELEASED_DATA", ""), REPOSITORY / "resources/released", REPOSITORY.parent / "shared/released"]
RELEASED = next((Path(place) for place in PLACES if place and (Path(place) / "search_counts").is_dir()), None)
TREE = ["Snakefile", "rules", "scripts", "config", "report", "envs"]

pytestmark = pytest.mark.skipif(
    RELEASED is None, reason="the paper's released data are not here: set RELEASED_DATA to a folder that holds them"
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the workflow that a test may edit."""
    folder = tmp_path_factory.mktemp("released")
    for name in TREE:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    config = folder / "config" / "config.yaml"
    assert "draws: 1000 " in config.read_text()
    config.write_text(config.read_text().replace("draws: 1000 ", "draws: 200 "))  # intervals are not compared here
    return folder


@pytest.fixture(scope="module")
def run(snakemake, copy):
    """Call the copied workflow on the released data."""

    def call(*arguments, data=RELEASED):
        options = ["--configfile", str(copy / "config/released.yaml"), "--config", f"released_data={data}"]
        return snakemake("--snakefile", str(copy / "Snakefile"), *arguments, *options, folder=copy)

    return call


@pytest.fixture(scope="module")
def results(run, copy):
    """Everything that the released configuration makes."""
    result = run("--cores", "2")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return copy / "results/released"


@pytest.fixture(scope="module")
def fits(results):
    keys = ["model", "dataset", "prompts", "direction", "k", "metric", "threshold"]
    table = pd.read_csv(results / "tables/log_linear_fits.csv", dtype=dict.fromkeys(keys, str))
    return table.fillna(dict.fromkeys(keys, ""))


def one(fits, **wanted):
    rows = fits[(fits[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(rows) == 1, wanted
    return rows.iloc[0]


@pytest.mark.parametrize(
    ("model", "rho"),
    [("cc3m/RN50", 0.966), ("cc12m/ViT-B-16", 0.829), ("yfcc15m/RN101", 0.951), ("laion400m/ViT-L-14", 0.855)],
)
def test_printed_classification_numbers(fits, model, rho):
    keys = {"dataset": "all", "prompts": "class", "count_type": "matched", "threshold": "0.7", "recipe": "paper"}
    assert one(fits, task="classification", model=model, **keys).rho == pytest.approx(rho, abs=5e-4)


def test_slopes_are_per_decade(fits):
    keys = {"dataset": "all", "count_type": "matched", "threshold": "0.7", "recipe": "paper"}
    accuracy = one(fits, model="cc3m/RN50", prompts="class", **keys)
    assert accuracy.slope_per_decade == pytest.approx(8.6, abs=0.05)
    recall = one(fits, model="cc3m/RN50", direction="t2i", k="10", **keys)
    assert recall.slope_per_decade == pytest.approx(0.070, abs=5e-4)


def test_the_paper_recipe_agrees_with_a_recomputation_from_the_files(fits):
    """One panel computed from the upstream files alone, without any of our readers or tables."""
    counts, scores = [], []
    for dataset, name in [("coco", "coco"), ("flickr", "flickr")]:
        n = pd.read_json(RELEASED / f"search_counts/{name}_yfcc15m_rampp0.7_search_counts.json", typ="series")
        models = pd.read_json(RELEASED / f"retrieval_evaluations/{dataset}_i2t_k=5_results.json")
        recall = pd.Series(models["backboneRN101_pretrainedyfcc15m"]["conceptwise"])
        counts.append(n)
        scores.append(recall[n.index])
    bins = bin_means(pd.concat(counts).to_numpy(), pd.concat(scores).to_numpy(), 7)
    expected = stats.pearsonr(np.log(bins.edge[3:7]), bins.mean[3:7])
    keys = {"dataset": "all", "direction": "i2t", "k": "5", "count_type": "image", "threshold": "0.7"}
    found = one(fits, model="yfcc15m/RN101", recipe="paper", **keys)
    assert (found.rho, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-8)


def test_every_printed_number_agrees_or_is_a_known_exception(results):
    table = pd.read_csv(results / "tables/published_comparison.csv")
    assert len(table) == 97
    assert (table.verdict == "agrees").sum() == 88
    assert table.exception[table.verdict == "exception"].notna().all()


def test_correlations_are_aligned_by_concept(results):
    table = pd.read_csv(results / "tables/frequency_correlation.csv").set_index(["first", "second", "count_type"])
    found = table.loc["cc3m", "cc12m", "text"]
    assert (found.n_concepts, found.spearman) == (3775, pytest.approx(0.7924, abs=5e-5))


def test_let_it_wag(results):
    lines = pd.read_csv(results / "tables/let_it_wag_lines.csv")
    assert lines.slope.round(6).tolist()[:2] == [0.603035, 1.577627]
    assert lines.n_models.tolist()[:2] == [9, 31]
    assert len(pd.read_csv(results / "tables/let_it_wag.csv")) == 40


def test_the_audit_finds_the_known_faults(results):
    audit = pd.read_csv(results / "tables/count_audit.csv")
    copied = audit[audit.check == "files are copies"].concept
    assert set(copied) == {"t2icoco", "t2idrawbench"}
    zero = audit[(audit.check == "zero contradicted") & (audit.pretraining == "laion400m")]
    assert {"jeans", "men", "socks"} <= set(zero.concept)
    assert not (audit.check == "matched above side").any()


def test_class_names_of_the_17_sets_are_as_many_as_the_paper_says(snakemake, tmp_path):
    sets = pd.read_csv(REPOSITORY / "config" / "downstream.tsv", sep="\t", keep_default_na=False)
    names = sets.dataset[(sets.class_names == "published") & ~sets.dataset.str.startswith("imagenet-")].tolist()
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(f"pathvars: {{resources: {tmp_path}}}\nreleased_data: {RELEASED}\n")
    configs = ["--configfile", "config/paper.yaml", "config/published_counts.yaml", str(overlay)]
    targets = [f"{tmp_path}/class_names/{name}.txt" for name in names]
    result = snakemake("--cores", "2", *targets, *configs)
    assert result.returncode == 0, result.stderr[-3000:]
    classes = [[one.spelling for one in read_classes(Path(path))] for path in targets]
    assert len(classes) == 17
    assert sum(map(len, classes)) == 3469
    concepts = {concept for of_set in classes for concept in of_set}
    assert len(concepts) == 3168
    # what the paper's tagger was asked for: those, ImageNet-R's, and lists for retrieval and text-to-image
    lists = sorted((RELEASED / "ram_model" / "ram" / "data").glob("ram_tag_list_for_*.txt"))
    if len(lists) == 3:
        scores = RELEASED / "zero_shot_evaluations" / "imagenet-r_class_results.json"
        concepts |= {
            concept_of("imagenet-r", name) for name in next(iter(read_scores_file(scores, "classwise", 100).values()))
        }
        concepts |= {line for path in lists for line in path.read_text().splitlines() if line.strip()}
        assert len(concepts) == 4029


def test_a_second_run_does_nothing(run, results):
    assert "Nothing to be done" in run("--dry-run").stdout + run("--dry-run").stderr


def test_an_edited_figure_script_reruns_that_figure_only(run, results, copy):
    with (copy / "scripts/figure_let_it_wag.py").open("a") as file:
        file.write("# edited\n")
    plan = run("--dry-run", "--quiet", "progress")
    jobs = [
        line.split()[1].rstrip(":") for line in plan.stdout.splitlines() if line.startswith(("rule ", "localrule "))
    ]
    assert sorted(set(jobs) - {"all"}) == ["figure_let_it_wag"], plan.stdout


def test_a_missing_file_is_named_before_any_job(run, tmp_path):
    partial = tmp_path / "partial"
    shutil.copytree(RELEASED, partial)
    (partial / "zero_shot_evaluations/dtd_class_results.json").unlink()
    result = run("--dry-run", data=partial)
    assert result.returncode != 0
    message = result.stdout + result.stderr
    assert "dtd_class_results.json does not exist;" in message
    assert "one JSON file per table" in message
    assert "Traceback" not in message

"""The small run from packs to figures, and what a second run, a changed parameter and a changed script make of it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from concept_freq.io.tables import SCHEMAS

FIGURES = ["log_linear_classification", "log_linear_retrieval", "overview", "long_tail", "truth_check"]
FIGURES += ["contact_sheet_random_tiny", "contact_sheet_natural_tiny", "thresholds_random_tiny"]
FIGURES += ["tagger_quality", "tagger_comparison", "misaligned_random_tiny", "misaligned_natural_tiny"]
FIT_COLUMNS = (
    "task,pretraining,model,dataset,prompts,direction,k,metric,count_type,threshold,recipe,"
    "rho,p_value,slope_per_decade,ci_low,ci_high,n_points"
)


@pytest.fixture(scope="module")
def results(small) -> Path:
    """Results of the small run."""
    return small


def planned(result) -> str:
    """What a dry run says, once it has said that it worked."""
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def test_a_second_run_does_nothing(snakemake, repository, results):
    assert "Nothing to be done" in planned(snakemake("--dry-run", folder=repository / ".test"))


def test_touching_scripts_and_shards_reruns_nothing(snakemake, repository, results):
    for path in [*(repository / "scripts").rglob("*.py"), *(results / "shards").rglob("*.tar")]:
        path.touch()
    assert "Nothing to be done" in planned(snakemake("--dry-run", folder=repository / ".test"))


def test_a_changed_analysis_key_reruns_the_fits_only(snakemake, repository, results, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("analysis: {draws: 201}\n")
    configs = ["--configfile", str(repository / ".test" / "config" / "config.yaml"), str(overlay)]
    plan = planned(snakemake("--dry-run", *configs, folder=repository / ".test"))
    assert "fit_log_linear" in plan
    assert "figure_overview" in plan
    for rule in ("train_clip", "tag_images", "count_concepts", "embed_images", "compose_shard"):
        assert f"rule {rule}:" not in plan


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_comes_with_its_data(results, name):
    for extension, start in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        assert (results / "figures" / f"{name}.{extension}").read_bytes().startswith(start)
    assert len(pd.read_csv(results / "figures" / f"{name}.csv"))


@pytest.mark.parametrize("name", ["concept_counts", "class_accuracy", "retrieval_recall"])
def test_tables_keep_the_contract(results, name):
    schema = pq.read_schema(results / "tables" / f"{name}.parquet")
    assert dict(zip(schema.names, schema.types, strict=True)) == SCHEMAS[name]
    assert pq.read_metadata(results / "tables" / f"{name}.parquet").num_rows


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("captions/random_tiny/00000.parquet", "captions"),
        ("text_index/random_tiny/00001.parquet", "text_index"),
        ("image_tags/natural_tiny/00000.parquet", "image_tags"),
    ],
)
def test_chunks_keep_the_contract(results, path, schema):
    found = pq.read_schema(results / path)
    assert dict(zip(found.names, found.types, strict=True)) == SCHEMAS[schema]


def test_every_recipe_is_in_the_table_of_fits(results):
    fits = pd.read_csv(results / "tables" / "log_linear_fits.csv", dtype=str, keep_default_na=False)
    assert ",".join(fits.columns) == FIT_COLUMNS
    keys = fits.columns[: list(fits.columns).index("recipe")].to_list()
    recipes = set(fits.groupby(keys).recipe.agg(" ".join))
    everywhere = "paper all_bins concept spearman fixed_effects"
    assert recipes == {f"{everywhere} mixed_effects errors_in_variables", f"{everywhere} errors_in_variables"}
    assert set(fits.model) == {"random_tiny/resnet", "natural_tiny/resnet"}
    assert set(fits.count_type) == {"text", "image", "matched"}


def test_sensitivity_compares_every_count_with_the_main_one(results):
    table = pd.read_csv(results / "tables" / "sensitivity.csv", dtype={"threshold": str}, keep_default_na=False)
    main = table[(table.count_type == "matched") & (table["mode"] == "") & (table.threshold == "0.5")]
    assert (main.change.astype(float) == 0).all()
    kinds = set(zip(table.count_type, table["mode"], table.threshold, strict=True))
    planted = {(kind, "planted", "") for kind in ("text", "image", "matched")}
    assert kinds == planted | {
        *[("text", "", ""), ("text", "unigram", ""), ("matched", "unigram", "0.5")],
        *[(kind, "", threshold) for kind in ("image", "matched") for threshold in ("0.5", "0.7")],
    }


def test_the_line_is_tested_and_its_curves_are_kept(results):
    tests = pd.read_csv(results / "tables" / "dose_response.csv")
    assert tests.departure_p.between(0, 1).all()
    assert (tests.explained_isotonic >= tests.explained_line - 1e-6).mean() > 0.9
    curves = pd.read_csv(results / "tables" / "dose_response_curves.csv")
    keys = ["task", "model", "dataset", "count_type"]
    assert set(map(tuple, curves[keys].to_numpy())) == set(map(tuple, tests[keys].to_numpy()))
    assert (curves.low <= curves.spline).all()
    assert (curves.spline <= curves.high).all()


def test_the_null_stands_beside_every_fit(results):
    keys = [column for column in FIT_COLUMNS.split(",") if column not in {"p_value", "n_points"}][:11]
    fits, null = (
        pd.read_csv(results / "tables" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("log_linear_fits", "permutation_null")
    )
    assert fits[keys].to_numpy().tolist() == null[keys].to_numpy().tolist()


def test_every_broken_sample_is_listed_with_its_reason(results):
    skipped = pd.read_csv(results / "tables" / "skipped_samples.csv")
    found = skipped[skipped.pretraining.notna()].set_index(["pretraining", "reason"]).samples
    assert found["random_tiny"].to_dict() == {
        "caption is not UTF-8": 3,
        "no caption (.txt)": 3,
        "picture cannot be decoded": 4,
    }


def test_counts_of_chunks_add_up(results):
    chunks = [pd.read_parquet(path) for path in sorted((results / "chunk_counts" / "random_tiny").glob("*"))]
    total = pd.read_parquet(results / "counts" / "random_tiny.parquet").set_index("concept")
    assert len(chunks) == 2
    summed = pd.concat(chunks).groupby("concept").sum()
    pd.testing.assert_frame_equal(total, summed[total.columns])


def test_pairs_are_split_by_caption_and_picture(results):
    table = pd.read_csv(results / "tables" / "contingency.csv")
    counts = pd.read_parquet(results / "counts" / "random_tiny.parquet")
    mine = table[table.pretraining == "random_tiny"].merge(counts, on="concept")
    assert len(mine) == 32
    assert (mine[["text_only", "image_only", "both", "neither"]].sum(axis=1) == mine.n_samples).all()
    assert (mine.text_only + mine.both == mine.n_text).all()


def test_corrected_counts_hold_the_planted_ones(results):
    for name in ("random_tiny", "natural_tiny"):
        table = pd.read_csv(results / "tables" / "corrected_counts" / f"{name}.csv")
        counted = pd.read_parquet(results / "counts" / f"{name}.parquet").set_index("concept").n_image
        assert (table.set_index("concept").n_image == counted[table.concept]).all()
        assert ((table.ci_low <= table.planted) & (table.planted <= table.ci_high)).mean() > 0.9
        assert set(table.verdict) <= {"present", "absent or rare", "cannot be detected"}


def test_rated_pairs_estimate_the_planted_misalignment(results):
    table = pd.read_csv(results / "tables" / "rated_misalignment.csv").set_index(["pretraining", "stratum"])
    counted = pd.read_csv(results / "tables" / "misalignment.csv").set_index("pretraining")
    for name in ("random_tiny", "natural_tiny"):
        assert table.n_pairs[name, "misaligned"] == counted.n_misaligned[name]
        both = table.n_pairs[name, "misaligned"] + table.n_pairs[name, "aligned"]
        assert (both, table.n_pairs[name, "all"]) == (counted.n_two_sided[name], counted.n_samples[name])
        assert (table.n_rated[name, "misaligned"], table.n_rated[name, "all"]) == (20, 40)
        whole = table.loc[name, "all"]
        assert whole.rater == "truth"
        assert whole.measured == pytest.approx(counted.misalignment_degree[name], rel=1e-5)
        assert whole.ci_low <= whole.planted <= whole.ci_high
        pairs = pd.read_parquet(results / "rating" / name / "pairs.parquet")
        assert all(picture.startswith(b"\xff\xd8") for picture in pairs.picture)
        assert (pairs.named.str.len() > 0)[pairs.stratum != "one_sided"].all()


def test_histograms_count_every_picture_for_every_concept(results):
    histogram = pd.read_parquet(results / "tag_histograms" / "random_tiny" / "00000.parquet")
    pictures = histogram.groupby("concept_id").n.sum()
    assert len(pictures) == 32
    assert pictures.nunique() == 1
    tags = pd.read_parquet(results / "image_tags" / "random_tiny" / "00000.parquet")
    assert histogram.n[histogram.bin >= 50].sum() == len(tags)  # other thresholds need no tagging


def test_any_phrase_can_be_asked_for(repository, results):
    def ask(*arguments):
        command = [sys.executable, repository / "scripts" / "query.py", *arguments]
        return subprocess.run(command, cwd=repository / ".test", capture_output=True, text=True)

    answer = ask("a photo of", "--examples", "2", "--pretraining", "natural_tiny")
    assert answer.returncode == 0, answer.stderr
    captions = pd.read_parquet(next((results / "captions" / "natural_tiny").glob("*")))
    named = captions.caption.str.contains(r"(?<![a-z0-9])a[ _-]photo[ _-]of(?![a-z0-9])", case=False).sum()
    assert f"in captions  {named}" in answer.stdout
    assert "unknown (not a listed concept)" in answer.stdout
    assert answer.stdout.count("\n  | ") == 2
    listed = ask("American Footballs")
    n = pd.read_parquet(results / "counts" / "random_tiny.parquet").set_index("concept").loc["American football"]
    answer = listed.stdout.split("random_tiny")[1]
    assert f"in pictures  {n.n_image}" in answer
    assert f"{n.n_text} in captions, {n.n_image} in pictures, {n.n_matched} in both" in answer


def test_the_plan_says_what_each_concept_would_take(repository, results):
    plan = pd.read_csv(results / "tables" / "sample_plan.csv", keep_default_na=False, na_values=[""])
    counts = pd.read_parquet(results / "counts" / "random_tiny.parquet").set_index("concept").n_matched
    mine = plan[(plan.task == "classification") & (plan.pretraining == "random_tiny")].set_index("concept")
    assert len(mine) == 32
    assert (mine.n_matched == counts[mine.index]).all()
    assert set(plan.points) <= {5.0, *(100 - plan.score)}
    rows = plan[(plan.reachable == "yes") & (plan.upper_end != "unbounded")]
    assert len(rows)
    assert ((rows.n_more_low <= rows.n_more) & (rows.n_more <= rows.n_more_high)).all()
    command = [sys.executable, "scripts/plan_samples.py", "bananas", "--results", results, "--task", "classification"]
    answer = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert f"for +5 points       {mine.n_more['banana']:,.0f} more pairs" in answer.stdout


def test_the_balanced_sample_is_made_when_asked_for(snakemake, repository, results):
    planned(snakemake("--cores", "1", "balance", folder=repository / ".test"))
    table = pd.read_csv(results / "tables" / "balanced_sampling.csv").set_index(["pretraining", "concept"])
    for name in ("random_tiny", "natural_tiny"):
        counts = pd.read_parquet(results / "counts" / f"{name}.parquet").set_index("concept").n_text
        mine = table.loc[name]
        assert (mine.n_text == counts[mine.index]).all()
        assert (mine.expected >= np.minimum(mine.n_text, 20) - 1e-6).all()
        assert (mine.expected <= mine.n_text + 1e-6).all()
    for path in (results / "balanced").rglob("*.parquet"):
        pairs = pq.read_table(path)
        captions = pq.read_table(results / "captions" / path.relative_to(results / "balanced"))
        assert dict(zip(pairs.schema.names, pairs.schema.types, strict=True)) == SCHEMAS["balanced"]
        assert 0 < len(pairs) < len(captions)
        assert set(pairs["key"].to_pylist()) <= set(captions["key"].to_pylist())


def test_checks_passed_and_none_is_missing(results):
    lines = (results / "checks" / "passed.txt").read_text().splitlines()
    assert len(lines) >= 36
    assert all(line.startswith("ok ") for line in lines)


def test_the_report_holds_every_figure_and_table(snakemake, repository, results, tmp_path):
    report = tmp_path / "report.html"
    planned(snakemake("--report", str(report), folder=repository / ".test"))
    page = report.read_text()
    for name in [*(f"{figure}.png" for figure in FIGURES), "log_linear_fits.csv", "truth_check.csv"]:
        assert name in page, name

"""What an edit reruns, and that it reruns nothing else: on a copy of the repository with the small run's results."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from programs import SCRIPTS
from project import copy_repository, jobs

from concept_freq.workflow.code import closure

ALWAYS = {"all", "tabulate_licences", "tabulate_provenance"}  # what looks at everything
CONFIG = ".test/config/config.yaml"
MODELS = ".test/config/models.tsv"
SHEETS = {"figure_tagger_comparison", "figure_thresholds"}
AFTER_TAGS = {"correct_counts", "figure_tagger_quality"}
AFTER_FITS = {"figure_log_linear", "figure_overview", "tabulate_headline", "tabulate_plan"}
FITS = {"fit_dose_response", "fit_log_linear", "tabulate_sensitivity", *AFTER_FITS}
AFTER_SCORES = {"check_results", "collect_scores", "tabulate_frequency_bins", *FITS}
AFTER_COUNTS = {"audit_counts", "check_results", "collect_counts", "figure_long_tail", "sum_counts"}
AFTER_COUNTS |= {"tabulate_frequency_bins", "tabulate_long_tail", *FITS}
AFTER_PAIRS = {"figure_misaligned", "rate_by_truth", "tabulate_ratings"}
AFTER_INDEX = {"compare_with_truth", "count_concepts", "figure_truth_check", "tabulate_truth", *AFTER_COUNTS}
AFTER_INDEX |= {"sample_pairs", *AFTER_PAIRS}
AFTER_TAGGING = {"count_concepts", "compare_with_truth", "figure_contact_sheet", "figure_truth_check", "list_skipped"}
AFTER_TAGGING |= {
    "check_samples",
    "sample_pairs",
    "tabulate_tags",
    "tabulate_truth",
    *AFTER_COUNTS,
    *AFTER_PAIRS,
    *AFTER_TAGS,
    *SHEETS,
}
EVALUATIONS = {"evaluate_classification", "evaluate_retrieval"}
AFTER_EMBEDDING = {"check_samples", "compare_tagger", "figure_tagger_comparison", "list_skipped"}
AFTER_EMBEDDING |= {*EVALUATIONS, *AFTER_SCORES}


@pytest.fixture(scope="module")
def copy(small, tmp_path_factory) -> Path:
    """The repository and the small run's results, elsewhere: moving alone reruns nothing."""
    return copy_repository(tmp_path_factory.mktemp("copy"))


def figures(folder: Path) -> set[str]:
    """Rules of a run whose programs share the look of figures."""
    look = SCRIPTS / "concept_freq" / "figures" / "look.py"
    drawn = {program.stem for program in SCRIPTS.glob("*.py") if look in closure(program)}
    return drawn & planned(folder, "--forceall")


def planned(folder: Path, *options: str) -> set[str]:
    """Rules that a run in the copy would run."""
    program = Path(sys.executable).with_name("snakemake")
    command = [program, "--snakefile", folder / "Snakefile", "--directory", folder / ".test", "--dry-run", *options]
    return set(jobs(subprocess.run(command, capture_output=True, text=True, cwd=folder)))


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    """A file with one text replaced, for a while."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    try:
        yield
    finally:
        path.write_text(text)


def test_moving_and_touching_everything_reruns_nothing(copy):
    assert planned(copy) == set()
    for part in ("rules", "scripts", "config", ".test/config", ".test/results"):
        for path in (copy / part).rglob("*"):
            path.touch()
    (copy / "Snakefile").touch()
    assert planned(copy) == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("scripts/figure_long_tail.py", '"""', '"""New. ', {"figure_long_tail"}),
        ("scripts/concept_freq/tags/correction.py", '"""', '"""New. ', AFTER_TAGS),
        ("scripts/index_captions.py", '"""', '"""New. ', {"index_captions", *AFTER_INDEX}),
        (CONFIG, "draws: 200", "draws: 201", {*AFTER_TAGS, "fit_log_linear", "tabulate_sensitivity", *AFTER_FITS}),
        (CONFIG, "thresholds: [0.5, 0.7]", "thresholds: [0.5, 0.8]", {"count_concepts", *SHEETS, *AFTER_COUNTS}),
        (CONFIG, "matched_spearman: 0.8", "matched_spearman: 0.7", {"check_results"}),
        (CONFIG, "min_images: 3", "min_images: 4", {"evaluate_retrieval", *AFTER_SCORES}),
        (CONFIG, "rated_pairs: 40", "rated_pairs: 50", {"sample_pairs", *AFTER_PAIRS}),
        (CONFIG, "score: sigmoid", "score: softmax", {"tag_images", *AFTER_TAGGING}),
        (CONFIG, "batch_size: 256\n  workers: 0\n  training", "batch_size: 128\n  workers: 1\n  training", set()),
        (CONFIG, "workers: 0  ", "workers: 1  ", set()),
        (MODELS, "squash", "clip", {"embed_images", *AFTER_EMBEDDING}),
        (CONFIG, "plan_points: 5", "plan_points: 7", {"tabulate_plan"}),
        (CONFIG, "cap: 20", "cap: 30", set()),
    ],
)
def test_an_edit_reruns_what_depends_on_it(copy, file, old, new, expected):
    with edited(copy / file, old, new):
        found = planned(copy)
    if file == CONFIG:
        assert "tabulate_provenance" in found  # the config is part of what made the results
    assert found - ALWAYS == expected


def test_the_look_of_figures_redraws_each_of_them_and_nothing_else(copy):
    with edited(copy / "scripts/concept_freq/figures/look.py", '"""', '"""New. '):
        found = planned(copy)
    assert found - ALWAYS == figures(copy)


def test_the_concept_list_reruns_what_reads_it_and_nothing_before(copy):
    path = copy / ".test" / "config" / "concepts.tsv"
    line = next(row for row in path.read_text().splitlines() if row.startswith("banana\t"))
    with edited(path, line, line.replace("banana\t", "banana\tplantain|", 1)):
        found = planned(copy)
    assert {"design_frequencies", "count_concepts", "tag_images", "evaluate_retrieval"} <= found
    assert not found & {"retrieve_pack", "retrieve_file"}

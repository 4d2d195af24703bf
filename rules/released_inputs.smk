"""Which files of the paper's released data a wildcard stands for, and that a given folder holds them. No rules here."""

from functools import cache

RELEASED = config.get("released_data", "<resources>/released")
UPSTREAM = "bethgelab/frequency_determines_performance"
COMMIT = "11ef009f9d0d9c0d190b4ede58e07d378ef79d32"
PEOPLE = "src/text_to_image_experiments/human_experiment_evaluation"
SUPERSEDED = ["t2icoco", "t2idrawbench", "t2iparti"]  # earlier counts of parts of t2i, of interest to the audit only


@cache
def published_counts(pretraining):
    """The rows that say which counts of a dataset were published, and for which evaluation sets."""
    table = read_rows(PRETRAINING.published_counts[pretraining], "published_counts", "published_counts")
    return table[table.pretraining == pretraining]


def counted_sets(row):
    """Evaluation sets of a row; classification18 stands for the first 18 classification sets of the registry."""
    classification = counted_sets_of("classification")
    groups = {f"classification{n}": classification[:n] for n in (17, 18, 19)}
    return [dataset for name in row.datasets.split() for dataset in groups.get(name, [name])]


def released(*names):
    """Files of the data folder."""
    return [f"{RELEASED}/{name}" for name in names]


def count_files(pretraining):
    """All files of published counts of a dataset."""
    rows = published_counts(pretraining).itertuples()
    return released(*(f"search_counts/{d}_{row.counts}_search_counts.json" for row in rows for d in counted_sets(row)))


def count_columns_of(pretraining):
    """JSON: what the names of count files end in -> the column they fill."""
    rows = published_counts(pretraining)
    return json.dumps(dict(zip(rows.counts, rows.column, strict=True)))


def misalignment_file(pretraining):
    """The published misaligned pairs of a dataset, if there are any."""
    has = pretraining in ("cc3m", "cc12m", "yfcc15m", "laion400m", "laion_aesthetics")
    return released(f"misalignment_metrics/{pretraining}_misalignment_degree.json") if has else []


def published_scores(table):
    """The files that a table of published scores is read from."""
    prompts = [Path(path).stem for path in config["prompts"]]
    names = {
        "class_accuracy": [
            f"zero_shot_evaluations/{dataset}_{prompt}_results.json"
            for dataset in sets_of("classification", published=True)
            for prompt in prompts
        ],
        "retrieval_recall": [
            f"retrieval_evaluations/{dataset}_{direction}_k={k}_results.json"
            for dataset in sets_of("retrieval", published=True)
            for direction in ("i2t", "t2i")
            for k in config["retrieval"]["k"]
        ],
        "text_to_image_scores": [f"t2i_evaluations/t2i_{metric}.json" for metric in config["text_to_image"]["metrics"]],
    }
    return released(*names[table])


def class_scores(dataset):
    """Published accuracies of a set, which also hold its class names in order."""
    return released(f"zero_shot_evaluations/{DOWNSTREAM.published[dataset]}_class_results.json")


def superseded_files():
    """Counts of parts of the text-to-image prompts that later ones replaced."""
    kinds = ("lemmatized", "rampp0.7", "integrated_tlemmatized_i0.7")
    return released(
        *(f"search_counts/{name}_laion_aesthetics_{kind}_search_counts.json" for name in SUPERSEDED for kind in kinds)
    )


LET_IT_WAG = released(
    "let_it_wag_datasets/evaluations/let_it_wag_ensemble_results.json",
    "let_it_wag_datasets/let_it_wag_class_list.txt",
    "zero_shot_evaluations/imagenet_ensemble_results.json",
)
PEOPLE_FILES = {
    "names": released(f"{PEOPLE}/entities/P31_Q5_50000.txt"),
    "counts": released(f"{PEOPLE}/entities/P31_Q5_50000/cnt_space.json"),
    "ratings": released(*(f"{PEOPLE}/P{rater}_v1_bucket_acc.json" for rater in range(1, 7))),
}


def everything_released():
    """All files that any rule reads, which is what fetching must bring."""
    files = [path for name in PUBLISHED for path in count_files(name) + misalignment_file(name)]
    files += [path for name in DOWNSTREAM.index[DOWNSTREAM.class_names == "published"] for path in class_scores(name)]
    files += [path for table in SCORES.values() for path in published_scores(table)]
    return sorted(
        {*files, *superseded_files(), *LET_IT_WAG, *(path for paths in PEOPLE_FILES.values() for path in paths)}
    )


def check_released():
    """Stop before any job where a given folder lacks a file; Snakemake would go on with results of earlier runs."""
    if missing := [path for path in everything_released() if not os.path.exists(path)]:
        others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise WorkflowError(
            f"config: released_data: {missing[0]} does not exist{others}; "
            f"the folder must hold the data of {UPSTREAM} at commit {COMMIT[:8]}, one JSON file per table"
        )


if "released_data" in config:
    check_released()

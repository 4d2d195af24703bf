"""The paper's released data: which files each table of published counts and scores is read from."""

import os
from pathlib import Path

from snakemake.exceptions import WorkflowError

from concept_freq.workflow.registries import Registry, Row, read_rows
from concept_freq.workflow.scores import TABLES

UPSTREAM = "bethgelab/frequency_determines_performance"
COMMIT = "11ef009f9d0d9c0d190b4ede58e07d378ef79d32"
PEOPLE = "src/text_to_image_experiments/human_experiment_evaluation"
SUPERSEDED = ("t2icoco", "t2idrawbench", "t2iparti")  # earlier counts of parts of t2i, of interest to the audit only
MISALIGNED = ("cc3m", "cc12m", "yfcc15m", "laion400m", "laion_aesthetics")  # datasets whose pairs were published


class Released:
    """Files of the data folder: the config's ``released_data``, or where upstream's archive is fetched to."""

    def __init__(self, study) -> None:
        self.study = study
        self.folder = study.config.get("released_data", "<resources>/released")

    def files(self, *names: str) -> list[str]:
        """Paths of files of the folder."""
        return [f"{self.folder}/{name}" for name in names]

    def counts(self, pretraining: str) -> Registry:
        """The rows that say which counts of a dataset were published, and for which evaluation sets."""
        table = self.study.datasets[pretraining].row.published_counts
        rows = read_rows(table, "published_counts", "published_counts")
        return {name: row for name, row in rows.items() if row.pretraining == pretraining}

    def counted_sets(self, row: Row) -> list[str]:
        """Evaluation sets of a row; classification18 stands for the first 18 classification sets of the registry."""
        classification = self.study.scores.counted_sets_of("classification")
        groups = {f"classification{n}": classification[:n] for n in (17, 18, 19)}
        return [dataset for name in row.datasets.split() for dataset in groups.get(name, [name])]

    def count_files(self, pretraining: str) -> list[str]:
        """All files of published counts of a dataset."""
        rows = self.counts(pretraining).values()
        pairs = [(dataset, row.counts) for row in rows for dataset in self.counted_sets(row)]
        return self.files(*(f"search_counts/{dataset}_{counts}_search_counts.json" for dataset, counts in pairs))

    def count_columns(self, pretraining: str) -> dict[str, str]:
        """What the names of count files end in, and the column that they fill."""
        return {row.counts: row.column for row in self.counts(pretraining).values()}

    def misalignment(self, pretraining: str) -> list[str]:
        """The published misaligned pairs of a dataset, if there are any."""
        name = f"misalignment_metrics/{pretraining}_misalignment_degree.json"
        return self.files(name) if pretraining in MISALIGNED else []

    def scores(self, table: str) -> list[str]:
        """The files that a table of published scores is read from."""
        config, sets_of = self.study.config, self.study.scores.sets_of
        names = {
            "class_accuracy": [
                f"zero_shot_evaluations/{dataset}_{Path(prompts).stem}_results.json"
                for dataset in sets_of("classification", published=True)
                for prompts in config["prompts"]
            ],
            "retrieval_recall": [
                f"retrieval_evaluations/{dataset}_{direction}_k={k}_results.json"
                for dataset in sets_of("retrieval", published=True)
                for direction in ("i2t", "t2i")
                for k in config["retrieval"]["k"]
            ],
            "text_to_image_scores": [f"t2i_evaluations/t2i_{metric}.json" for metric in self.metrics],
        }
        return self.files(*names[table])

    @property
    def metrics(self) -> list[str]:
        """Published metrics of text-to-image models."""
        return self.study.config.get("text_to_image", {}).get("metrics", [])

    def class_scores(self, dataset: str) -> list[str]:
        """Published accuracies of a set, which also hold its class names in order."""
        return self.files(f"zero_shot_evaluations/{self.study.listed[dataset].row.published}_class_results.json")

    @property
    def superseded(self) -> list[str]:
        """Counts of parts of the text-to-image prompts that later ones replaced."""
        kinds = ("lemmatized", "rampp0.7", "integrated_tlemmatized_i0.7")
        names = [f"{name}_laion_aesthetics_{kind}" for name in SUPERSEDED for kind in kinds]
        return self.files(*(f"search_counts/{name}_search_counts.json" for name in names))

    @property
    def let_it_wag(self) -> dict[str, list[str]]:
        """Accuracies on the paper's rare concepts, their names, and accuracies on ImageNet."""
        return {
            "let_it_wag": self.files("let_it_wag_datasets/evaluations/let_it_wag_ensemble_results.json"),
            "classes": self.files("let_it_wag_datasets/let_it_wag_class_list.txt"),
            "imagenet": self.files("zero_shot_evaluations/imagenet_ensemble_results.json"),
        }

    @property
    def people(self) -> dict[str, list[str]]:
        """Names of people, how often captions hold them, and six raters' judgements of their generated pictures."""
        return {
            "names": self.files(f"{PEOPLE}/entities/P31_Q5_50000.txt"),
            "counts": self.files(f"{PEOPLE}/entities/P31_Q5_50000/cnt_space.json"),
            "ratings": self.files(*(f"{PEOPLE}/P{rater}_v1_bucket_acc.json" for rater in range(1, 7))),
        }

    def everything(self) -> list[str]:
        """All files that any rule reads, which is what fetching must bring."""
        files = [path for name in self.study.published for path in self.count_files(name) + self.misalignment(name)]
        names = [each.name for each in self.study.listed.values() if each.row.class_names == "published"]
        files += [path for name in names for path in self.class_scores(name)]
        files += [path for table in TABLES.values() for path in self.scores(table)]
        others = [path for group in (self.let_it_wag, self.people) for paths in group.values() for path in paths]
        return sorted({*files, *self.superseded, *others})

    def check(self) -> None:
        """Stop before any job where a given folder lacks a file; Snakemake would go on with earlier results."""
        if missing := [path for path in self.everything() if not os.path.exists(path)]:
            others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
            raise WorkflowError(
                f"config: released_data: {missing[0]} does not exist{others}; "
                f"the folder must hold the data of {UPSTREAM} at commit {COMMIT[:8]}, one JSON file per table"
            )

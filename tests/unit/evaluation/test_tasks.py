"""What tasks say of themselves, and how scores read by it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from programs import SCRIPTS

from concept_freq.analysis import scores
from concept_freq.analysis.scores import comparable, in_percent, is_main, main_scores, read_scores
from concept_freq.evaluation.tasks import TABLES, TASK_KEYS, TASKS, Task
from concept_freq.io.tables import SCHEMAS, write_table

SAME = {"pretraining": "p", "model": "p/vit", "dataset": "set", "concept": "cat"}
ROWS = {
    "class_accuracy": {"prompts": "class", "n_images": 7, "accuracy": 40.0, "ci_low": 30.0, "ci_high": 50.0},
    "retrieval_recall": {"direction": "t2i", "k": 10, "n": 5, "recall": 0.5},
    "text_to_image_scores": {"metric": "aesthetics", "n": 3, "score": 5.5},
}


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_tasks_columns_are_those_of_its_tables_schema(task):
    assert {*task.keys, task.score, task.n} <= set(SCHEMAS[task.table])
    assert bool(task.metric) != ("metric" in task.keys)
    task.axis.format(**dict.fromkeys(task.keys, "x"))  # every field of the label is a key


def test_every_table_of_scores_is_read_in_one_shape(tmp_path):
    for table, row in ROWS.items():
        write_table([SAME | row], table, tmp_path / f"{table}.parquet")
    found = read_scores([tmp_path / f"{table}.parquet" for table in TABLES]).set_index("task")
    assert found.columns.tolist() == ["pretraining", "model", *TASK_KEYS, "dataset", "concept", "class", "n", "score"]
    assert found.loc["classification", list(TASK_KEYS)].tolist() == ["class", "", "", "accuracy"]
    assert found.loc["retrieval", list(TASK_KEYS)].tolist() == ["", "t2i", "10", "recall"]
    assert found.loc["text_to_image", list(TASK_KEYS)].tolist() == ["", "", "", "aesthetics"]
    assert found[["n", "score"]].to_numpy().tolist() == [[7, 40.0], [5, 0.5], [3, 5.5]]


def test_shares_read_in_percent_and_scores_without_a_range_as_they_are():
    table = pd.DataFrame({"task": ["retrieval", "classification", "text_to_image"], "score": [0.5, 40.0, 5.5]})
    assert in_percent(table, ["score"]).score.tolist() == [50.0, 40.0, 5.5]
    assert comparable(table).task.tolist() == ["retrieval", "classification"]
    assert [TASKS[name].top for name in table.task] == [1, 100, np.inf]


def test_a_task_that_is_added_needs_no_other_line(monkeypatch):
    added = Task("counting", "counting_error", ("seed",), "share", "n", "error", 100, "wrong, seed {seed} (%)")
    monkeypatch.setitem(scores.TASKS, "counting", added)
    table = pd.DataFrame({"task": ["counting"], "prompts": [""], "direction": [""], "k": [""], "score": [0.25]})
    main = {"count_type": "text", "prompts": "class", "direction": "t2i", "k": 10}
    assert main_scores(table, main).score.tolist() == [25.0]
    assert len(comparable(table)) == 1


def test_main_scores_are_chosen_by_the_keys_that_they_have():
    main = {"count_type": "text", "prompts": "class", "direction": "t2i", "k": 10}
    assert is_main({"prompts": "class", "direction": "", "k": "", "metric": "accuracy"}, main)
    assert is_main({"prompts": "", "direction": "t2i", "k": "10", "metric": "recall"}, main)
    assert is_main({"prompts": "", "direction": "", "k": "", "metric": "aesthetics"}, main)
    assert not is_main({"prompts": "", "direction": "t2i", "k": "5", "metric": "recall"}, main)


def test_tasks_are_read_without_any_library():
    command = [sys.executable, "-S", "-c", "import concept_freq.evaluation.tasks"]  # -S: no site-packages
    result = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr

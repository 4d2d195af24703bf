"""Tables: schemas are enforced, and the same rows give the same bytes."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from concept_freq.io.tables import TableError, write_table

ROW = {"pretraining": "p", "model": "p/m", "dataset": "d", "concept": "c", "prompts": "class", "n_images": 3}


def test_a_table_gets_its_declared_types(tmp_path):
    write_table([{**ROW, "accuracy": 50}], "class_accuracy", tmp_path / "a.parquet")
    assert pq.read_schema(tmp_path / "a.parquet").field("accuracy").type == pa.float64()


@pytest.mark.parametrize("accuracy", [-1, 100.5])
def test_a_value_out_of_range_is_refused(tmp_path, accuracy):
    with pytest.raises(TableError, match="accuracy runs from"):
        write_table([{**ROW, "accuracy": accuracy}], "class_accuracy", tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


def test_a_missing_value_or_column_is_refused(tmp_path):
    with pytest.raises(TableError, match="missing values in \\['accuracy'\\]"):
        write_table([{**ROW, "accuracy": None}], "class_accuracy", tmp_path / "a.parquet")
    with pytest.raises(TableError, match="columns \\['concept'\\], declared"):
        write_table(pa.table({"concept": ["c"]}), "class_accuracy", tmp_path / "a.parquet")
    with pytest.raises(TableError, match="columns \\['class'\\], declared"):
        write_table(pa.table({"class": ["c"]}), "class_accuracy", tmp_path / "a.parquet")


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_table([{**ROW, "accuracy": 12.5}], "class_accuracy", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

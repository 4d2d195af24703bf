"""A set's samples and the embeddings of its pictures belong together."""

import pandas as pd
import pytest
import safetensors.torch
import torch

from concept_freq.evaluation.embedded import read_embedded


def test_embeddings_of_other_pictures_are_refused(tmp_path):
    safetensors.torch.save_file({"embeddings": torch.eye(3)}, tmp_path / "e.safetensors")
    for n in (2, 4):
        pd.DataFrame({"label": range(n)}).to_parquet(tmp_path / "s.parquet")
        with pytest.raises(ValueError, match=rf"e.safetensors: 3 pictures where .*s.parquet lists {n}; delete both"):
            read_embedded(tmp_path / "s.parquet", tmp_path / "e.safetensors")

"""Three kills of the counting of the small run; ``make kills`` makes thirty over all its stages."""

import pytest
from kills import try_kills

COUNTED = ["captions", "text_index", "image_tags", "tag_histograms", "chunk_counts", "counts"]
TARGETS = ["results/counts/random_tiny.parquet", "results/counts/natural_tiny.parquet"]


@pytest.mark.slow
def test_after_kills_the_same_command_gives_the_same_bytes(small, tmp_path):
    assert try_kills(tmp_path, 3, COUNTED, TARGETS, seed=1) == []

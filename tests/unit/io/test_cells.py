"""Texts from the web as cells of a CSV."""

import pandas as pd
import pytest

from concept_freq.io.cells import inert


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'="])
def test_what_looks_like_a_formula_is_text(text):
    cells = inert(pd.DataFrame({"caption": [text, "a = b", ""], "n": [-1, 2, 3]}), ["caption"])
    assert cells.caption.tolist() == [f"'{text}" if text[0] != "'" else text, "a = b", ""]
    assert cells.n.tolist() == [-1, 2, 3]

"""The page's routes and command line: what a rater is told, what is saved, and what is refused."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from visits import JSON, ask, serving, visitor

import rate_pairs
from concept_freq.io.tables import write_table
from concept_freq.rating.page import FOLDER, RatingPage
from concept_freq.rating.store import Ratings
from concept_freq.rating.tasks import PAIRS

ROW = {"pretraining": "mine", "shard": "00000", "stratum_size": 50, "n_samples": 100, "named": ["zebra"]}
ROW |= {"stratum": "misaligned", "tags": ["gnu"], "picture": b"jpeg"}
TABLE = pd.DataFrame([{**ROW, "row": i, "key": str(i), "caption": f"caption {i}"} for i in range(4)])


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """Bo's file of judgements and the address of Bo's page."""
    out = tmp_path_factory.mktemp("rating") / "ratings.csv"
    with serving(FOLDER, RatingPage(Ratings(TABLE, "Bo", out), PAIRS).routes) as server:
        yield out, server.address


@pytest.fixture
def out(served) -> Path:
    """Bo's file of judgements; none is there yet."""
    served[0].unlink(missing_ok=True)
    return served[0]


@pytest.fixture
def page(served, out) -> Callable[..., tuple[int, bytes]]:
    """Send one request of Bo's browser; gives status and body."""
    known = {**visitor(served[1]), **JSON}

    def send(method: str, path: str, body: object = None) -> tuple[int, bytes]:
        sent = json.dumps(body).encode() if method == "POST" else None
        return ask(served[1], method, path, known, sent)[::2]

    return send


def test_raters_are_blind(page, out):
    out.write_text("pretraining,shard,row,rater,judgement\nmine,00000,1,Ann,yes\nmine,00000,2,Bo,no\n")
    status, said = page("GET", "/pairs")
    assert status == 200
    assert [pair["judgement"] for pair in json.loads(said)["pairs"]] == ["", "", "no", ""]
    for secret in ("zebra", "gnu", "misaligned", "Ann"):
        assert secret not in said.decode()


def test_the_page_is_drawn_from_the_task(page):
    told = json.loads(page("GET", "/pairs")[1])
    assert told["question"] == PAIRS.question
    assert [answer["value"] for answer in told["answers"]] == ["yes", "no", "unclear"]
    assert len({answer["key"] for answer in told["answers"]}) == 3


def test_the_page_needs_no_inline_script_or_style(page):
    text = page("GET", "/")[1].decode()
    assert "<style" not in text
    assert " style=" not in text
    assert "<script>" not in text
    assert "://" not in text + page("GET", "/page.css")[1].decode() + page("GET", "/page.js")[1].decode()


def test_a_judgement_leaves_other_columns_datasets_and_raters(page, out):
    out.write_text("pretraining,shard,row,rater,judgement,note\nmine,00000,1,Ann,yes,sure\nother,00000,1,Ann,no,\n")
    assert page("POST", "/judgements", {"pair": 0, "judgement": "no"}) == (200, b"{}")
    lines = out.read_text().splitlines()
    assert lines[1:] == ["mine,00000,1,Ann,yes,sure", "other,00000,1,Ann,no,", "mine,00000,0,Bo,no,"]


@pytest.mark.parametrize("number", ["4", "99999999999999999999", "9" * 5000, "-1", "x"])
def test_a_picture_that_is_not_there_is_refused(page, number):
    assert page("GET", f"/pictures/{number}.jpg")[0] == 404
    assert page("GET", "/pictures/3.jpg") == (200, b"jpeg")


JUNK = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
JUNK |= st.lists(st.just("yes"), max_size=2)
SAID = st.fixed_dictionaries({}, optional={"pair": JUNK | st.integers(-5, 4), "judgement": JUNK | st.just("yes")})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JUNK | SAID)
def test_what_is_no_judgement_is_named_and_not_saved(page, out, said):
    good = isinstance(said, dict) and said.get("judgement") == "yes" and type(said.get("pair")) is int
    if not (good and said["pair"] in range(4)):
        status, body = page("POST", "/judgements", said)
        assert (status, "wanted an object of pair (0 to 3)" in json.loads(body)["error"]) == (400, True)
        assert not out.exists()


@pytest.mark.parametrize("number", [True, 1.0, "1"])
def test_a_pair_is_a_whole_number(page, out, number):
    assert page("POST", "/judgements", {"pair": number, "judgement": "yes"})[0] == 400
    assert not out.exists()


def test_a_file_that_cannot_be_used_is_named_on_the_page(page, out):
    out.write_text("spoilt\n")
    for method, path, body in (("GET", "/pairs", None), ("POST", "/judgements", {"pair": 0, "judgement": "no"})):
        status, said = page(method, path, body)
        assert status == 409
        assert "ratings.csv: line 1: no column pretraining" in json.loads(said)["error"]
    assert out.read_text() == "spoilt\n"


def test_a_failing_disk_is_named_on_the_page(page, out, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "ratings.csv")

    monkeypatch.setattr("concept_freq.rating.store.replace_rows", full)
    status, said = page("POST", "/judgements", {"pair": 0, "judgement": "no"})
    assert (status, "No space left on device" in json.loads(said)["error"]) == (500, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--rater": "truth"}, ["--rater 'truth'", "own name"]),
        ({"--rater": "Ann\r"}, ["--rater 'Ann\\r'", "printable"]),
        ({"--rater": "Ann\udcff"}, ["--rater 'Ann\\udcff'", "printable"]),
        ({"--pairs": "no.parquet"}, ["no.parquet", "snakemake --cores all"]),
        ({"--pairs": __file__}, ["no sampled pairs"]),
        ({"--out": __file__}, ["test_page.py: line 1", "no column"]),
        ({"--out": f"{__file__}/ratings.csv"}, ["test_page.py"]),
        ({"--port": "65536"}, ["port 65536", "0 to 65535"]),
    ],
)
def test_a_wrong_command_line_is_named(tmp_path, monkeypatch, change, words):
    write_table(pa.Table.from_pandas(TABLE), "sampled_pairs", tmp_path / "pairs.parquet")
    options = {"--pairs": str(tmp_path / "pairs.parquet"), "--rater": "Ann", "--out": str(tmp_path / "ratings.csv")}
    command = [part for option in {**options, **change}.items() for part in option]
    monkeypatch.setattr(sys, "argv", ["rate_pairs.py", *command])
    with pytest.raises(SystemExit) as ended:
        rate_pairs.main()
    assert all(word in str(ended.value) for word in words), ended.value

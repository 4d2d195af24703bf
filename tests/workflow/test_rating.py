"""The page on which raters judge pairs, in a real browser, and the table that their judgements make."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from programs import SCRIPTS
from visits import ask, half_open

from concept_freq.io.tables import write_table
from concept_freq.rating.pairs import jpeg_of

BROWSERS = ("chromium", "google-chrome", "chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--no-first-run"]
CAPTIONS = ["a cat", "<script>document.title = 'spoilt'</script> <b>dog</b>", "a bird", "a fish"]
STRATA = ["misaligned", "aligned", "misaligned", "aligned"]


@pytest.fixture
def pairs(tmp_path) -> Path:
    """Four sampled pairs, two of them called misaligned, of a dataset of a hundred."""
    same = {"pretraining": "mine", "shard": "00000", "stratum_size": 50, "n_samples": 100, "named": ["zebra"]}
    picture = jpeg_of(Image.new("RGB", (64, 48), "teal"))
    rows = [
        {**same, "row": i, "key": str(i), "caption": caption, "stratum": stratum, "tags": ["gnu"], "picture": picture}
        for i, (caption, stratum) in enumerate(zip(CAPTIONS, STRATA, strict=True))
    ]
    path = tmp_path / "pairs.parquet"
    write_table(pa.Table.from_pylist(rows), "sampled_pairs", path)
    return path


@contextmanager
def rating(pairs: Path, rater: str, out: Path) -> Iterator[str]:
    """Run the program for a rater; gives the page's address, and ends the program as Ctrl-C does."""
    command = [sys.executable, SCRIPTS / "rate_pairs.py", "--pairs", pairs, "--rater", rater, "--out", out]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", process.stdout.readline())[0]
        finally:
            process.send_signal(signal.SIGINT)
            said = process.stdout.read()
            assert process.wait() == 0
            assert f"judgements are in {out}" in said


@pytest.fixture(scope="module")
def browser():
    """A browser of this machine."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=FLAGS)


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """A page that must raise no error, keep its security policy and ask for nothing from elsewhere."""
    page, troubles = browser.new_page(), []
    page.on("console", lambda said: "Content Security Policy" in said.text and troubles.append(said.text))
    page.on("pageerror", lambda error: troubles.append(error))
    page.on("request", lambda asked: asked.url.startswith(("http://127.0.0.1", "data:")) or troubles.append(asked.url))
    yield page
    page.close()
    assert troubles == []


def judgements(out: Path, rater: str) -> list[str]:
    """What a rater said, in the order of the pairs."""
    table = pd.read_csv(out, dtype={"shard": str})
    return table[table.rater == rater].sort_values("row").judgement.tolist()


def press(page: Page, key: str, rated: int) -> None:
    """Press a key and wait until so many pairs are rated."""
    page.keyboard.press(key)
    expect(page.locator("#count")).to_have_text(f"{rated} of 4 rated")


def test_two_raters_judge_by_keys_go_back_and_resume(page, pairs, tmp_path):
    out = tmp_path / "ratings.csv"
    caption = page.locator("#caption")
    with rating(pairs, "Ann", out) as address:
        page.goto(address)
        expect(caption).to_have_text("a cat")
        assert "token" not in page.url
        assert page.locator("#picture").evaluate("async (i) => { await i.decode(); return i.naturalWidth }") == 64
        press(page, "y", 1)
        expect(caption).to_have_text(CAPTIONS[1])  # as text: no script ran, no tag was made
        assert page.title() == "Rate pairs"
        assert caption.locator("*").count() == 0
        press(page, "n", 2)
        assert judgements(out, "Ann") == ["yes", "no"]  # at once

        page.reload()
        expect(caption).to_have_text("a bird")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Backspace")
        expect(caption).to_have_text("a cat")
        expect(page.get_by_role("button", name="Yes", exact=True)).to_have_attribute("aria-pressed", "true")
        press(page, "n", 2)
        expect(caption).to_have_text("a bird")
        assert judgements(out, "Ann") == ["no", "no"]

    with rating(pairs, "Ann", out) as address:
        page.goto(address)
        expect(caption).to_have_text("a bird")
        page.get_by_role("button", name="No", exact=True).click()
        expect(caption).to_have_text("a fish")
        press(page, "u", 4)
        expect(page.get_by_role("heading", name="All pairs are rated")).to_be_visible()
        page.get_by_role("button", name="Back").click()
        press(page, "y", 4)
        assert judgements(out, "Ann") == ["no", "no", "no", "yes"]

    with rating(pairs, "Bo", out) as address:
        page.goto(address)
        expect(page.locator("#count")).to_have_text("0 of 4 rated")
        assert page.locator("[aria-pressed=true]").count() == 0
        for rated, key in enumerate("nyny", start=1):
            press(page, key, rated)
    assert judgements(out, "Ann") == ["no", "no", "no", "yes"]
    assert judgements(out, "Bo") == ["no", "yes", "no", "yes"]
    check_table(pairs, out, tmp_path)


def test_the_page_can_be_used_with_tab_and_enter_alone(page, pairs, tmp_path):
    with rating(pairs, "Ann", tmp_path / "ratings.csv") as address:
        page.goto(address)
        for rated, name in enumerate(("Yes", "No", "Cannot tell", "Yes"), start=1):
            expect(page.get_by_role("group", name="Does the caption name something")).to_be_visible()
            while not page.get_by_role("button", name=name, exact=True).evaluate(
                "(it) => it === document.activeElement"
            ):
                page.keyboard.press("Tab")
            press(page, "Enter", rated)
        expect(page.get_by_role("heading", name="All pairs are rated")).to_be_focused()
    assert judgements(tmp_path / "ratings.csv", "Ann") == ["yes", "no", "unclear", "yes"]


def check_table(pairs: Path, out: Path, folder: Path) -> None:
    """What the two raters' judgements come to, by hand."""
    table, agreement = folder / "table.csv", folder / "agreement.csv"
    command = [sys.executable, SCRIPTS / "tabulate_ratings.py", "--pairs", pairs, "--ratings", out]
    subprocess.run([*command, "--agreement", agreement, "--out", table], check=True)
    found = pd.read_csv(table).set_index(["rater", "stratum"])
    assert found.share["Ann"].to_dict() == {"misaligned": 1, "aligned": 0.5, "all": 0.75}
    assert found.share["Bo"].to_dict() == {"misaligned": 1, "aligned": 0, "all": 0.5}
    assert found.share["all"].to_dict() == found.share["Ann"].to_dict()  # a tie is as the first said
    assert (found.measured.dropna() == 0.5).all()
    both = pd.read_csv(agreement).iloc[0]
    assert (both["first"], both.second, both.n_pairs, both.agreement, both.kappa) == ("Ann", "Bo", 4, 0.75, 0.5)


def test_a_judgement_that_cannot_be_saved_is_not_shown_as_saved(page, pairs, tmp_path):
    with rating(pairs, "Ann", tmp_path / "ratings.csv") as address:
        page.goto(address)
        expect(page.locator("#caption")).to_have_text("a cat")
        (tmp_path / "ratings.csv").write_text("spoilt\n")
        page.keyboard.press("y")
        expect(page.get_by_role("alert")).to_contain_text("ratings.csv: line 1: no column pretraining")
        expect(page.locator("#count")).to_have_text("0 of 4 rated")
    page.keyboard.press("y")
    expect(page.get_by_role("alert")).to_contain_text("the program was ended")
    expect(page.locator("#caption")).to_have_text("a cat")


def test_half_open_connections_cost_neither_memory_nor_threads(pairs, tmp_path):
    with rating(pairs, "Ann", tmp_path / "ratings.csv") as address:
        children = psutil.Process().children()
        program = next(child for child in children if any("rate_pairs.py" in part for part in child.cmdline()))
        with half_open(address, 50):
            pass
        memory, threads = program.memory_info().rss, program.num_threads()
        for _ in range(3):
            with half_open(address, 400):
                assert ask(address, "GET", "/", {})[0] == 403  # it is served all the same
                assert program.num_threads() <= threads
                assert program.num_fds() < 150
        assert program.memory_info().rss < memory + 20e6


def test_the_program_loads_no_model_library():
    code = "import sys, rate_pairs; sys.exit(f'{sys.modules[\"torch\"]}' if 'torch' in sys.modules else 0)"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(SCRIPTS)})

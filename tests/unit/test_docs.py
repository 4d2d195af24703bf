"""What is written down stays true: captions of the report render, generated documentation is not stale."""

import importlib
import re

import jinja2
import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from programs import REPOSITORY

CAPTIONS = sorted((REPOSITORY / "report").glob("*.rst"))
RULES = "\n".join(path.read_text() for path in sorted((REPOSITORY / "rules").glob("*.smk")))
CONFIGS = ["config", "released", "paper"]
DOCS = REPOSITORY / "docs"
# How far numbers may move between CPUs, where they depend on training: docs/results.md says so. The rest is exact.
TRAINED = {
    "slope_per_decade": 4,
    "ci_low": 4,
    "ci_high": 4,
    "rho_concept": 0.15,
    "rho_paper": 0.6,
    "precision": 0.05,
    "recall": 0.05,
    "spearman": 0.03,
    "median_ratio": 0.1,
}


def wildcards_of(caption):
    """Wildcards of the figures and tables with a caption, in the rules' calls of figure() and table()."""
    for call in re.findall(r"\b(?:figure|table)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", RULES):
        name = re.match(r'\s*f?"([^"]+)"', call)
        named = re.search(r'caption="([^"]+)"', call) or name
        if named and named[1] == caption:
            yield re.findall(r"{(\w+)}", name[1])


def config(name):
    """A config with what it extends, key by key at the top."""
    own = yaml.safe_load((REPOSITORY / "config" / f"{name}.yaml").read_text())
    base = config(own["extends"].split("/")[-1].removesuffix(".yaml")) if "extends" in own else {}
    merged = {key: {**base[key], **value} if isinstance(base.get(key), dict) else value for key, value in own.items()}
    return {**base, **merged}


def rendered(caption, name, wildcards):
    """A caption as the report shows it."""
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(caption.read_text())
    return template.render(snakemake={"config": config(name), "wildcards": wildcards})


@pytest.mark.parametrize("caption", [path for path in CAPTIONS if path.stem != "workflow"], ids=lambda path: path.stem)
def test_every_caption_belongs_to_a_figure_or_table_and_renders(caption):
    uses = list(wildcards_of(caption.stem))
    assert uses, "no rule names this caption"
    for wildcards in uses:
        text = rendered(caption, "config", dict.fromkeys(wildcards, "log_linear_classification"))
        assert "()" not in text and "{{" not in text


@pytest.mark.parametrize("name", CONFIGS)
def test_the_reports_first_page_renders(name):
    text = rendered(REPOSITORY / "report" / "workflow.rst", name, {})
    assert ("published_comparison" in text) == (name == "released")


def test_the_main_captions_name_the_task():
    caption = REPOSITORY / "report" / "log_linear.rst"
    for figure, task in (("log_linear_classification", "classification"), ("log_linear_retrieval", "retrieval")):
        assert f"a concept in {task} " in rendered(caption, "config", {"figure": figure})


@pytest.fixture
def docs(monkeypatch):
    """The program that writes the docs, as a module."""
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("generate")


def test_every_key_and_column_is_described(docs):
    manual = importlib.import_module("manual")
    for path in sorted(docs.SCHEMAS.glob("*.yaml")):
        keys = manual.rows(manual.read_schema(path))
        assert not [key for key, entry, _ in keys if not entry.get("description")], path.name


def test_no_page_is_stale(docs):
    assert not list(docs.stale()), "run make docs"


def test_pages_link_to_files_that_exist(docs):
    for page in map(REPOSITORY.joinpath, docs.PAGES):
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.relative_to(REPOSITORY)}: {link}"


def test_figures_of_the_docs_are_small():
    assert max((path.stat().st_size for path in (DOCS / "figures").glob("*.png")), default=0) <= 200_000


@pytest.mark.parametrize("name", sorted(path.stem for path in (DOCS / "tables").glob("*.csv")))
def test_numbers_of_the_docs_are_those_of_the_results(docs, name):
    extract = docs.EXTRACTS[name]
    if not (REPOSITORY / extract.source).exists():
        pytest.skip(f"{extract.source} is not there")
    shown, now = pd.read_csv(DOCS / "tables" / f"{name}.csv"), docs.extracted(extract, REPOSITORY)
    keys = [column for column in shown if column == "threshold" or not pd.api.types.is_numeric_dtype(shown[column])]
    both = shown.merge(now, on=keys, suffixes=("", "_now"))
    assert len(both) == len(shown), "rows or columns of the results changed: run make docs"
    limits = dict.fromkeys(shown.columns.difference(keys), 1e-3) if "released" in name else TRAINED
    for column, limit in limits.items():
        if column in shown.columns:
            apart = (both[column] - both[f"{column}_now"]).abs().max()
            assert not apart > limit, f"{column} moved by {apart:.3g}, above {limit}: run make docs, or say why"


SCHEMA = """
type: object
required: [a]
$defs: {share: {type: number, minimum: 0, maximum: 1}}
properties:
  a: {$ref: "#/$defs/share", default: 0.5, description: this | that}
  b:
    type: array
    items: {type: object, required: [c], properties: {c: {enum: [x, y]}}}
  d: {type: object, additionalProperties: {type: object, properties: {e: {type: integer, minimum: 1}}}}
  f: {type: object, additionalProperties: {type: array, items: {type: string}}}
"""


def test_the_manual_of_a_schema(docs, tmp_path):
    manual = importlib.import_module("manual")
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    schema = manual.read_schema(tmp_path / "schema.yaml")
    rows = {path: manual.cells(path, entry, required) for path, entry, required in manual.rows(schema)}
    assert rows["a"] == ["**`a`**", "number 0 to 1", "`0.5`", r"this \| that"]
    assert rows["b[].c"][:2] == ["**`b[].c`**", r"`x` \| `y`"]
    assert rows["d.NAME.e"][:2] == ["`d.NAME.e`", "whole number ≥ 1"]
    assert rows["f"][:2] == ["`f`", "NAME: list of text"]
    assert "### `b`" in manual.manual_of_config(schema) and "### `f`" not in manual.manual_of_config(schema)
    assert manual.table("column", [["k", "text", "", "m"]]).splitlines()[0] == "| column | value | meaning |"


def test_cells_of_tables(docs):
    row = {"rho": 0.5, "low": float("nan"), "name": float("nan"), "n": 2}
    assert docs.cell("{rho:.2f} (n {n})", row) == "0.50 (n 2)"
    assert docs.cell("{rho:.2f} [{low:.2f}]", row) == "–"  # half an interval says nothing
    assert docs.cell("{name} {n}", row) == "2"


def test_extracts_take_rows_and_columns_and_summarise(docs, tmp_path):
    table = pd.DataFrame({"model": ["m", "m", "o"], "prompts": ["x", "x", "y"], "accuracy": [0.0, 10.123456, 3]})
    table.to_csv(tmp_path / "scores.csv", index=False)
    columns = {"model": "{model}", "accuracy": "{accuracy:.1f}"}
    taken = docs.extracted(docs.Extract("scores.csv", columns, "prompts == 'x'"), tmp_path)
    assert taken.to_dict("list") == {"model": ["m", "m"], "accuracy": [0.0, 10.123]}
    columns = {"model": "{model}", "mean": "{mean:.1f}", "at zero": "{share_zero:.0%}"}
    summary = docs.extracted(docs.Extract("scores.csv", columns, over="accuracy"), tmp_path)
    assert summary.to_dict("list") == {"model": ["m", "o"], "mean": [5.0617, 3.0], "share_zero": [0.5, 0.0]}


def test_a_page_is_filled_again_to_the_same(docs):
    page = "a\n<!-- begin columns files -->\nold\n<!-- end -->\nb\n"
    once = docs.filled(page)
    assert "| `sha256` |" in once.replace("**", "") and "old" not in once
    assert docs.filled(once) == once


def test_a_figure_becomes_small(docs, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (30, 2400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    docs.small(tmp_path / "a.png", tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as picture:
        assert picture.size == (docs.WIDTH, 15)
